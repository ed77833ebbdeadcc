"""Phones that are bound to a person at the office: only they may hold, sealed, what belongs to a day to come."""
