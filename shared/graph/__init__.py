"""Reads Entra through Microsoft Graph: token, transport with throttling, reader. Knows the model and the errors only."""
