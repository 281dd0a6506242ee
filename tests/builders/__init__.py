"""Builders of values for tests: everything has a believable default, and a test names only what it is about."""
