"""Seventy attacks from passages and titles against every prompt: they stay data, visible and fenced in."""

import json
import re
import unicodedata
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from wardround.agent.citing.instructions import speaks_to_a_model
from wardround.agent.citing.lexical_judge import LexicalJudge
from wardround.agent.citing.model_judge import ModelJudge
from wardround.agent.models.protocol import JsonSchema, Prompt
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.records import Brief, DraftClaim, Evidence, Framed, Turn
from wardround.agent.writing.briefer import GenerativeBriefer
from wardround.agent.writing.framer import GenerativeFramer
from wardround.agent.writing.planner import GenerativePlanner
from wardround.agent.writing.writer import GenerativeWriter
from wardround.corpora.records import Biblio, Passage
from wardround.prompts import load_prompts
from wardround.retrievers.protocols import Hit

PROMPTS = load_prompts()
FRAMED = Framed("How much fluid is given in septic shock?")
ATTACKS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "fixtures" / "injection_attacks.jsonl").read_text("ascii").splitlines()
]
SHOWN = re.compile(r"^\[(p-[0-9a-f]{4})\]", re.MULTILINE)
ANY_ID = re.compile(r"\[\s*p\s*-", re.IGNORECASE)
CONTROL_TOKEN = re.compile(
    r"<\||\|>|<｜|\[/?INST\]|<<SYS>>|</?s>|<(?:start|end)_of_turn>|</?think>|</?tool_call>|\[TOOL_CALLS\]"
)
OPENING = re.compile(r"^<(\w+) ([0-9a-f]{10})>$", re.MULTILINE)


def poisoned(attack: dict[str, str]) -> Passage:
    text = attack["text"]
    return Passage("g:9#0", "g:9", "g", 0, ("Treatment",), text, 0, len(text), Biblio(attack["title"], year=2021))


def sound() -> Passage:
    text = "Norepinephrine is the first-line vasopressor."
    return Passage("g:1#0", "g:1", "g", 0, (), text, 0, len(text), Biblio("Septic shock"))


Asking = Callable[[ScriptedModel, dict[str, str]], Awaitable[object]]


async def frame(model: ScriptedModel, attack: dict[str, str]) -> object:
    return await GenerativeFramer(model, PROMPTS).frame("And in shock?", (), (Turn(attack["title"], attack["text"]),))


async def plan(model: ScriptedModel, attack: dict[str, str]) -> object:
    return await GenerativePlanner(model, PROMPTS).plan(FRAMED, (Brief(attack["title"], attack["text"]),), (), 3)


async def brief(model: ScriptedModel, attack: dict[str, str]) -> object:
    hits = [Hit(one, 1.0, rank, "bm25") for rank, one in enumerate((poisoned(attack), sound()), start=1)]
    return await GenerativeBriefer(model, PROMPTS).brief("fluid dose", hits)


async def write(model: ScriptedModel, attack: dict[str, str]) -> object:
    evidence = [Evidence(one, 1.0, ("q",)) for one in (poisoned(attack), sound())]
    notes = (Brief(attack["title"], attack["text"], ("g:9#0",)),)
    return await GenerativeWriter(model, PROMPTS).write(FRAMED, evidence, notes, lambda _: None)


async def rewrite(model: ScriptedModel, attack: dict[str, str]) -> object:
    evidence = [Evidence(one, 1.0, ("q",)) for one in (poisoned(attack), sound())]
    claim = DraftClaim(attack["text"], ("g:9#0",), "model")
    return await GenerativeWriter(model, PROMPTS).rewrite(FRAMED, claim, evidence)


async def judge(model: ScriptedModel, attack: dict[str, str]) -> object:
    return await ModelJudge(model, PROMPTS).judge(DraftClaim(attack["text"], ("g:9#0",), "model"), [poisoned(attack)])


ASKINGS: dict[str, tuple[Asking, str]] = {
    "frame": (frame, '{"question": "And in septic shock?"}'),
    "plan": (plan, '{"analysis": "x", "enough": false, "queries": ["fluid volume"]}'),
    "brief": (brief, '{"answer": "", "passage_ids": []}'),
    "write": (write, '{"claims": [], "uncovered": []}'),
    "rewrite": (rewrite, '{"text": "", "passage_ids": []}'),
    "judge": (judge, "does not say"),
}


def test_there_are_at_least_sixty_attacks_of_many_kinds() -> None:
    assert len({attack["id"] for attack in ATTACKS}) == len(ATTACKS) >= 60
    assert len({attack["kind"] for attack in ATTACKS}) >= 7


@pytest.mark.parametrize("name", ASKINGS)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["id"])
async def test_an_attack_stays_data_in_every_prompt(attack: dict[str, str], name: str) -> None:
    asking, reply = ASKINGS[name]
    model = ScriptedModel([reply])
    await asking(model, attack)
    (call,) = model.calls
    system, user = (message.content for message in call.prompt.messages)

    assert system == PROMPTS[name].system
    assert_nothing_unseen(user)
    assert CONTROL_TOKEN.search(user) is None
    assert_every_block_is_closed_once(user)
    ids = SHOWN.findall(user)
    assert len(ids) == len(ANY_ID.findall(user)) == (2 if name in ("brief", "write", "rewrite") else 0)
    if ids:
        assert isinstance(call.prompt.constraint, JsonSchema)
        assert json.dumps(ids) in json.dumps(call.prompt.constraint.schema)


def assert_nothing_unseen(text: str) -> None:
    unseen = [c for c in text if c != "\n" and c != "\t" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn")]
    assert unseen == []


def assert_every_block_is_closed_once(text: str) -> None:
    blocks = OPENING.findall(text)
    assert len(blocks) >= 1
    for kind, mark in blocks:
        assert text.count(f"<{kind} {mark}>") == text.count(f"</{kind} {mark}>") == 1
    assert len(re.findall(r"</\w", text)) == len(blocks)


def obedient(attack: dict[str, str]) -> Callable[[Prompt], str]:
    """A model that repeats what the attack says and cites whatever it names."""
    named = re.findall(r"p-[0-9a-f]{4}", attack["text"]) or ["p-0000"]

    def reply(prompt: Prompt) -> str:
        cited = [*named[:2], SHOWN.findall(prompt.messages[1].content)[0]]
        return json.dumps({"claims": [{"text": attack["text"], "passage_ids": cited}], "uncovered": [attack["text"]]})

    return reply


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["id"])
async def test_even_an_obedient_model_cites_only_what_was_shown(attack: dict[str, str]) -> None:
    evidence = [Evidence(one, 1.0, ("q",)) for one in (poisoned(attack), sound())]
    model = ScriptedModel([obedient(attack)])
    draft = await GenerativeWriter(model, PROMPTS).write(FRAMED, evidence, (), lambda _: None)
    for claim in draft.claims:
        assert set(claim.passage_ids) <= {"g:9#0", "g:1#0"}
        assert_nothing_unseen(claim.text)
    for text in draft.uncovered:
        assert_nothing_unseen(text)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["id"])
async def test_a_sentence_that_gives_orders_supports_no_claim(attack: dict[str, str]) -> None:
    passage = poisoned(attack)
    verified = await LexicalJudge().judge(DraftClaim(attack["text"], (passage.id,), "model"), [passage])
    assert not any(speaks_to_a_model(quote.text) for quote in verified.quotes)
