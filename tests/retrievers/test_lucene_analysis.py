"""The analysis of published BM25 runs, word by word."""

from __future__ import annotations

import pytest

from wardround.retrievers.bm25 import Bm25Encoder, average_length, term_id
from wardround.retrievers.lucene_analysis import LUCENE_ENGLISH, lucene_terms
from wardround.retrievers.settings import AnalysisSettings, Bm25Settings


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The patient's Running noses", ["patient", "run", "nose"]),
        ("Crohn’s disease is not a U.S. thing", ["crohn", "diseas", "u.", "thing"]),
        ("TNF-α, 1,000 mg or 2.5 mg/dL", ["tnf", "α", "1,000", "mg", "2.5", "mg", "dl"]),
        ("generalization of ponies", ["gener", "poni"]),
        ("", []),
        ("it is the", []),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert lucene_terms(text) == terms


def test_an_encoder_uses_the_analysis_it_is_given() -> None:
    texts = ["no fever", "the fever of unknown origin"]
    encoder = Bm25Encoder(Bm25Settings(analysis=AnalysisSettings(kind="lucene")), average_length(texts, LUCENE_ENGLISH))
    assert encoder.encode_query("no fevers").indices == (term_id("fever"),)
    assert "analysis=lucene-english-1" in encoder.fingerprint
    assert average_length(texts, LUCENE_ENGLISH) == 2.0
