"""Counts and times, each with its definition and the rows behind it. Reads only; no unit is ranked."""
