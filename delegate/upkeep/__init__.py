"""What goes on behind the pages: work in the background, backups."""
