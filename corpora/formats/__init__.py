"""Readers of the file formats of one's own documents: each gives a text with sections, or says why not."""
