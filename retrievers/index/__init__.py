"""Building an index and opening it for reading."""
