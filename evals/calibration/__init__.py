"""How many passages to read, with a statistical guarantee: tests of risk, procedures, choices, certificates."""
