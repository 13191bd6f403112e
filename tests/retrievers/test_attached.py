"""A user's own documents are found beside the literature, in memory, and never push it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.agent.ward import library, passages
from wardround.agent.assembly import Library
from wardround.corpora.records import Biblio, Passage
from wardround.errors import InputError
from wardround.retrievers.attached import AttachedPassages, WithAttached
from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.protocols import Embedder, Matrix, Where
from wardround.retrievers.settings import Bm25Settings

TEXTS = (
    "On ward 7 the sepsis nurse is called by bleep 4471.",
    "On ward 7 meropenem is given for septic shock.",
    "The canteen closes at eight.",
)
DOCUMENT = "attached:1:notes.md"
OWN = [
    Passage(f"{DOCUMENT}#{place}", DOCUMENT, "attached", place, (), text, 0, len(text), Biblio("Notes"))
    for place, text in enumerate(TEXTS)
]


@pytest.fixture(scope="module")
def held() -> Library:
    ward = library()
    return Library(
        ward.store, ward.embedder, ward.encoder, "own", attached=AttachedPassages(OWN, ward.embedder, Bm25Settings())
    )


@pytest.fixture(scope="module")
def retriever(held: Library) -> WithAttached:
    assert held.attached is not None
    return WithAttached(HybridRetriever(held.store, held.embedder, held.encoder), held.attached)


def test_what_is_attached_is_found_among_the_literature(retriever: WithAttached) -> None:
    hits = retriever.search("Which antibiotic in septic shock on ward 7?", 6)
    assert hits[0].passage.id == OWN[1].id
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5, 6]
    assert sum(hit.passage.corpus == "attached" for hit in hits) == 3


def test_the_literature_keeps_at_least_every_second_place(retriever: WithAttached) -> None:
    hits = retriever.search("ward", 4)
    assert sum(hit.passage.corpus != "attached" for hit in hits) == 2


def test_a_filter_restricts_the_literature_only(retriever: WithAttached) -> None:
    hits = retriever.search("septic shock", 8, Where(year_from=2100))
    assert {hit.passage.corpus for hit in hits} == {"attached"}


def test_an_empty_query_finds_nothing(retriever: WithAttached) -> None:
    assert retriever.search_many([" ", "sepsis"], 3)[0] == []


def test_vectors_come_from_both_sides_in_the_order_asked_for(held: Library) -> None:
    stored = passages()[0].id
    rows = held.vectors([OWN[2].id, stored, OWN[0].id])
    assert held.attached is not None
    assert np.array_equal(rows[[0, 2]], held.attached.vectors([OWN[2].id, OWN[0].id]))
    assert np.array_equal(rows[1], held.store.vectors([stored])[0])
    assert np.array_equal(held.vectors([OWN[0].id]), held.attached.vectors([OWN[0].id]))


def test_the_fingerprint_tells_what_is_attached(held: Library) -> None:
    assert held.attached is not None
    fewer = AttachedPassages(OWN[:1], held.embedder, Bm25Settings())
    assert fewer.fingerprint != held.attached.fingerprint
    assert AttachedPassages(OWN, held.embedder, Bm25Settings()).fingerprint == held.attached.fingerprint


def test_two_passages_of_one_id_are_refused() -> None:
    with pytest.raises(InputError, match="same id"):
        AttachedPassages([OWN[0], OWN[0]], library().embedder, Bm25Settings())


def test_what_was_attached_before_is_not_embedded_again(held: Library) -> None:
    embedder = Counting(held.embedder)
    first = AttachedPassages(OWN[:2], embedder, Bm25Settings())
    both = AttachedPassages(OWN, embedder, Bm25Settings(), first)
    assert embedder.asked == [[one.contents for one in OWN[:2]], [OWN[2].contents]]
    assert held.attached is not None
    ids = [one.id for one in OWN]
    assert np.allclose(both.vectors(ids), held.attached.vectors(ids), atol=1e-6)


def test_a_document_that_has_changed_since_is_embedded_anew(held: Library) -> None:
    embedder = Counting(held.embedder)
    first = AttachedPassages(OWN[:1], embedder, Bm25Settings())
    changed = replace(OWN[0], text="On ward 7 the sepsis nurse is called by bleep 4472.")
    AttachedPassages([changed], embedder, Bm25Settings(), first)
    assert embedder.asked[-1] == [changed.contents]


class Counting:
    """An embedder that remembers which passages it was asked for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.dimension = embedder.dimension
        self.asked: list[list[str]] = []

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        self.asked.append(list(texts))
        return self._embedder.embed_passages(texts)
