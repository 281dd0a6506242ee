"""What people are told without asking: every cause once, again while it lasts, and that it is over."""
