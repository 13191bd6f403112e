"""One question from end to end, by quotation, over the ward's passages."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph

from tests.agent.ward import library, ward_agent, ward_equipment
from wardround.agent.answer import Answer
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.events import ContextsChosen, Finished, QuestionFramed, RoundStarted, Token
from wardround.agent.graph import build_graph, step_limit
from wardround.agent.quoting.briefer import QuotingBriefer
from wardround.agent.quoting.planner import CoveragePlanner
from wardround.agent.records import AnswerOption, Plan, Turn
from wardround.errors import BackendError, InputError
from wardround.retrievers.stores.memory import MemoryStore
from wardround.retrievers.term_rarity import TermRarity

QUESTION = "In adults with septic shock, how soon should antibiotics be given?"
RULE = "In adults with septic shock, give antibiotics immediately, ideally within 1 hour of recognition."


def test_answer_quotes_the_rule_at_its_offsets(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        answer = agent.ask(QUESTION)
    assert not answer.abstained
    assert answer.claims[0].text == RULE
    assert answer.references[0].document_id == "ward:0"
    texts = {one.passage_id: one.text for one in answer.references}
    for claim in answer.claims:
        assert claim.verdict == "supported"
        assert claim.citations
        for one in claim.citations:
            assert texts[one.passage_id][one.start : one.end] == one.quote
    assert answer.model is None
    assert answer.usage.calls == 0
    assert answer.contexts.certificate is None


def test_json_is_the_published_contract(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        answer = agent.ask(QUESTION)
    published = json.loads(answer.to_json())
    assert published["schema_version"] == 1
    assert {"question", "abstained", "mode", "claims", "references", "contexts", "rounds", "usage", "warnings"} <= set(
        published
    )
    assert Answer.model_validate_json(answer.to_json()) == answer


def test_a_question_the_corpus_does_not_know_is_not_answered(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        answer = agent.ask("Which chemotherapy regimen is given for metastatic pancreatic cancer?")
    assert answer.abstained
    assert answer.claims == ()
    assert len(answer.references) == 3
    assert "does not answer" in answer.to_text()
    assert "Only what a source says is given; no language model is configured" in answer.to_text()
    assert "Every statement is quoted" not in answer.to_text()


def test_a_qualifier_no_passage_speaks_to_is_named(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        answer = agent.ask("How soon should antibiotics be given in septic shock in pregnancy?")
    assert not answer.abstained
    assert "pregnancy" in answer.uncovered


def test_a_follow_up_is_read_in_its_conversation(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        answer = agent.ask("And in pregnancy?", history=[Turn("Are ACE inhibitors used in hypertension?", "...")])
    assert "ward:7" in {one.document_id for one in answer.references}
    assert any("follow-up" in warning for warning in answer.warnings)


@pytest.mark.parametrize(
    "question",
    [
        "Is lisinopril contraindicated in pregnancy?",  # its class is spoken of
        "How soon are antibiotics given to adults with suspected septic shock?",  # an everyday word
    ],
)
def test_only_what_somebody_would_miss_is_named_as_missing(tmp_path: Path, question: str) -> None:
    with ward_agent(tmp_path) as agent:
        answer = agent.ask(question)
    assert not answer.abstained
    assert answer.uncovered == ()


def test_events_tell_the_way_in_order(tmp_path: Path) -> None:
    async def collect(agent: ClinicalAgent) -> list[object]:
        return [event async for event in agent.stream(QUESTION)]

    with ward_agent(tmp_path) as agent:
        events = asyncio.run(collect(agent))
    kinds = [type(event) for event in events]
    assert kinds[0] is QuestionFramed
    assert kinds[-1] is Finished
    assert kinds.index(RoundStarted) < kinds.index(ContextsChosen) < kinds.index(Token)


def test_works_inside_a_running_loop_and_from_many_threads(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:

        async def inside() -> Answer:
            return await agent.aask(QUESTION)

        async def calls_sync_code() -> Answer:
            return agent.ask(QUESTION)

        first = asyncio.run(inside())
        assert asyncio.run(calls_sync_code()).claims == first.claims
        answers: list[Answer] = []
        threads = [threading.Thread(target=lambda: answers.append(agent.ask(QUESTION))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [one.claims for one in answers] == [first.claims] * 4


def test_an_option_is_named_in_passages_that_hold_it_as_words(tmp_path: Path) -> None:
    options = (AnswerOption("A", "Antibiotics"), AnswerOption("B", "anti"))
    with ward_agent(tmp_path) as agent:
        answer = agent.ask(QUESTION, options=options)
    assert [bool(one.mentioned_in) for one in answer.options] == [True, False]


def test_nothing_waits_for_ever_where_no_question_may_be_under_way(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent, pytest.raises(InputError, match="concurrency is 0"):
        agent.batch([QUESTION], concurrency=0)


def test_the_store_is_never_asked_in_the_thread_of_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_in = set()
    look_up = MemoryStore.search_sparse

    def noted(self: MemoryStore, *arguments: Any) -> Any:
        asked_in.add(threading.current_thread().name)
        return look_up(self, *arguments)

    monkeypatch.setattr(MemoryStore, "search_sparse", noted)
    equipped = ward_equipment()
    fresh = TermRarity(equipped.store, library().encoder)  # what the ward's knows already it asks no store for
    context = dataclasses.replace(
        equipped.context, planner=CoveragePlanner(fresh), briefer=QuotingBriefer(fresh), fixed_rounds=True
    )
    equipped = dataclasses.replace(equipped, context=context)
    with ClinicalAgent(equipped, checkpoints=tmp_path / "c.sqlite") as agent:
        agent.ask("In pregnancy, how soon should antibiotics be given in septic shock?")
    assert asked_in
    assert "wardround-agent" not in asked_in


def test_batch_keeps_order_and_carries_errors(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        results = agent.batch([QUESTION, "", "What is the dose of alteplase in stroke?"])
    assert isinstance(results[0], Answer)
    assert isinstance(results[1], InputError)
    assert isinstance(results[2], Answer)
    assert "ward:9" in {one.document_id for one in results[2].references}


def test_graph_is_a_node_of_another_graph(tmp_path: Path) -> None:
    class Other(TypedDict, total=False):
        question: str
        answer: Answer

    with ward_agent(tmp_path) as agent:
        other = StateGraph(Other)
        other.add_node("ward", agent.graph)
        other.add_edge(START, "ward")
        other.add_edge("ward", END)
        result = asyncio.run(other.compile().ainvoke({"question": QUESTION}))
    assert result["answer"].claims[0].text == RULE


def test_a_search_that_fails_is_carried_and_said(tmp_path: Path) -> None:
    equipment = ward_equipment()
    retriever = equipment.context.retriever

    class FailingOnce:
        name = "failing"
        failed = False

        def search(self, query, k, where):  # type: ignore[no-untyped-def]
            if not self.failed:
                self.failed = True
                raise BackendError("the store is away")
            return retriever.search(query, k, where)

    class TwoQueries:
        async def plan(self, framed, briefs, found, n_queries):  # type: ignore[no-untyped-def]
            return Plan(() if briefs else (framed.question, "antibiotic timing septic shock"), "enough")

    context = dataclasses.replace(equipment.context, retriever=FailingOnce(), planner=TwoQueries())
    with ClinicalAgent(dataclasses.replace(equipment, context=context), checkpoints=tmp_path / "c.sqlite") as agent:
        answer = agent.ask(QUESTION)
    assert answer.claims[0].text == RULE
    assert answer.warnings == (f"the search for {QUESTION!r} failed: the store is away",)


@pytest.mark.parametrize("rounds", [1, 4, 16])
def test_a_planner_that_never_has_enough_is_stopped_within_the_step_limit(rounds: int, tmp_path: Path) -> None:
    asked: list[str] = []

    class Insatiable:
        async def plan(self, framed, briefs, found, n_queries):  # type: ignore[no-untyped-def]
            fresh = [f"query {len(asked) + number}" for number in range(n_queries)]
            asked.extend(fresh)
            return Plan(tuple(fresh))

    class EverNew:
        name = "ever new"
        count = 0

        def search(self, query, k, where):  # type: ignore[no-untyped-def]
            hits = equipment.context.retriever.search(QUESTION, 1, where)
            passage = dataclasses.replace(hits[0].passage, id=f"ward:0#{self.count}")
            self.count += 1
            return [dataclasses.replace(hits[0], passage=passage)]

    equipment = ward_equipment(n_rounds=rounds, n_queries=2, k=0)
    context = dataclasses.replace(equipment.context, planner=Insatiable(), retriever=EverNew())
    final = asyncio.run(
        build_graph(context).ainvoke({"question": QUESTION}, {"recursion_limit": step_limit(rounds)})  # type: ignore[arg-type]
    )
    assert len(final["answer"].rounds) == rounds
    assert final["answer"].stopped_because == f"all {rounds} rounds are spent"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("x" * 30_000, "30000 characters; at most 20000"),
        ("\x00\x01\x02", "not text"),
        ("?!", "no word"),
    ],
)
def test_what_is_not_a_question_is_refused_in_one_line(question: str, message: str, tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent, pytest.raises(InputError, match=message) as refused:
        agent.ask(question)
    assert "\n" not in str(refused.value)
