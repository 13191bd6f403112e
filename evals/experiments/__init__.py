"""Grids of runs from one TOML file: what is missing is run, and all of it compared."""

from wardround.evals.experiments.grid import Cell, Experiment, read_experiment
from wardround.evals.experiments.run import ran_cells, run_experiment

__all__ = ["Cell", "Experiment", "ran_cells", "read_experiment", "run_experiment"]
