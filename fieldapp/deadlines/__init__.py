"""Working days of the Chinese calendar, and time limits with the day on which each falls due."""
