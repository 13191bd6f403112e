"""Values are put into a prompt as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.prompts import load_prompts

JUDGE = load_prompts()["judge"]


def test_values_are_never_read_for_variables() -> None:
    rendered = JUDGE.render(passage="costs $claim and ${claim} and {claim} and %(claim)s", claim="the claim")
    assert "costs $claim and ${claim} and {claim} and %(claim)s" in rendered.user
    assert rendered.user.count("the claim") == 1


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(lambda t: f"|{t}|"))
def test_any_value_arrives_whole(value: str) -> None:
    assert value in JUDGE.render(passage=value, claim="x").user


def test_missing_and_unknown_values_are_refused() -> None:
    with pytest.raises(ValueError, match="'judge' needs a value for claim"):
        JUDGE.render(passage="p")
    with pytest.raises(ValueError, match="'judge' does not take question"):
        JUDGE.render(passage="p", claim="c", question="q")


def test_an_optional_value_left_out_leaves_no_hole() -> None:
    rendered = load_prompts()["plan"].render(question="Q?", history="(none)", n_queries="3")
    assert "\n\n\n" not in rendered.user
    assert rendered.user.startswith("Question: Q?\n\nLooked up so far:\n(none)")
