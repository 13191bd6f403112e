"""How far a judge agrees with people: SciFact's rationales, MEDEC's altered sentences, K-QA's physicians."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wardround.agent.citing.support import sentence_scores
from wardround.agent.collaborators import SupportJudge
from wardround.agent.records import DraftClaim
from wardround.corpora.records import Biblio, Passage
from wardround.corpora.sentences import quotable_units
from wardround.evals.statistics.auroc import clustered_auroc
from wardround.evals.statistics.intervals import Interval, wilson

SentenceScorer = Callable[[str, tuple[str, ...]], Sequence[float]]
"""Scores every sentence of a passage for a claim; larger is likelier to bear it out."""


@dataclass(frozen=True, slots=True)
class AlteredSentences:
    """What a judge says of sentences made wrong, and of the right ones, against the right text.

    Attributes:
        caught: share of altered sentences that are not called supported.
        false_alarms: share of right sentences that are not called supported.
    """

    caught: Interval
    false_alarms: Interval


def rationale_auroc(scifact: Path, label: str = "SUPPORT", score: SentenceScorer = sentence_scores) -> Interval:
    """AUROC of a claim's rationale sentences against the other sentences of the same abstract.

    Args:
        scifact: the folder of the data set.
        label: which evidence; the default weights were fitted on ``SUPPORT``, not on ``CONTRADICT``.
        score: what is measured.
    """
    abstracts = _abstracts(scifact)
    scores: list[float] = []
    positive: list[bool] = []
    clusters: list[str] = []
    for row in _rows(scifact / "claims.jsonl"):
        for evidence in row["evidence"]:
            if evidence["label"] != label:
                continue
            sentences = tuple(abstracts[evidence["doc_id"]]["sentences"])
            scores += score(row["claim"], sentences)
            positive += [i in evidence["sentences"] for i in range(len(sentences))]
            clusters += [evidence["doc_id"]] * len(sentences)
    return clustered_auroc(scores, positive, clusters)


def verdicts_on_abstracts(scifact: Path, judge: SupportJudge) -> dict[str, Counter[str]]:
    """Verdicts by SciFact's label, of each claim against each abstract that was annotated for it."""
    abstracts = _abstracts(scifact)
    verdicts: dict[str, Counter[str]] = {}
    for row in _rows(scifact / "claims.jsonl"):
        pairs = {(evidence["doc_id"], evidence["label"]) for evidence in row["evidence"]}
        for document, label in sorted(pairs) or [(one, row["label"]) for one in row["cited_doc_ids"]]:
            abstract = abstracts[document]
            text = " ".join(sentence.strip() for sentence in abstract["sentences"])
            verdict = _verdict(judge, row["claim"], _passage(document, abstract["title"], text))
            verdicts.setdefault(label, Counter())[verdict] += 1
    return verdicts


def altered_sentences(medec: Path, judge: SupportJudge) -> AlteredSentences:
    """How many wrong sentences a judge catches against the corrected text, and how many right ones it doubts."""
    caught = altered = doubted = right = 0
    for row in _rows(medec / "validation.jsonl"):
        if not row["error"]:
            continue
        text = row["corrected_text"]
        passage = _passage(row["id"], "Case", text)
        altered += 1
        caught += _verdict(judge, row["error_sentence"], passage) != "supported"
        for unit in quotable_units(text):
            right += 1
            doubted += _verdict(judge, text[unit.start : unit.end], passage) != "supported"
    return AlteredSentences(wilson(caught, altered), wilson(doubted, right))


def physicians(k_qa: Path, judge: SupportJudge) -> dict[str, Counter[str]]:
    """Verdicts by the majority label of three physicians, of statements against whole answers."""
    verdicts: dict[str, Counter[str]] = {}
    for row in _rows(k_qa / "physician_entailment.jsonl"):
        verdict = _verdict(judge, row["claim"], _passage(row["question_id"], row["question"], row["answer"]))
        verdicts.setdefault(row["label"], Counter())[verdict] += 1
    return verdicts


def agreement(verdicts: Mapping[str, Counter[str]], label: str, accepted: frozenset[str]) -> Interval:
    """Share of the pairs of ``label`` whose verdict is among ``accepted``."""
    counts = verdicts.get(label, Counter())
    return wilson(sum(counts[verdict] for verdict in accepted), sum(counts.values()))


def _verdict(judge: SupportJudge, claim: str, passage: Passage) -> str:
    return asyncio.run(judge.judge(DraftClaim(claim, (passage.id,), "model"), [passage])).verdict


def _passage(identity: str, title: str, text: str) -> Passage:
    return Passage(f"{identity}#0", identity, "judged", 0, (), text, 0, len(text), Biblio(title))


def _abstracts(scifact: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in _rows(scifact / "corpus.jsonl.gz")}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    for line in text.splitlines():
        yield json.loads(line)
