"""What waits for me: derived by query, nobody pushes to it."""
