"""What we say to a language model: one template a file, each with its contract."""
