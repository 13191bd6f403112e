"""What a calibration proves about the number of passages: a file that is checked whenever it is used.

The agent reads certificates, the calibration writes them. A file that was edited, comes from a newer version or
belongs to another pipeline never gives a guarantee.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wardround.agent.choosing.likeness import Likeness
from wardround.agent.choosing.relevance_model import RelevanceModel
from wardround.errors import CalibrationError
from wardround.files import write_atomically

VERSION: Literal[2] = 2
_LOSSES = {
    "evidence": "evidence missed in at most {share} of such questions",
    "answer": "answer wrong for at most {share} of such questions",
    "support": "at most {share} of the claims of such questions unsupported",
}
_LOSSES_WHERE_ANSWERED = {
    "evidence": "evidence missed in at most {share}",
    "answer": "at most {share} answered wrongly",
    "support": "at most {share} of the claims unsupported",
}


class PerQuestion(BaseModel):
    """A choice of passages for each question by itself: those whose expected share of the evidence is large enough.

    Attributes:
        relevance: fitted on other questions than the certificate's.
        threshold: least expected share of the question's evidence that makes a passage worth reading.
        mean_k: passages that the calibration questions were answered from, on average.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    relevance: RelevanceModel
    threshold: float = Field(gt=0, lt=1)
    mean_k: float = Field(ge=0)


class Selective(BaseModel):
    """When a question is answered at all: when its passages are confident enough to hold the evidence.

    Attributes:
        relevance: fitted on other questions than the certificate's.
        confidence: least probability that one of the ``k`` passages is relevant.
        coverage: share of the calibration questions that are answered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    relevance: RelevanceModel
    confidence: float = Field(ge=0, le=1)
    coverage: float = Field(gt=0, le=1)


class Certificate(BaseModel):
    """A statement about one pipeline on questions like those it was calibrated on.

    ``P(expected loss of the choice <= alpha) >= 1 - delta`` over the draw of the calibration questions. The choice is
    ``k`` passages, or with ``per_question`` at most ``k``. With ``selective``, it is that of the questions answered.
    By the method ``exact_next``, which version 2 brought, ``P(share of the next questions lost <= alpha) >= 1 - delta``
    holds as well, for as many questions as it was calibrated on and over the draw of both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1, 2] = VERSION
    loss: Literal["evidence", "answer", "support"]
    k: int = Field(ge=0, description="passages that are read; with per_question the most")
    candidates: tuple[int, ...] = Field(min_length=1, strict=False, description="numbers of passages compared")
    alpha: float = Field(gt=0, lt=1)
    delta: float = Field(gt=0, lt=1)
    risk: float = Field(ge=0, le=1, description="mean loss on the calibration questions")
    p_value: float = Field(ge=0, le=1)
    procedure: Literal["holm", "bonferroni", "fixed_sequence"]
    method: Literal["exact", "hb", "exact_next"]
    questions: int = Field(ge=1, description="how many it was calibrated on; with selective, answered or not")
    task: str = Field(min_length=1, description="where they come from, as a reader would say it")
    fingerprint: dict[str, str] = Field(min_length=1, description="what the pipeline consisted of, part by part")
    likeness: Likeness | None = Field(default=None, description="what the calibration questions looked like")
    per_question: PerQuestion | None = None
    selective: Selective | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.k not in self.candidates:
            raise ValueError(f"k = {self.k} is not among the candidates")
        if self.p_value > self.delta or self.risk > self.alpha:
            raise ValueError("its own figures do not support the statement")
        if self.per_question and self.selective:
            raise ValueError("it chooses passages for each question and whether to answer; it can prove only one")
        return self

    def differences(self, fingerprint: Mapping[str, str]) -> tuple[str, ...]:
        """The parts in which another pipeline differs; empty when the certificate holds for it."""
        parts = sorted(self.fingerprint.keys() | fingerprint.keys())
        return tuple(part for part in parts if self.fingerprint.get(part) != fingerprint.get(part))

    def one_line(self) -> str:
        """The statement for the foot of an answer."""
        share = f"{100 * self.alpha:g} %"
        bound = _LOSSES[self.loss].format(share=share)
        read = f"{self.k} of" if self.per_question is None else "as many as the question needs of"
        if self.selective is not None:
            bound = _LOSSES_WHERE_ANSWERED[self.loss].format(share=share)
            bound = f"of the {100 * self.selective.coverage:.0f} % of such questions that it answers, {bound}"
        return (
            f"{read} {max(self.candidates)} passages; {bound}, {100 * (1 - self.delta):g} % confidence, "
            f"calibrated on {self.questions} {self.task} questions"
        )


def write_certificate(path: Path, certificate: Certificate) -> None:
    """Writes the certificate with a seal over its content, in one step."""
    content = certificate.model_dump(mode="json")
    sealed = {"certificate": content, "sha256": _seal(content)}
    write_atomically(path, json.dumps(sealed, indent=2, sort_keys=True) + "\n")


def read_certificate(path: Path) -> Certificate:
    """The certificate at ``path``.

    Raises:
        CalibrationError: the file cannot be read, was edited, is of a newer version, or contradicts itself.
    """
    try:
        sealed = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CalibrationError(f"{path}: the certificate cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise CalibrationError(f"{path}: is no certificate: it is not JSON") from error
    if not isinstance(sealed, dict) or sealed.keys() != {"certificate", "sha256"}:
        raise CalibrationError(f"{path}: is no certificate; make one with 'wardround calibrate'")
    content = sealed["certificate"]
    if isinstance(content, dict) and isinstance(content.get("version"), int) and content["version"] > VERSION:
        raise CalibrationError(
            f"{path}: the certificate has version {content['version']}, this program reads {VERSION}; update it, or "
            "calibrate again"
        )
    if sealed["sha256"] != _seal(content):
        raise CalibrationError(f"{path}: the certificate was edited after it was written; calibrate again")
    try:
        return Certificate.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CalibrationError(f"{path}: the certificate is invalid: {place} {first['msg']}".rstrip()) from error


def _seal(content: Any) -> str:
    """Guards against edits by hand and damaged files; it is no signature."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
