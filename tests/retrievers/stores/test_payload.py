"""A passage survives the way through a payload, and damage is named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.corpora.records import Biblio, Passage
from wardround.errors import StoreError
from wardround.retrievers.protocols import Where
from wardround.retrievers.stores.conditions import AnyOf, Between, conditions
from wardround.retrievers.stores.payload import from_payload, to_payload

words = st.text(st.characters(codec="utf-8"), max_size=20)
maybe = st.none() | words
several = st.lists(words, max_size=3).map(tuple)
biblios = st.builds(
    Biblio,
    title=words,
    year=st.none() | st.integers(-5, 3000),
    organisation=maybe,
    journal=maybe,
    authors=several,
    doi=maybe,
    pmid=maybe,
    pmcid=maybe,
    url=maybe,
    licence=maybe,
    language=maybe,
    publication_types=several,
    mesh=several,
    retracted=st.booleans(),
    note=maybe,
)
passages = st.builds(
    Passage,
    id=words,
    document_id=words,
    corpus=words,
    ordinal=st.integers(0, 2**31),
    heading=several,
    text=words,
    start=st.integers(0, 2**40),
    end=st.integers(0, 2**40),
    biblio=biblios,
)
PLAIN = Passage("c:d#0", "c:d", "c", 0, ("H",), "Text.", 3, 8, Biblio("T", year=2020))


@given(passages)
def test_a_passage_comes_back_equal_through_json(passage: Passage) -> None:
    assert from_payload(json.loads(json.dumps(to_payload(passage)))) == passage


def test_the_payload_is_what_filters_expect_and_states_nothing_twice() -> None:
    assert to_payload(PLAIN) == {
        "id": "c:d#0",
        "document_id": "c:d",
        "corpus": "c",
        "ordinal": 0,
        "heading": ["H"],
        "text": "Text.",
        "start": 3,
        "end": 8,
        "retracted": 0,
        "year": 2020,
        "biblio": {"title": "T"},
    }


def test_what_is_filtered_by_stands_beside_the_record_in_words_of_its_own() -> None:
    biblio = Biblio("T", journal="Lancet (London, England)", language="en", mesh=("*Gout/blood", "Cohort Studies"))
    assert to_payload(replace(PLAIN, biblio=biblio))["terms"] == {
        "journal": ["lancet", "lancet (london, england)"],
        "language": ["eng"],
        "mesh": ["cohort studies", "gout", "gout/blood"],
        "evidence": ["cohort study"],
    }


def test_fields_of_a_newer_version_are_ignored() -> None:
    payload = to_payload(PLAIN)
    newer = {**payload, "embedding_age": 3, "biblio": {**payload["biblio"], "orcid": ["x"]}}
    assert from_payload(newer) == PLAIN


@pytest.mark.parametrize(
    "field", ["id", "document_id", "corpus", "ordinal", "heading", "text", "start", "end", "biblio"]
)
def test_a_missing_field_is_named(field: str) -> None:
    payload = {name: value for name, value in to_payload(PLAIN).items() if name != field}
    with pytest.raises(StoreError, match=f"'{field}' is missing.*rebuild"):
        from_payload(payload)


def test_a_field_of_another_type_and_a_missing_title_are_named() -> None:
    with pytest.raises(StoreError, match="'text' is int, not str"):
        from_payload({**to_payload(PLAIN), "text": 7})
    with pytest.raises(StoreError, match="'c:d#0' in the index has no 'title'"):
        from_payload({**to_payload(PLAIN), "biblio": {}})
    with pytest.raises(StoreError, match="'id' is missing"):
        from_payload(None)


def test_a_restriction_becomes_one_condition_each() -> None:
    assert conditions(Where()) == []
    assert conditions(Where(("a",), 1, None, ("X", "y"), False)) == [
        AnyOf("corpus", ["a"]),
        Between("year", 1, None),
        AnyOf("terms.publication_types", ["x", "y"]),
        AnyOf("retracted", [0]),
    ]
