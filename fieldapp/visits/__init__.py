"""Secret plans, the log of taps, and what is folded from it."""
