"""How many passages are read: a fixed number, or for each question what its own passages call for."""
