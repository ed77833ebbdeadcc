"""The checklists of inspected units: problems, measures, and how sheets of them come in."""
