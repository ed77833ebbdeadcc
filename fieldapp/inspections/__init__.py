"""Inspections: which team inspected which unit, when it came, left and gave feedback."""
