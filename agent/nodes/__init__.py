"""The steps of the way, one a file."""
