"""How probable it is that a passage bears on the question, and which passages that makes worth reading."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from wardround.agent.choosing.signs import SIGNS, Signs

NOTHING_EXPECTED = 0.3
"""Added to the evidence expected, so that no passage counts for much where nothing is relevant; it is the floor under
which the first passage alone can be left unread."""


class RelevanceModel(BaseModel):
    """A logistic regression on standardised signs, calibrated by a step function that never falls.

    Attributes:
        means: of each sign, for standardising.
        spreads: standard deviations likewise.
        weights: of the standardised signs; ``bias`` is added.
        edges: raw probabilities at which a step of the calibration begins, rising.
        steps: the calibrated probability from each edge on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    signs: tuple[str, ...] = SIGNS
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    edges: tuple[float, ...] = Field(min_length=1)
    steps: tuple[float, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.signs != SIGNS:
            raise ValueError("the relevance model reads other signs than this program")
        if {len(self.means), len(self.spreads), len(self.weights)} != {len(SIGNS)} or min(self.spreads) <= 0:
            raise ValueError("the relevance model needs a mean, a spread and a weight for each sign")
        if len(self.edges) != len(self.steps) or list(self.steps) != sorted(self.steps):
            raise ValueError("the relevance model's calibration falls")
        return self

    def scores(self, signs: Signs) -> NDArray[np.float64]:
        """Uncalibrated probabilities, shape (passages,)."""
        standard = (signs - np.array(self.means)) / np.array(self.spreads)
        total: NDArray[np.float64] = 1 / (1 + np.exp(-(standard @ np.array(self.weights) + self.bias)))
        return total

    def probabilities(self, signs: Signs) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (passages,)."""
        places = np.searchsorted(np.array(self.edges), self.scores(signs), side="right") - 1
        calibrated: NDArray[np.float64] = np.array(self.steps)[np.maximum(places, 0)]
        return calibrated


def expected_shares(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of the question's evidence that each passage is expected to hold.

    A passage is read when its share reaches a threshold. So a question whose first passages are certain stops
    early, one with many likely passages reads on, and one where nothing is likely reads nothing.
    """
    shares: NDArray[np.float64] = probabilities / (NOTHING_EXPECTED + probabilities.sum())
    return shares
