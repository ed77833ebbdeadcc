"""What a phone needs of the server to hold taps until they are taken in: its owner's key, the worker, the list."""
