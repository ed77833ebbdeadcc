"""How the app is reached: by plain http behind waitress alone, or by https with an authority of the machine's own."""
