"""In-memory twins of the app's seams, held to the same contracts as the real parts."""
