"""Other people's raw generations, scored by our reading and by MIRAGE's, with every difference."""

from wardround.evals.predictions.reading import Prediction, read_predictions
from wardround.evals.predictions.report import report_figures, report_markdown, write_report
from wardround.evals.predictions.rescoring import Difference, Rescored, SystemScores, rescore
from wardround.evals.predictions.score import score_predictions

__all__ = [
    "Difference",
    "Prediction",
    "Rescored",
    "SystemScores",
    "read_predictions",
    "report_figures",
    "report_markdown",
    "rescore",
    "score_predictions",
    "write_report",
]
