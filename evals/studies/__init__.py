"""Studies whose results stand in ``docs/results``; each is a module that one command runs again."""
