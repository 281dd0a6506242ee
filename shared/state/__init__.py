"""Documents with ETags, journals, lease and queue, in blob and queue storage or in a plain folder."""
