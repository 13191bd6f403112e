"""What a question says of the patient, where the words mislead."""

from __future__ import annotations

import pytest

from wardround.agent.quoting.qualifiers import has_doses_of_its_own, qualifiers_of, speaks_to_a_qualifier


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How far ahead of trying for a baby must methotrexate be stopped in a man?", ["pregnancy"]),
        ("Can she have a baby on leflunomide?", ["pregnancy"]),
        ("Paracetamol dose for a baby of 5 kg", ["children"]),
        ("Are babies given vitamin K?", ["children"]),
        ("What of methotrexate before conception?", ["pregnancy"]),
        ("Which contraception suits migraine?", []),
    ],
)
def test_a_baby_that_is_hoped_for_is_no_patient(question: str, names: list[str]) -> None:
    assert [one.name for one in qualifiers_of(question)] == names
    assert has_doses_of_its_own(question) == ("children" in names)


def test_words_on_conception_speak_to_those_who_hope_for_a_baby() -> None:
    rule = "Methotrexate must be discontinued at least 3 months before conception in both men and women."
    assert speaks_to_a_qualifier("Should a man who is trying for a baby stop methotrexate?", rule)
    assert not speaks_to_a_qualifier("Should a baby get methotrexate?", rule)
