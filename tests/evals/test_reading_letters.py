"""What counts as a stated answer, and what never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.evals.records import Gold, Item, ItemResult
from wardround.evals.scoring import ChoiceScorer, MirageScorer, mirage_letter, read_letter

OPTIONS = {"A": "Thumb", "B": "Ring finger", "C": "Aspirin", "D": "None of the above"}


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ('{"step_by_step_thinking": "...", "answer_choice": "B"}', "B"),
        ('{"step_by_step_thinking": "...", "answer_choice": "B. Ring finger"}', "B"),
        ('{"answer_choice": "ring finger"}', "B"),
        ('{"answer_choice": "None of the above"}', "D"),
        ('{"answer_choice": "Option C: Aspirin"}', "C"),
        ('{"answer_choice": "(c)"}', "C"),
        ('{"answer_choice": "C (Aspirin)"}', "C"),
        ('{"answer_choice": C}', "C"),
        ('thinking: "broken\n quotes", "answer_choice": "A" }', "A"),
        ('```json\n{"answer": "D"}\n```', "D"),
        ('{"step_by_step_thinking": "Option A is wrong; the answer is A? No.", "answer_choice": "B"}', "B"),
        ('{"answer_choice": "B"} Again: {"answer_choice": "B. Ring finger"}', "B"),
        ("First ... Therefore, the answer is C.", "C"),
        ("**Answer:** (C)", "C"),
        ("The correct answer is option B because it bleeds.", "B"),
        ("So we get \\boxed{D}", "D"),
        ("Option B is the most appropriate answer here.", "B"),
        ("B", "B"),
        ("b.", "B"),
        ("Long reasoning.\n\nB. Ring finger", "B"),
        ("<think>Maybe the answer is A.</think>The answer is B.", "B"),
    ],
)
def test_a_stated_letter_is_read(text: str, letter: str) -> None:
    assert read_letter(text, OPTIONS)[:2] == (letter, "answered")


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("", "unparsed", "nothing was written"),
        ('{"answer_choice": ""}', "unparsed", "answer field: the answer is empty"),
        ('{"answer_choice": "A/B"}', "unparsed", "answer field: several letters"),
        ('{"answer_choice": "A and B"}', "unparsed", "answer field: several letters"),
        ('{"answer_choice": "A. Thumb, C. Aspirin"}', "unparsed", "answer field: several letters"),
        ('{"answer_choice": "A. Aspirin"}', "unparsed", "answer field: letter A with the text of option C"),
        ('{"answer_choice": "E"}', "unparsed", "answer field: E is not an option"),
        ('{"answer_choice": "800 mg"}', "unparsed", "answer field: names no option"),
        ('{"answer_choice": ["A", "B"]}', "unparsed", "the answer field holds no readable value"),
        ('{"step_by_step_thinking": "cut off here, "answer_choice": "', "unparsed",
         "the answer field holds no readable value"),
        ('{"answer_choice": "A"} or {"answer_choice": "B"}', "unparsed", "answer field: says both A and B"),
        ("The answer is A. Wait, the answer is B.", "unparsed", "stated in prose: says both A and B"),
        ("Answer choice: A. Thumb or B. Ring finger.", "unparsed", "stated in prose: several letters"),
        ("The answer is A patient with pain.", "unparsed", "no answer is stated"),
        ("A patient like this needs aspirin.", "unparsed", "no answer is stated"),
        ("Anticoagulation", "unparsed", "no answer is stated"),
        ("<think>The answer is A.", "unparsed", "the reasoning never ends"),
        ('{"answer_choice": "Cannot be determined"}', "refused", "answer field: declines to choose"),
        ('{"answer_choice": "N/A"}', "refused", "answer field: declines to choose"),
        ('{"answer_choice": "The documents do not provide enough information."}', "refused",
         "answer field: declines to choose"),
        ("I'm sorry, but I cannot help with that.", "refused", "declines to choose"),
        ("Error communicating with OpenAI: connection reset", "failed",
         "a service's error message instead of an answer"),
        ("'content'", "failed", "a service's error message instead of an answer"),
    ],
)  # fmt: skip
def test_what_is_not_stated_is_not_guessed(text: str, outcome: str, reason: str) -> None:
    assert read_letter(text, OPTIONS) == (None, outcome, reason)


def test_a_bare_letter_is_the_letter_even_where_an_option_reads_like_one() -> None:
    labels = {"A": "C", "B": "A", "C": "B"}
    assert read_letter('{"answer_choice": "C"}', labels).letter == "C"


def test_two_options_of_the_same_text_are_told_apart_by_letter_only() -> None:
    twins = {"A": "Iron", "B": "Iron", "C": "Zinc"}
    assert read_letter('{"answer_choice": "Iron"}', twins) == (
        None, "unparsed", "answer field: the text of options A and B",
    )  # fmt: skip
    assert read_letter('{"answer_choice": "B. Iron"}', twins).letter == "B"


@given(st.text(alphabet='ABCDE abx.,:/"{}()answer_choice\n\\', max_size=60))
def test_any_text_gives_a_letter_of_the_options_or_none(text: str) -> None:
    letter, outcome, reason = read_letter(text, OPTIONS)
    assert (letter in OPTIONS) == (outcome == "answered")
    assert reason


@pytest.mark.parametrize(
    ("text", "letter", "rule"),
    [
        ('{"answer_choice": "B"}', "B", "leading letter with punctuation"),
        ('{"answer_choice": "C. Aspirin"}', "C", "leading letter with punctuation"),
        ('{"answer_choice": "B. see option C"}', "C", "option named"),
        ('{"answer_choice": "A/B"}', "A", "leading letter"),
        ('{"answer_choice": "D or B"}', "D", "leading letter"),
        ("D", "D", "leading letter"),
        ("My answer: Diuretics", "D", "after a colon"),
        ('{"answer_choice": "E"}', "A", None),
        ('{"answer_choice": "None of the above"}', "A", None),
        ("", "A", None),
        ("The answer is C.", "A", None),
        ('{"answer_choice": "C"} and {"answer_choice": "B"}', "B", "leading letter with punctuation"),
    ],
)
def test_the_official_scorer_is_reproduced_with_all_its_habits(text: str, letter: str, rule: str | None) -> None:
    assert mirage_letter(text) == (letter, rule)


ITEM = Item("q1", "Which?", Gold(letter="A"), "q1", options=OPTIONS)


def test_without_a_letter_our_score_is_nothing_and_the_official_one_is_a_guess() -> None:
    unreadable = ItemResult("q1", text='{"answer_choice": "E"}')
    ours, official = ChoiceScorer().score(ITEM, unreadable), MirageScorer().score(ITEM, unreadable)
    assert (ours.outcome, ours.value, ours.answer) == ("unparsed", 0.0, None)
    assert (official.outcome, official.value, official.answer) == ("answered", 1.0, "A")


def test_a_failed_item_keeps_its_reason() -> None:
    failed = ChoiceScorer().score(ITEM, ItemResult("q1", failure="timed out after 300 s"))
    assert (failed.outcome, failed.value, failed.reason) == ("failed", 0.0, "timed out after 300 s")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("A", ("answered", 1.0, "A")), ("B", ("answered", 0.0, "B")), (None, ("refused", 0.0, None))],
)
def test_a_structured_answer_speaks_for_itself(choice: str | None, expected: tuple[str, float, str | None]) -> None:
    scored = ChoiceScorer().score(ITEM, ItemResult("q1", text="The answer is D.", answer={"choice": choice}))
    assert (scored.outcome, scored.value, scored.answer) == expected
