"""From raw text to a score, without ever guessing an answer."""
