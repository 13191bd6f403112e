"""Ways of answering by name, other than the agent's own: plain baselines and published methods."""
