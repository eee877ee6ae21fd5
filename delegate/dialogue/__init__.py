"""What two people say to each other: both views, questions, steps, and the words."""
