"""How sure a figure is: intervals, paired tests, calibration of confidence, and what context did to the answers."""

from wardround.evals.statistics.bootstrap import clustered_bootstrap
from wardround.evals.statistics.context_effects import ContextEffects, context_effects
from wardround.evals.statistics.differences import PairedDifference, paired_difference
from wardround.evals.statistics.intervals import Interval, wilson
from wardround.evals.statistics.means import mean_interval
from wardround.evals.statistics.multiplicity import holm
from wardround.evals.statistics.paired import McNemar, mcnemar, randomisation_test
from wardround.evals.statistics.reliability import Bin, Reliability, reliability
from wardround.evals.statistics.stratified import stratified_difference, stratified_mean

__all__ = [
    "Bin",
    "ContextEffects",
    "Interval",
    "McNemar",
    "PairedDifference",
    "Reliability",
    "clustered_bootstrap",
    "context_effects",
    "holm",
    "mcnemar",
    "mean_interval",
    "paired_difference",
    "randomisation_test",
    "reliability",
    "stratified_difference",
    "stratified_mean",
    "wilson",
]
