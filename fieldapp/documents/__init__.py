"""Papers: printable A4 pages of what other features hold. Reads only; a browser prints them."""
