"""What we know: documents, their sources, and how they are cut into passages."""
