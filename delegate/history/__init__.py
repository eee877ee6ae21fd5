"""How it came about: told as it changes, read back, and drawn."""
