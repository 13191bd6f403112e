"""What writes passages for queries in an evaluation: a configured language model, or a file of what one wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from wardround.agent.event_loop import LoopThread
from wardround.agent.models.protocol import LanguageModel, Message, Prompt
from wardround.corpora.records import Passage
from wardround.errors import EvaluationError, ModelOutputError
from wardround.evals.tasks.rows import read_rows
from wardround.prompts import RenderedPrompt
from wardround.retrievers.rewriting.forms import FORMS, Method
from wardround.retrievers.rewriting.rewriter import Rewrite
from wardround.retrievers.rewriting.writer import Model, Reply
from wardround.retrievers.settings import RewritingSettings


def written_by(model: LanguageModel, loop: LoopThread, settings: RewritingSettings) -> Model:
    """Has ``model`` write, in the loop that it belongs to; safe to call from several threads.

    A blank reply, which engines refuse, is no failure here: it is an empty rewrite. Thoughts that never ended are taken
    whole where they are all there is, as in R2MED's runs.
    """
    room = min(settings.max_tokens, model.context_tokens // 2)

    def write(prompt: RenderedPrompt) -> Reply:
        messages = (Message("system", prompt.system), Message("user", prompt.user))
        asked = Prompt(messages, max_tokens=room, temperature=settings.temperature)
        try:
            reply = loop.run(model.generate(asked))
        except ModelOutputError as error:
            if error.raw.strip():
                raise
            return Reply(error.reasoning or "")
        return Reply(reply.text, reply.reasoned)

    return write


class StoredRewrites:
    """A ``Rewriter`` that looks up what was written before."""

    reads = 0

    def __init__(self, method: Method, by_query: Mapping[str, str]) -> None:
        """Takes passages by the text of their queries."""
        self._method = method
        self._by_query = by_query

    @property
    def name(self) -> str:
        """The method by which the passages were written."""
        return self._method

    @property
    def fingerprint(self) -> str:
        """Method and passages."""
        digest = hashlib.sha256(json.dumps(sorted(self._by_query.items())).encode())
        return f"{self._method} {digest.hexdigest()[:16]}"

    def rewrite(self, query: str, found: Sequence[Passage] = ()) -> Rewrite:
        """The forms for the passage; none when none was written."""
        passage = " ".join(self._by_query[query].split())
        return Rewrite((FORMS[self._method](query, passage),) if passage else ())


def read_rewrites(path: Path, method: Method, queries: Mapping[str, str]) -> StoredRewrites:
    """What was written for each query: JSON Lines with ``id`` and ``hy_doc`` (perhaps empty), as R2MED releases them.

    Raises:
        EvaluationError: the file cannot be read, a row lacks a field or repeats a query, or there is none for a query.
    """
    by_id: dict[str, str] = {}
    for row in read_rows(path):
        if (query := row.identifier("id")) in by_id:
            raise row.wrong("id", f"is {query!r}, for which a passage stands further up")
        by_id[query] = row.text_or_empty("hy_doc")
    if missing := [query for query in queries if query not in by_id]:
        raise EvaluationError(f"{path} has no passage for query {missing[0]!r} and lacks {len(missing)} in all")
    return StoredRewrites(method, {text: by_id[query] for query, text in queries.items()})
