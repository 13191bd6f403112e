"""A budget of calls, tokens or seconds ends the rounds with its reason, and the last round spares its briefs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.agent.ward import ward_agent, ward_equipment
from wardround.agent.budget import NO_BUDGET, Budget, answering_calls
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.models.protocol import Choice, Prompt, Usage
from wardround.agent.models.scripted import Said, ScriptedModel
from wardround.agent.modes.choose import in_mode
from wardround.agent.records import AnswerOption
from wardround.agent.settings import AgentSettings, ModelSettings, Settings
from wardround.prompts import load_prompts

PROMPTS = load_prompts()
QUESTION = "Which vasopressor comes first in septic shock?"
OPTIONS = (AnswerOption("A", "Dopamine"), AnswerOption("B", "Noradrenaline"))


def kind(prompt: Prompt) -> str:
    """Which of the agent's steps a prompt is."""
    if len(prompt.messages) > 2:
        return "choose"
    steps = ("unaided", "plan", "brief", "write", "rewrite")
    return next(step for step in steps if PROMPTS[step].system == prompt.messages[0].content)


def never_enough() -> ScriptedModel:
    """A model whose planner always has three more things to look up."""
    topics = iter(TOPICS)

    def reply(prompt: Prompt) -> Said:
        if isinstance(prompt.constraint, Choice):
            return {"A": 0.2, "B": 0.8}
        if kind(prompt) == "plan":
            return json.dumps(planned(topics))
        return json.dumps(NO_BRIEF if kind(prompt) == "brief" else NOTHING_WRITTEN)

    return ScriptedModel(otherwise=reply)


TOPICS = (
    *("gout flare", "apixaban dose", "alteplase", *[""] * 3),
    *("asthma reliever", "ACE inhibitors pregnancy", "crystalloid fluids", "allopurinol", "blood pressure target"),
    "blood cultures",
)
"""What the planner asks for: three for its first call, which may ask for no more, and six for its second."""

NO_BRIEF = {"answer": "", "passage_ids": []}
NOTHING_WRITTEN = {"claims": [], "uncovered": []}


def planned(topics: Iterator[str]) -> dict[str, object]:
    return {"analysis": "More is open.", "enough": False, "queries": [next(topics) for _ in range(6)]}


def test_ten_calls_pay_for_two_rounds_the_second_without_briefs(tmp_path: Path) -> None:
    model = never_enough()
    with ward_agent(tmp_path, model, search_depth=1) as agent:
        answer = agent.ask(QUESTION, options=OPTIONS)
    assert sorted(map(kind, (call.prompt for call in model.calls))) == [
        *["brief"] * 4, "choose", "plan", "plan", "unaided", "write"
    ]  # fmt: skip
    assert [len(one.queries) for one in answer.rounds] == [4, 6]
    assert answer.rounds[0].queries[0] == QUESTION
    assert answer.stopped_because == "the budget of 10 calls has no room for another round (agent.max_calls)"


def test_rounds_leave_room_for_every_sampled_answer(tmp_path: Path) -> None:
    model = never_enough()
    with ward_agent(tmp_path, model, search_depth=1, samples=8) as agent:
        answer = agent.ask(QUESTION)
    assert sorted(map(kind, (call.prompt for call in model.calls))) == [*["plan"] * 2, *["write"] * 8]
    assert answer.stopped_because == "the budget of 10 calls has no room for another round (agent.max_calls)"


def test_without_a_budget_the_rounds_go_on_to_their_number(tmp_path: Path) -> None:
    with ward_agent(tmp_path, never_enough(), search_depth=1, max_calls=0, n_rounds=2) as agent:
        answer = agent.ask(QUESTION)
    assert answer.stopped_because == "all 2 rounds are spent"


def test_seconds_end_the_rounds(tmp_path: Path) -> None:
    equipment = ward_equipment(never_enough(), search_depth=1, max_calls=0, max_seconds=5)
    moments = iter(range(0, 600, 6))
    slow = replace(equipment, context=replace(equipment.context, clock=lambda: float(next(moments))))
    with ClinicalAgent(slow, checkpoints=tmp_path / "c.sqlite") as agent:
        answer = agent.ask(QUESTION)
    assert (len(answer.rounds), answer.stopped_because) == (1, "the budget of 5 seconds is spent (agent.max_seconds)")


def test_tokens_end_the_rounds() -> None:
    spent = Usage(1, 900, 100)
    assert Budget(tokens=1001).objection(spent, 0, calls_ahead=1) is None
    assert Budget(tokens=1000).objection(spent, 0, calls_ahead=1) == (
        "the budget of 1000 tokens is spent (agent.max_tokens)"
    )


@pytest.mark.parametrize(("ahead", "objects"), [(7, False), (8, True)])
def test_calls_ahead_count(ahead: int, objects: bool) -> None:
    assert (Budget(calls=10).objection(Usage(3), 0, calls_ahead=ahead) is not None) == objects
    assert NO_BUDGET.objection(Usage(300), 1e6, calls_ahead=ahead) is None


def test_what_the_answer_needs_is_kept_back() -> None:
    assert (answering_calls(has_options=True, samples=1), answering_calls(has_options=False, samples=1)) == (3, 1)
    assert (answering_calls(has_options=True, samples=4), answering_calls(has_options=False, samples=4)) == (12, 4)
    assert (Budget(calls=10).calls_left(Usage(12)), NO_BUDGET.calls_left(Usage(12))) == (0, None)


def test_a_written_answer_searches_deeper_and_reads_fewer_passages_unless_set() -> None:
    served = ModelSettings(kind="server")
    sized = in_mode(Settings(model=served)).agent
    assert (sized.k, sized.search_depth, sized.max_calls) == (8, 32, 10)
    assert in_mode(Settings(model=served, agent=AgentSettings(k=3))).agent.k == 3
    assert in_mode(Settings()).agent == AgentSettings()
    drafted = in_mode(Settings(model=served, agent=AgentSettings(planner="draft"))).agent
    assert (drafted.n_rounds, drafted.n_queries) == (10, 1)
