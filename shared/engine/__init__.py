"""Search, execution and scheduled sync: the only place that knows the order of things."""
