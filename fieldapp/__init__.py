"""fieldapp: mystery-shopper revisits for an inspection office."""

__version__ = "0.1.0"
