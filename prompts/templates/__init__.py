"""The templates themselves."""
