"""Counties, their people, rounds and teams, units with service points and counters."""
