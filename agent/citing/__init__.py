"""Claims, the passages they stand on, and whether these support them."""
