"""Reads and writes Proofpoint Essentials through its API v1. Knows the model and the errors only."""
