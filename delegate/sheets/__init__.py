"""Pasted cells and files in, people and tasks out. Knows no page and no table."""
