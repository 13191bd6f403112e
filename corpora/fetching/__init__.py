"""Getting corpora from the servers that publish them."""
