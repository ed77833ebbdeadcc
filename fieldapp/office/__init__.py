"""Administration from the command line: accounts and the check."""
