"""What ``python dev.py bench`` measures: each module here has ``measure(rounds) -> Sequence[Figure]``."""
