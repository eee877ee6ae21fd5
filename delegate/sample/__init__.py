"""The made-up team: its people and work, their conversation, and how rows are made."""
