"""Headings as PubMed writes them, and what they are looked up by."""

from __future__ import annotations

import pytest

from wardround.corpora.mesh import descriptor, names, unstarred


@pytest.mark.parametrize(
    ("heading", "topic", "plain"),
    [
        ("Sepsis", "Sepsis", "Sepsis"),
        ("*Sepsis", "Sepsis", "Sepsis"),
        ("*Low Back Pain/diagnosis/*therapy", "Low Back Pain", "Low Back Pain/diagnosis/therapy"),
        (
            "Diabetes Mellitus, Type 2/*drug therapy",
            "Diabetes Mellitus, Type 2",
            "Diabetes Mellitus, Type 2/drug therapy",
        ),
        ("", "", ""),
    ],
)
def test_the_topic_stands_before_its_qualifiers_and_behind_its_star(heading: str, topic: str, plain: str) -> None:
    assert (descriptor(heading), unstarred(heading)) == (topic, plain)


def test_a_heading_is_named_by_its_topic_by_each_qualifier_and_as_a_whole() -> None:
    assert names(["*Low Back Pain/diagnosis/*therapy", "Humans"]) == {
        "Low Back Pain",
        "Low Back Pain/diagnosis",
        "Low Back Pain/therapy",
        "Low Back Pain/diagnosis/therapy",
        "Humans",
    }
