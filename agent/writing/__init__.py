"""Planning, briefing and answering with a language model."""
