"""What turns text into dense vectors."""
