"""The conversation in the terminal: sessions on disk, what is shown, and the loop between them."""
