"""Understanding a question before anything is looked up, without a language model."""
