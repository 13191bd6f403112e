"""Planning, briefing and answering without a language model: by coverage and quotation."""
