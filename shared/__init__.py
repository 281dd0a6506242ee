"""The common module: everything that the triggers share, and no azure.functions in here."""
