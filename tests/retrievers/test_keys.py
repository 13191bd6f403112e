"""Keys of passages: the same everywhere, and numbers that every engine takes."""

from __future__ import annotations

from wardround.retrievers.keys import passage_key


def test_a_key_is_the_same_everywhere() -> None:
    assert passage_key("guidelines:a/b#0") == 694981159842543133
    assert passage_key("guidelines:a/b#1") != passage_key("guidelines:a/b#0")


def test_keys_fit_into_63_bits_and_differ() -> None:
    keys = {passage_key(f"c:d#{number}") for number in range(10_000)}
    assert len(keys) == 10_000
    assert 2**62 < max(keys) < 2**63
