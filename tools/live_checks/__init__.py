"""What tools/live_check.py asks the real services. Standard library only."""
