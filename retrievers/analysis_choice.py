"""The analysis that the settings of an index name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from wardround.retrievers.analysis import (
    ANALYSIS_FINGERPRINT,
    ENGLISH_BIOMEDICAL,
    STOP_WORDS,
    Analysis,
    english,
    looks_like_a_name,
    snowball,
    stemmer,
)
from wardround.retrievers.lucene_analysis import LUCENE_ENGLISH, LUCENE_STOP_WORDS
from wardround.retrievers.settings import AnalysisSettings


def _porter(word: str) -> str:
    stem: str = stemmer("porter").stemWord(word)
    return stem


_STEMMERS: Mapping[str, Callable[[str], str]] = {"snowball": snowball, "porter": _porter, "none": str}
_STOP_WORDS = {"questions": STOP_WORDS, "lucene": LUCENE_STOP_WORDS, "none": frozenset[str]()}
_WHOLES: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "names": looks_like_a_name,
    "all": lambda parts: True,
    "none": lambda parts: False,
}


@cache
def choose_analysis(settings: AnalysisSettings) -> Analysis:
    """What cuts passages and queries into words; its fingerprint names every choice that is not the default."""
    if settings.kind == "lucene":
        return LUCENE_ENGLISH
    if settings == AnalysisSettings():
        return ENGLISH_BIOMEDICAL
    choices = ",".join(f"{name}={value}" for name, value in settings.model_dump(exclude_defaults=True).items())
    return english(
        f"{ANALYSIS_FINGERPRINT}({choices})",
        _STOP_WORDS[settings.stop_words],
        _STEMMERS[settings.stemmer],
        _WHOLES[settings.compounds],
    )
