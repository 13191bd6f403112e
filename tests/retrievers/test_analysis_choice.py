"""The analysis as a setting: what each choice changes, and that index, queries and answers agree on it."""

from __future__ import annotations

from typing import Any

import pytest

from wardround.errors import ConfigError
from wardround.retrievers.analysis import ENGLISH_BIOMEDICAL
from wardround.retrievers.analysis_choice import choose_analysis
from wardround.retrievers.bm25 import Bm25Encoder, term_id
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.lucene_analysis import LUCENE_ENGLISH
from wardround.retrievers.settings import AnalysisSettings, Bm25Settings
from wardround.retrievers.stores.memory import MemoryStore
from wardround.retrievers.term_rarity import TermRarity

TEXT = "Is TNF-α generally not double-blind?"


@pytest.mark.parametrize(
    ("choices", "terms"),
    [
        ({}, ["tnf", "alpha", "tnfalpha", "general", "not", "doubl", "blind"]),
        ({"stemmer": "porter"}, ["tnf", "alpha", "tnfalpha", "gener", "not", "doubl", "blind"]),
        ({"stemmer": "none"}, ["tnf", "alpha", "tnfalpha", "generally", "not", "double", "blind"]),
        ({"stop_words": "lucene"}, ["tnf", "alpha", "tnfalpha", "general", "doubl", "blind"]),
        ({"stop_words": "none"}, ["is", "tnf", "alpha", "tnfalpha", "general", "not", "doubl", "blind"]),
        ({"compounds": "none"}, ["tnf", "alpha", "general", "not", "doubl", "blind"]),
        ({"compounds": "all"}, ["tnf", "alpha", "tnfalpha", "general", "not", "doubl", "blind", "doubleblind"]),
        ({"kind": "lucene", "stemmer": "none"}, ["tnf", "α", "gener", "doubl", "blind"]),
    ],
)
def test_each_choice_changes_what_it_names(choices: dict[str, Any], terms: list[str]) -> None:
    assert choose_analysis(AnalysisSettings(**choices)).terms(TEXT) == terms


def test_every_choice_has_a_fingerprint_of_its_own() -> None:
    choices = [{"stemmer": "porter"}, {"stop_words": "none"}, {"compounds": "all"}, {"stemmer": "none"}]
    named = [choose_analysis(AnalysisSettings(**one)).fingerprint for one in choices]  # type: ignore[arg-type]
    assert named[0] == "english-biomedical-2(stemmer=porter)"
    assert len({*named, ENGLISH_BIOMEDICAL.fingerprint, LUCENE_ENGLISH.fingerprint}) == 6
    assert choose_analysis(AnalysisSettings()) is ENGLISH_BIOMEDICAL


def test_passages_and_queries_are_cut_alike_and_the_encoder_says_how() -> None:
    settings = Bm25Settings(analysis=AnalysisSettings(stemmer="none"))
    encoder = Bm25Encoder(settings, 3)
    assert encoder.encode_passage("Fevers").indices == encoder.encode_query("fevers").indices == (term_id("fevers"),)
    assert encoder.fingerprint.startswith("bm25(analysis=english-biomedical-2(stemmer=none),")
    assert InMemoryBm25([], settings).search("fever", 1) == []


def test_answers_refuse_an_index_whose_words_they_would_read_otherwise() -> None:
    encoder = Bm25Encoder(Bm25Settings(analysis=AnalysisSettings(kind="lucene")), 3)
    with pytest.raises(ConfigError, match=r"not by lucene-english-1: set retrieval.bm25.analysis back"):
        TermRarity(MemoryStore(2), encoder)
