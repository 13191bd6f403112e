"""Settings for three sizes of the same program."""
