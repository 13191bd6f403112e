"""Settings for three sizes of the same program, one TOML file each; what they leave out is built in."""
