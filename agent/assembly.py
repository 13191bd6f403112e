"""Puts an agent together from its settings: what quotes, what writes, and what both search."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from wardround.agent.budget import budget_of
from wardround.agent.certificates import Certificate, read_certificate
from wardround.agent.certified_selecting import CertifiedSelector
from wardround.agent.choosing.signs import SignReader
from wardround.agent.citing.choose import choose_judge
from wardround.agent.citing.opposing import SCREEN
from wardround.agent.collaborators import Briefer, Chooser, Framer, Planner, Selector, SupportJudge, Writer
from wardround.agent.context import AgentContext
from wardround.agent.framing.explaining import as_it_stands, explaining
from wardround.agent.framing.framer import PlainFramer
from wardround.agent.models.metering import MeteredModel
from wardround.agent.models.protocol import LanguageModel
from wardround.agent.modes.choose import in_mode
from wardround.agent.modes.plain import NoSearch, SilentBriefer, SingleSearch
from wardround.agent.quoting.briefer import QuotingBriefer
from wardround.agent.quoting.planner import CoveragePlanner
from wardround.agent.quoting.relevance import Relevance
from wardround.agent.quoting.writer import QuotingWriter
from wardround.agent.selecting import FixedSelector
from wardround.agent.settings import AgentSettings, Settings
from wardround.retrievers.attached import AttachedPassages, WithAttached
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.choose import choose_retriever, with_stages
from wardround.retrievers.protocols import EVERYWHERE, Embedder, Matrix, PassageStore, Retriever, Where
from wardround.retrievers.settings import RetrievalSettings
from wardround.retrievers.stage_identity import identity_of_stages
from wardround.retrievers.term_rarity import TermRarity


@dataclass(frozen=True)
class Equipment:
    """The collaborators of an agent, and what must be released with them.

    Attributes:
        fingerprint: changes whenever answers may: index, embedder, model, prompts, judge, settings.
        parts: what the pipeline consists of, as certificates compare it.
        store: what passages are read from by their id.
        model: what ``close`` of the agent closes with it; None where there is none or its owner is another.
    """

    context: AgentContext
    fingerprint: str
    parts: Mapping[str, str]
    store: PassageStore
    model: LanguageModel | None = None
    releases: tuple[Callable[[], None], ...] = field(default=())

    def searching(self, where: Where) -> Equipment:
        """The same, searching only there.

        What is proven of another filter is not taken for this one, nor is a run that was left unfinished under it.
        """
        before = self.context.where
        if where == before:
            return self
        parts = {**self.parts, "retriever": self.parts["retriever"].removesuffix(before.identity()) + where.identity()}
        selector, certificate = self.context.selector, None
        if isinstance(selector, CertifiedSelector):
            selector, certificate = replace(selector, parts=parts), selector.certificate
        context = replace(self.context, where=where, selector=selector)
        return replace(
            self, context=context, parts=parts, fingerprint=_fingerprint(parts, context.settings, certificate)
        )

    def close(self) -> None:
        """Releases the index; the model is closed in the event loop that it belongs to."""
        for release in self.releases:
            release()


@dataclass(frozen=True)
class Library:
    """An opened index and what is needed to search it.

    Attributes:
        fingerprint: of its content and of how it was encoded.
        as_of: the day on which it was built, ISO 8601; None where nothing tells.
        attached: the user's own documents beside it.
    """

    store: PassageStore
    embedder: Embedder
    encoder: Bm25Encoder
    fingerprint: str
    as_of: str | None = None
    attached: AttachedPassages | None = None

    def vectors(self, passage_ids: Sequence[str]) -> Matrix:
        """The dense vectors of passages of the index and of attached ones, in the order asked for."""
        own = [one for one in passage_ids if self.attached is not None and one in self.attached]
        if self.attached is None or not own:
            return self.store.vectors(passage_ids)
        stored = [one for one in passage_ids if one not in self.attached]
        rows = dict(zip((*own, *stored), (*self.attached.vectors(own), *self.store.vectors(stored)), strict=True))
        return np.stack([rows[one] for one in passage_ids])


@dataclass(frozen=True, kw_only=True)
class Replacements:
    """Parts that the caller brings in the place of configured ones; None keeps what is configured.

    They stay the caller's: closing the agent closes none of them.
    """

    model: LanguageModel | None = None
    retriever: Retriever | None = None
    judge: SupportJudge | None = None
    certificate: Certificate | None = None


AS_CONFIGURED = Replacements()


@dataclass(frozen=True)
class _Team:
    framer: Framer
    planner: Planner
    briefer: Briefer
    writer: Writer
    fingerprint: str
    chooser: Chooser | None = None
    briefs_every_round: bool = True


def equip(settings: Settings, where: Where = EVERYWHERE, replacements: Replacements = AS_CONFIGURED) -> Equipment:
    """Opens what ``settings`` name and puts an agent's equipment together; what is replaced is not opened.

    Raises:
        PrerequisiteError: no index was built, or a package is missing.
        StoreError: the index cannot be used with the configured embedder.
        ConfigError: settings contradict each other, or name a host that is not allowed.
    """
    from wardround.agent.models.choose import choose_model
    from wardround.retrievers.embedders.choose import choose_embedder

    settings = in_mode(settings, replacements.model)
    with ThreadPoolExecutor(1) as pool:  # the embedder loads beside the language model
        loading = pool.submit(choose_embedder, settings.retrieval.embedder)
        model = None if replacements.model else choose_model(settings.model)
        embedder = loading.result()
    library, release = open_library(settings.retrieval, embedder)
    return equipment(settings, library, model, where, releases=(release,), replacements=replacements)


def open_library(settings: RetrievalSettings, embedder: Embedder) -> tuple[Library, Callable[[], None]]:
    """The configured index, and what releases it.

    Raises:
        PrerequisiteError: no index was built.
        StoreError: the index cannot be used with ``embedder``.
    """
    from wardround.retrievers.embedders.remembered import RememberedQueries
    from wardround.retrievers.index.identity import content_of
    from wardround.retrievers.index.open import open_index

    index = open_index(settings, embedder)
    manifest = index.manifest
    library = Library(
        store=index.store,
        embedder=RememberedQueries(embedder),
        encoder=index.sparse,
        fingerprint=f"{content_of(manifest)} {manifest.embedder}",
        as_of=manifest.created.date().isoformat(),
    )
    return library, index.close


def equipment(
    settings: Settings,
    library: Library,
    model: LanguageModel | None = None,
    where: Where = EVERYWHERE,
    releases: tuple[Callable[[], None], ...] = (),
    replacements: Replacements = AS_CONFIGURED,
) -> Equipment:
    """An agent's equipment around a library that is already open, with ``model`` or, without one, by quotation."""
    model = replacements.model or model
    settings = in_mode(settings, model)
    model = model and MeteredModel(model)
    rarity = TermRarity(library.store, library.encoder)
    relevance = Relevance(library.embedder, rarity)
    quoting = QuotingWriter(relevance, rarity, library.vectors, settings.agent.max_claims)
    team = _quoting_team(settings, rarity, quoting) if model is None else _writing_team(settings, model)
    team = _in_mode(team, settings, model)
    judge: SupportJudge = replacements.judge or choose_judge(settings.agent, model)
    stages = identity_of_stages(settings.retrieval.stages)
    retriever: Retriever = replacements.retriever or with_stages(
        choose_retriever(library.store, library.embedder, library.encoder, settings.retrieval.fusion),
        library.store,
        settings.retrieval.stages,
    )
    if library.attached is not None:
        retriever = WithAttached(retriever, library.attached)
    sizes = settings.agent
    parts = {
        "index": library.fingerprint,
        "retriever": f"{retriever.name} {settings.retrieval.fusion.identity()} {where.identity()}",
        **({"stages": json.dumps(stages)} if stages else {}),
        "rounds": f"{sizes.n_rounds} rounds of {sizes.n_queries} queries, {sizes.search_depth} passages each",
        "model, prompts and decoding": team.fingerprint,
        "judge": judge.fingerprint,
        "treatment of claims": f"{sizes.max_claims} claims, unsupported: {sizes.unsupported}, {SCREEN.fingerprint}",
    }
    certificate = replacements.certificate
    if certificate is None and sizes.certificate is not None:
        certificate = read_certificate(sizes.certificate.expanduser())
    selector: Selector = FixedSelector(sizes.k)
    if certificate:
        reader = SignReader(library.store, library.embedder, library.encoder, rarity)
        selector = CertifiedSelector(certificate, reader, parts, sizes.k)
    context = AgentContext(
        mode=settings.agent.mode,
        model=None if model is None else model.name,
        framer=team.framer,
        planner=team.planner,
        retriever=retriever,
        briefer=team.briefer,
        selector=selector,
        writer=team.writer,
        fallback_writer=quoting,
        judge=judge,
        settings=settings.agent,
        admitted=library.store.count,
        where=where,
        fixed_rounds=settings.agent.mode == "imedrag",
        searches=settings.agent.mode != "closed-book",
        budget=budget_of(settings.agent),
        chooser=team.chooser,
        briefs_every_round=team.briefs_every_round,
        corpus_as_of=library.as_of,
    )
    owned = None if replacements.model else model
    fingerprint = _fingerprint(parts, settings.agent, certificate)
    return Equipment(context, fingerprint, parts, library.store, owned, releases)


