"""What every package carries beside its data: how to check it, and two programs that do it without this app."""
