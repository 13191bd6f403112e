"""A cross-encoder trained on entailment as judge, by path or name; runs in this process through transformers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from wardround.agent.citing.readings import Reading
from wardround.agent.citing.support import best_stretches, stating_units
from wardround.agent.citing.verbatim import quotes_stand
from wardround.agent.citing.verdicts import best_verdict
from wardround.agent.records import DraftClaim, Quote, VerifiedClaim
from wardround.corpora.records import Passage
from wardround.errors import ConfigError, PrerequisiteError
from wardround.retrievers.embedders.recipe import content_mark

_MAX_TOKENS = 512
_LABELS = {"entail": "supported", "neutral": "not_found", "contradict": "contradicted"}


class NliJudge:
    """Premise: a passage's sentences; hypothesis: the claim.

    Each passage is read whole and sentence by sentence; the reading that supports the claim most decides,
    unless one contradicts it more. An entailment model knows no "partly".
    """

    def __init__(self, model: str, *, device: Literal["cpu", "cuda"] = "cpu", batch_size: int = 16) -> None:
        """Loads a sequence classifier.

        Args:
            model: folder or hub name; its labels must name entailment, neutral and contradiction.
            device: where it runs.
            batch_size: pairs read at once.

        Raises:
            PrerequisiteError: transformers or the model is not there.
            ConfigError: the model is no entailment classifier.
        """
        try:
            import torch
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            raise PrerequisiteError(
                "an NLI judge needs transformers and torch: pip install 'wardround[local]'"
            ) from error
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
            loaded = AutoModelForSequenceClassification.from_pretrained(
                model, use_safetensors=True, trust_remote_code=False
            )
            self._model = loaded.to(device).eval()
        except (OSError, ValueError) as error:
            raise PrerequisiteError(f"the NLI model {model!r} cannot be loaded: {_first_line(error)}") from error
        self._torch = torch
        self._columns = _columns(model, self._model.config.id2label)
        self._batch_size = batch_size
        self._name = model
        folder = Path(model)
        self._revision = content_mark(folder) if folder.is_dir() else str(self._model.config._commit_hash)
        self._device = device

    @property
    def fingerprint(self) -> str:
        """Name, revision and architecture of the model; of a folder its content, since training leaves its name."""
        return f"nli({self._name},{self._revision},{self._model.config.model_type})"

    async def judge(self, claim: DraftClaim, passages: Sequence[Passage]) -> VerifiedClaim:
        """The claim with the best verdict among its passages, and the sentences it rests on."""
        if claim.origin == "quotation" and quotes_stand(claim, passages):
            return VerifiedClaim(claim.text, "supported", claim.origin, claim.quotes)
        quotes = []
        for passage in passages:
            quotes += await asyncio.to_thread(self._judge_one, claim.text, passage)
        return VerifiedClaim(claim.text, best_verdict(quote.verdict for quote in quotes), claim.origin, tuple(quotes))

    def read(self, premises: Sequence[str], claim: str) -> list[Reading]:
        """What each premise says of the claim."""
        readings: list[Reading] = []
        for start in range(0, len(premises), self._batch_size):
            batch = list(premises[start : start + self._batch_size])
            encoded = self._tokenizer(
                batch,
                [claim] * len(batch),
                truncation="only_first",
                max_length=self._limit,
                padding=True,
                return_tensors="pt",
            ).to(self._device)
            with self._torch.inference_mode():
                shares = self._model(**encoded).logits.float().softmax(-1).tolist()
            readings += [Reading(partly=0.0, **{name: row[i] for name, i in self._columns.items()}) for row in shares]
        return readings

    @property
    def _limit(self) -> int:
        positions = int(getattr(self._model.config, "max_position_embeddings", _MAX_TOKENS))
        return min(positions, _MAX_TOKENS)

    def _judge_one(self, claim: str, passage: Passage) -> list[Quote]:
        units = stating_units(passage.text)
        if not units:
            return []
        sentences = [passage.text[unit.start : unit.end] for unit in units]
        whole, *single = self.read([passage.text, *sentences], claim)
        verdict = max((whole, *single), key=lambda one: max(one.supported, one.contradicted)).verdict
        if verdict == "not_found":
            return []
        strength = [one.supported if verdict == "supported" else one.contradicted for one in single]
        best = max(range(len(units)), key=lambda i: strength[i])
        if single[best].verdict == verdict:
            unit = units[best]
            return [Quote(passage.id, sentences[best], unit.start, unit.end, verdict)]
        # Only the passage as a whole says so: quote what shares most with the claim.
        return [
            Quote(passage.id, passage.text[one.start : one.end], one.start, one.end, verdict)
            for one in best_stretches(claim, passage)
        ]


def _columns(model: str, labels: Mapping[int, str]) -> dict[str, int]:
    columns = {
        field: index for index, label in labels.items() for key, field in _LABELS.items() if key in label.lower()
    }
    if len(columns) != len(_LABELS) or len(labels) != len(_LABELS):
        named = ", ".join(str(label) for label in labels.values())
        raise ConfigError(
            f"{model!r} is no entailment model: its labels are {named}, not entailment, neutral, contradiction"
        )
    return columns


def _first_line(error: Any) -> str:
    return str(error).strip().splitlines()[0]