def _fingerprint(parts: Mapping[str, str], settings: AgentSettings, certificate: Certificate | None) -> str:
    certified = certificate.model_dump_json() if certificate else None
    identity = json.dumps([parts, settings.model_dump(mode="json"), certified])
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _quoting_team(settings: Settings, rarity: TermRarity, writer: Writer) -> _Team:
    framer = PlainFramer(explaining(settings))
    return _Team(framer, CoveragePlanner(rarity), QuotingBriefer(rarity), writer, "by quotation 3")


def _writing_team(settings: Settings, model: LanguageModel) -> _Team:
    from wardround.agent.writing.build import build_writers

    writers = build_writers(settings, model)
    sampling = settings.model.model_dump(mode="json", include={"temperature", "top_p", "seed"})
    way = settings.agent.model_dump(mode="json", include={"planner", "brief_passages", "samples", "max_calls"})
    terms = "" if explaining(settings, model) is as_it_stands else ", terms explained 1"
    fingerprint = f"{model.fingerprint} {writers.prompts.fingerprint} {json.dumps(sampling | way)}{terms}"
    return _Team(writers.framer, writers.planner, writers.briefer, writers.writer, fingerprint, writers.chooser, False)


def _in_mode(team: _Team, settings: Settings, model: LanguageModel | None) -> _Team:
    mode = settings.agent.mode
    if mode == "agent":
        return team
    named = replace(team, fingerprint=f"{mode} 1, {team.fingerprint}", chooser=None, briefs_every_round=True)
    if mode == "imedrag" and model is not None:
        from wardround.agent.modes.imedrag import build_imedrag

        method = build_imedrag(settings, model)
        return replace(named, planner=method.planner, briefer=method.briefer, writer=method.writer)
    if mode == "rag":
        return replace(named, planner=SingleSearch(), briefer=SilentBriefer())
    return replace(named, planner=NoSearch())
