"""MeSH headings in NLM's notation: ``*Low Back Pain/diagnosis/*therapy`` is a descriptor with two qualifiers.

A star marks what a paper is mainly about.
"""

from __future__ import annotations

from collections.abc import Iterable


def descriptor(heading: str) -> str:
    """The topic alone: ``Low Back Pain``."""
    return unstarred(heading).partition("/")[0]


def unstarred(heading: str) -> str:
    """The heading without the stars of its major topics: ``Low Back Pain/diagnosis/therapy``."""
    return "/".join(part.removeprefix("*") for part in heading.strip().split("/"))


def names(headings: Iterable[str]) -> set[str]:
    """Everything that the headings can be looked up by, none with a star.

    Of each its descriptor, its descriptor with each qualifier (``Low Back Pain/therapy``), and the heading as a whole.
    """
    found: set[str] = set()
    for heading in headings:
        whole = unstarred(heading)
        topic, *qualifiers = whole.split("/")
        found |= {topic, whole, *(f"{topic}/{qualifier}" for qualifier in qualifiers)}
    return found
