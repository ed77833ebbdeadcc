"""What a unit is told: editions, made by the office and frozen. Nothing else leaves for a unit."""
