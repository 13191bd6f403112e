"""``wardround corpus``: what is known, and how it gets into the index."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option, Typer

from wardround.commands.options import ConfigOption, ProfileOption, QuietOption, SetOption, settings_from_options

if TYPE_CHECKING:
    from wardround.retrievers.index.manifest import Manifest

app = Typer(no_args_is_help=True, help="Build the index and see what is in it.")

JsonOption = Annotated[bool, Option("--json", help="Print JSON.")]


@app.command()
def build(
    names: Annotated[list[str] | None, Argument(help="Corpora to build the index of; default: the starter.")] = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Build the index of these corpora; the one in use stays until the new one is whole."""
    from wardround.corpora_catalogue import STARTER
    from wardround.index_building import build as build_named

    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    manifest = build_named(settings, names or [STARTER], sys.stderr, quiet=quiet)
    for corpus in manifest.corpora:
        sys.stdout.write(f"{corpus.name}: {corpus.documents} documents, {corpus.passages} passages\n")


@app.command("list")
def list_(
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """List the corpora that can be built, and which of them are in the index."""
    from wardround.corpora_catalogue import CATALOGUE

    manifest = _manifest(config=config, profile=profile, assignments=assignments)
    indexed = {corpus.name: corpus.passages for corpus in manifest.corpora} if manifest else {}
    if as_json:
        listed = [
            {"name": one.name, "description": one.description, "passages": indexed.get(one.name, 0)}
            for one in CATALOGUE
        ]
        sys.stdout.write(json.dumps(listed, indent=2) + "\n")
        return
    for one in CATALOGUE:
        state = f"{indexed[one.name]} passages" if one.name in indexed else "not in the index"
        sys.stdout.write(f"{one.name}  {one.description}  [{state}]\n")


@app.command()
def stats(
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Tell what is in the index and what it was made with."""
    from wardround.errors import PrerequisiteError

    manifest = _manifest(config=config, profile=profile, assignments=assignments)
    if manifest is None:
        raise PrerequisiteError("there is no index yet: run `wardround corpus build`")
    if as_json:
        sys.stdout.write(manifest.model_dump_json(indent=2) + "\n")
        return
    lines = [
        f"{corpus.name}: {corpus.documents} documents, {corpus.passages} passages; version {corpus.version}, "
        f"{corpus.licence}"
        for corpus in manifest.corpora
    ]
    lines += [
        f"built {manifest.created:%Y-%m-%d %H:%M %Z} by wardround {manifest.package_version}, "
        f"generation {manifest.generation}",
        f"embedder {manifest.embedder}, {manifest.dimension} dimensions",
        f"BM25 {manifest.sparse.fingerprint}, mean length {manifest.sparse.average_length:.1f} terms",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _manifest(*, config: ConfigOption, profile: ProfileOption, assignments: SetOption) -> Manifest | None:
    from wardround.retrievers.index.open import index_target

    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    return index_target(settings.retrieval.store).manifest()
