import math

import pytest

from wardround.agent.models.option_scores import TokenChance, from_first_token, require_options, share
from wardround.errors import InputError


def listed(**chances: float) -> list[TokenChance]:
    return [TokenChance(text.replace("_", " "), math.log(chance)) for text, chance in chances.items()]


def test_letters_are_renormalised_and_leading_spaces_add_up() -> None:
    scores = from_first_token(("A", "B"), listed(A=0.3, _A=0.1, B=0.1, The=0.5))
    assert scores == pytest.approx({"A": 0.8, "B": 0.2})


def test_a_letter_that_is_not_listed_counts_at_most_as_the_smallest_listed() -> None:
    scores = from_first_token(("A", "B", "C"), listed(A=0.8, B=0.1998, x=0.0002))
    assert scores == pytest.approx({"A": 0.8, "B": 0.1998, "C": 0.0002})


@pytest.mark.parametrize(
    ("options", "chances"),
    [
        (("A", "B"), {"A": 0.3, "x": 0.2}),  # B may have up to 0.2
        (("asthma", "asthenia"), {"as": 0.9, "x": 0.1}),  # they share their first token
        (("yes", "maybe"), {"yes": 0.9, "x": 0.0001}),  # maybe is perhaps two tokens
        (("A", "B"), {"The": 0.9}),
    ],
)
def test_one_position_is_not_enough(options: tuple[str, ...], chances: dict[str, float]) -> None:
    assert from_first_token(options, listed(**chances)) is None


def test_likelihoods_are_shared_out_and_a_prefix_keeps_what_is_left() -> None:
    logs = {"5": math.log(0.5), "50": math.log(0.2), "500": math.log(0.1), "7": math.log(0.5)}
    assert share(logs) == pytest.approx({"5": 0.3, "50": 0.1, "500": 0.1, "7": 0.5})


def test_likelihoods_too_small_for_a_float_are_no_obstacle() -> None:
    assert share({"a": -2000.0, "b": -2000.0 + math.log(3)}) == pytest.approx({"a": 0.25, "b": 0.75})


@pytest.mark.parametrize("options", [(), ("A", "A"), ("A", " ")])
def test_options_must_be_different_texts(options: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="different and not blank"):
        require_options(options)
