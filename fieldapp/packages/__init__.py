"""The evidence package: what leaves the house, checked by anybody with standard tools on a machine without this app."""
