"""What queries are before they are searched for: as they are, rewritten by a language model, or planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from wardround.agent.settings import Settings
from wardround.errors import EvaluationError
from wardround.evals.retrieval.indexing import JudgedIndex
from wardround.retrievers.choose import BY_MODEL
from wardround.retrievers.rewriting.forms import FORMS, Method
from wardround.retrievers.rewriting.rewriter import Rewriter
from wardround.retrievers.rewriting.writer import Ask, PassageWriter
from wardround.retrievers.term_rarity import TermRarity

if TYPE_CHECKING:
    from wardround.agent.event_loop import LoopThread
    from wardround.agent.models.protocol import LanguageModel
    from wardround.evals.retrieval.model_reranking import ModelScorer

QueryMode = Literal["original", "hyde", "query2doc", "lamer", "planned"]
"""``planned`` searches for a query and for what the agent's planner would look up for it."""


@dataclass(frozen=True)
class Collaborating:
    """A language model, where one takes part, with the settings it was opened by and the loop that it belongs to."""

    model: LanguageModel | None
    settings: Settings
    loop: LoopThread


def query_mode_named(name: str) -> QueryMode:
    """The query mode of that name.

    Raises:
        EvaluationError: there is none; the message lists those there are.
    """
    for known in get_args(QueryMode):
        if known == name:
            mode: QueryMode = known
            return mode
    raise EvaluationError(f"there is no query mode {name!r}; the modes are {', '.join(get_args(QueryMode))}")


@contextmanager
def collaborating(settings: Settings, mode: QueryMode, rewrites: Path | None, cache: Path) -> Iterator[Collaborating]:
    """Opens the configured language model where ``mode`` or reranking asks one; its replies are kept beside ``cache``.

    Planning goes without where none is configured.

    Raises:
        EvaluationError: a model is needed and none is configured.
    """
    from wardround.agent.event_loop import LoopThread

    model = _configured_model(settings, mode, rewrites, cache)
    loop = LoopThread("retrieval")
    try:
        yield Collaborating(model, settings, loop)
    finally:
        if model is not None:
            loop.run(model.aclose())
        loop.close()


def rewriter_over(
    mode: QueryMode, rewrites: Path | None, collaborating: Collaborating, queries: Mapping[str, str], ask: Ask
) -> Callable[[JudgedIndex], Rewriter] | None:
    """What makes the rewriter of ``mode`` for an index; None where queries stay as they are.

    Args:
        mode: which one.
        rewrites: file of passages written before.
        collaborating: writes or plans otherwise.
        queries: text by id, for the file.
        ask: what the queries are, for the model.

    Raises:
        EvaluationError: the file and the mode do not fit, or the file lacks a query.
    """
    method = next((one for one in FORMS if one == mode), None)
    if rewrites and method is None:
        raise EvaluationError("--rewrites needs the --query-mode that the passages were written for")
    if mode == "planned":
        return lambda index: _planned(collaborating, index)
    if method is None:
        return None
    rewriter = _written(collaborating, rewrites, queries, ask, method)
    return lambda index: rewriter


def reranker_by(collaborating: Collaborating) -> ModelScorer | None:
    """The language model as a reranking stage, where the settings have it rerank."""
    if collaborating.model is None or collaborating.settings.retrieval.stages.reranker != BY_MODEL:
        return None
    from wardround.evals.retrieval.model_reranking import ModelScorer

    return ModelScorer(collaborating.model, collaborating.loop)


def _configured_model(settings: Settings, mode: QueryMode, rewrites: Path | None, cache: Path) -> LanguageModel | None:
    reranks = settings.retrieval.stages.reranker == BY_MODEL
    writes = mode in FORMS and rewrites is None
    if not (writes or reranks or mode == "planned"):
        return None
    from wardround.agent.models.choose import choose_model
    from wardround.agent.models.metering import MeteredModel
    from wardround.evals.retrieval.kept_replies import KeepingModel, KeptReplies

    model = choose_model(settings.model)
    if model is not None:
        return MeteredModel(KeepingModel(model, KeptReplies(cache.with_name(f"{cache.name}-replies"))))
    if writes:
        raise EvaluationError(
            f"--query-mode {mode} needs a language model: name one with --model, or a file with --rewrites"
        )
    if reranks:
        raise EvaluationError("retrieval.stages.reranker=model needs a language model: name one with --model")
    return None


def _written(
    collaborating: Collaborating, rewrites: Path | None, queries: Mapping[str, str], ask: Ask, method: Method
) -> Rewriter:
    from wardround.evals.retrieval.rewrites import read_rewrites, written_by

    if rewrites:
        return read_rewrites(rewrites, method, queries)
    model = collaborating.model
    if model is None:
        raise EvaluationError(f"--query-mode {method} was given no language model to write with")
    asked = written_by(model, collaborating.loop, collaborating.settings.retrieval.rewriting)
    return PassageWriter(asked, method, ask, fingerprint=model.fingerprint)


def _planned(collaborating: Collaborating, index: JudgedIndex) -> Rewriter:
    from wardround.evals.retrieval.planning import planned_by_coverage, planned_by_model

    model, settings = collaborating.model, collaborating.settings
    if model is None:
        return planned_by_coverage(TermRarity(index.store, index.encoder), collaborating.loop)
    from wardround.agent.writing.build import build_writers

    writers = build_writers(settings, model)
    fingerprint = f"{settings.agent.planner} {writers.prompts.fingerprint} {model.fingerprint}"
    return planned_by_model(writers.planner, fingerprint, collaborating.loop)
