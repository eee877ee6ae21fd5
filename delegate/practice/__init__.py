"""From plan to practice: moments that come, and what is still to be handed over."""
