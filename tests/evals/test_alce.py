"""Citation recall and precision of three sentences, counted by hand."""

import pytest

from wardround.agent.citing.lexical_judge import LexicalJudge
from wardround.evals.alce import CitationQuality, Statement, citation_quality, mean_quality, quality_of_answer

TEXTS = {"a": "one", "b": "two", "c": "three", "d": "four"}


def entails(premise: str, sentence: str) -> bool:
    """Every word of the sentence stands in the premise."""
    return set(sentence.split()) <= set(premise.split())


def quality(*statements: tuple[str, str]) -> CitationQuality:
    return citation_quality([Statement(text, tuple(ids)) for text, ids in statements], TEXTS, entails)


def test_three_sentences_by_hand() -> None:
    # "one two" needs both; of "one" by a and b, b is superfluous; "three" is not in d.
    found = quality(("one two", "ab"), ("one", "ab"), ("three", "d"))
    assert found.recall == pytest.approx(2 / 3)
    assert found.precision == found.original_precision == pytest.approx(3 / 5)
    assert found.f1 == pytest.approx(2 * (2 / 3) * (3 / 5) / (2 / 3 + 3 / 5))


def test_an_unknown_passage_is_imprecise_here_and_left_out_in_the_original() -> None:
    found = quality(("one", "a"), ("two", "bx"))
    assert (found.recall, found.precision, found.original_precision) == (0.5, pytest.approx(1 / 3), 1.0)


def test_two_passages_that_each_suffice_are_both_precise() -> None:
    both = citation_quality([Statement("one", ("a", "e"))], {**TEXTS, "e": "one"}, entails)
    assert both == CitationQuality(1.0, 1.0, 1.0)


def test_only_three_citations_count_and_each_once() -> None:
    assert quality(("four", "abcd")).recall == 0.0
    assert quality(("one", "aaaa")) == CitationQuality(1.0, 1.0, 1.0)


def test_nothing_said_or_nothing_cited_has_no_quality() -> None:
    assert quality() == quality(("one", "")) == CitationQuality(0.0, 0.0, 0.0)
    assert quality().f1 == 0.0
    assert mean_quality([quality(), quality(("one", "a"))]) == CitationQuality(0.5, 0.5, 0.5)


def test_a_published_answer_is_judged_by_a_judge_of_support() -> None:
    text = "Give noradrenaline first. Aim for 65 mmHg."
    answer = {
        "references": [{"passage_id": "p", "title": "Shock", "text": text}],
        "claims": [
            {"text": "Give noradrenaline first.", "citations": [{"passage_id": "p"}]},
            {"text": "Aim for 90 mmHg.", "citations": [{"passage_id": "p"}]},
        ],
    }
    assert quality_of_answer(answer, LexicalJudge()) == CitationQuality(0.5, 0.5, 0.5)
