"""``wardround corpus plan``: what an index of many passages will need."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from typer import Option

from wardround.commands.options import ConfigOption, ProfileOption, SetOption, settings_from_options

if TYPE_CHECKING:
    from wardround.retrievers.index.plan import Measured, Plan
    from wardround.retrievers.settings import EmbedderSettings, Quantization, RetrievalSettings

_SAMPLE = 256


def plan(
    passages: Annotated[float, Option(help="How many, such as 24e6.")],
    embedder: Annotated[str | None, Option(help="minilm, or a model's folder or name; default: as configured.")] = None,
    quantization: Annotated[str, Option(help="none, int8 or binary: vectors in the servers' memory.")] = "none",
    replicas: Annotated[int, Option(help="Copies of each passage in the cluster.")] = 1,
    node_gb: Annotated[float, Option(help="Memory of one server, in gigabytes.")] = 64,
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Estimate disk, memory, hours and servers, from rates measured here on passages of the index in use."""
    from wardround.errors import InputError
    from wardround.retrievers.index.plan import plan as planned

    if quantization not in ("none", "int8", "binary"):
        raise InputError(f"--quantization {quantization}: it is none, int8 or binary")
    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings.retrieval
    measured = _measured(settings, _embedder_settings(settings.embedder, embedder))
    estimate = planned(
        int(passages), measured, quantization=cast("Quantization", quantization), replicas=replicas, node_gb=node_gb
    )
    if as_json:
        sys.stdout.write(json.dumps({"measured": asdict(measured), "plan": asdict(estimate)}, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(measured, estimate, node_gb)) + "\n")


def _embedder_settings(configured: EmbedderSettings, name: str | None) -> EmbedderSettings:
    if name is None:
        return configured
    changes = {"kind": "minilm"} if name == "minilm" else {"kind": "transformers", "model": str(Path(name))}
    return configured.model_copy(update=changes)


def _measured(settings: RetrievalSettings, embedder: EmbedderSettings) -> Measured:
    from wardround.retrievers.embedders.choose import choose_embedder
    from wardround.retrievers.index.open import index_target
    from wardround.retrievers.index.plan import measure

    store, _ = index_target(settings.store).open()
    with closing(store):
        return measure(choose_embedder(embedder), list(islice(store.scroll(), _SAMPLE)))


def _lines(measured: Measured, estimate: Plan, node_gb: float) -> list[str]:
    layout = (
        f"shards={estimate.shards}, replicas={estimate.replicas}, quantization={estimate.quantization}, "
        f"vectors_on_disk={str(estimate.vectors_on_disk).lower()}"
    )
    return [
        f"measured here    {measured.passages_a_second:.0f} passages/s, {measured.dimension} dimensions, "
        f"{measured.payload_bytes:.0f} bytes and {measured.terms:.0f} terms a passage",
        f"passages         {estimate.passages}",
        f"embedding        {estimate.hours:.1f} hours on this machine",
        f"builder's disk   {estimate.builder_disk_gb:.0f} GB: embedding cache and passages on their way",
        f"servers' memory  {estimate.memory_gb:.0f} GB: {estimate.nodes} of {node_gb:g} GB",
        f"servers' disk    {estimate.disk_gb:.0f} GB while two generations are there",
        f"retrieval.store.layout  {layout}",
    ]
