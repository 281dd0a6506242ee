"""The routes by what they are about, and the one table of them all."""
