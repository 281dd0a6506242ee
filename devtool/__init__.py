"""What ``dev.py`` does: virtual environments, the demo, the tests, the checks. Standard library only, for people and CI alike."""
