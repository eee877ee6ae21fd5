"""What is owed to people of whom something is written: trail, copy, erasing, notice."""
