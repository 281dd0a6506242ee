"""Commands for who runs the app; each is a file to be run."""
