"""How we think: one question on its way through the graph."""
