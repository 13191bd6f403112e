"""Claims can be read while their JSON is still being written."""

import json

from hypothesis import given
from hypothesis import strategies as st

from wardround.agent.writing.claim_stream import ClaimStream


def read(text: str, size: int) -> str:
    shown: list[str] = []
    stream = ClaimStream(shown.append)
    for start in range(0, len(text), size):
        stream.feed(text[start : start + size])
    return "".join(shown)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=4),
    st.booleans(),
    st.integers(min_value=1, max_value=9),
)
def test_exactly_the_claims_texts_come_out_whatever_the_pieces(texts: list[str], ascii_only: bool, size: int) -> None:
    claims = [{"text": text, "passage_ids": ["p-1", 'text": "x']} for text in texts]
    reply = json.dumps({"note": {"text": "no"}, "claims": claims, "uncovered": ["text"]}, ensure_ascii=ascii_only)
    assert read(reply, size) == "".join(f"{text}\n" for text in texts)


def test_what_is_not_such_json_yields_nothing_and_never_fails() -> None:
    for text in ('}]}"\\', "]]]]", '{"claims": "text"}', '{"text": "top"}', '{"claims": [{"text": "\\q\\uZZZZ"}]}'):
        assert read(text, 1).strip() == ""
