"""``wardround corpus list``, ``stats``, ``verify`` and ``export``: what is in the index."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from wardround.commands.options import ConfigOption, ProfileOption, SetOption, settings_from_options

if TYPE_CHECKING:
    from wardround.agent.settings import Settings
    from wardround.retrievers.index.manifest import Manifest

JsonOption = Annotated[bool, Option("--json", help="Print JSON.")]
_MOST_PROBLEMS = 20


def list_(
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """List the corpora that can be built, and which of them are in the index."""
    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    manifest = _manifest(settings)
    indexed = {corpus.name: corpus.passages for corpus in manifest.corpora} if manifest else {}
    described = _described(settings, manifest)
    if as_json:
        listed = [
            {"name": name, "description": description, "passages": indexed.get(name, 0)}
            for name, description in described.items()
        ]
        sys.stdout.write(json.dumps(listed, indent=2) + "\n")
        return
    for name, description in described.items():
        state = f"{indexed[name]} passages" if name in indexed else "not in the index"
        sys.stdout.write(f"{name}  {description}  [{state}]\n")


def stats(
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Tell what is in the index and what it was made with."""
    from wardround.corpora.quarantine_file import records_in
    from wardround.corpora_added import AddedCorpora
    from wardround.errors import PrerequisiteError

    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    manifest = _manifest(settings)
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
    quarantines = [AddedCorpora(settings.retrieval.store).quarantine(corpus.name) for corpus in manifest.corpora]
    lines += [f"{records} records put aside, see {path}" for path in quarantines if (records := records_in(path))]
    lines += [
        f"built {manifest.created:%Y-%m-%d %H:%M %Z} by wardround {manifest.package_version}, "
        f"generation {manifest.generation}",
        f"embedder {manifest.embedder}, {manifest.dimension} dimensions",
        f"BM25 {manifest.sparse.fingerprint}, mean length {manifest.sparse.average_length:.1f} terms",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def verify(
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Read all of the index and say whether it holds what it should."""
    from wardround.errors import StoreError
    from wardround.retrievers.index.manifest import REBUILD
    from wardround.retrievers.index.open import index_target
    from wardround.retrievers.index.verify import problems_of

    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    store, manifest = index_target(settings.retrieval.store).open()
    with closing(store):
        problems = list(islice(problems_of(store, manifest), _MOST_PROBLEMS + 1))
    if not problems:
        sys.stdout.write(f"sound: {manifest.passages} passages of {', '.join(one.name for one in manifest.corpora)}\n")
        return
    for problem in problems[:_MOST_PROBLEMS]:
        sys.stdout.write(f"{problem}\n")
    found = f"more than {_MOST_PROBLEMS}" if len(problems) > _MOST_PROBLEMS else str(len(problems))
    raise StoreError(f"the index has {found} problems: {REBUILD}")


def export(
    output: Annotated[Path, Argument(help="The .jsonl file to write.")],
    names: Annotated[list[str] | None, Argument(help="Corpora; default: all in the index.")] = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Write passages as MedRAG's chunk files hold them (id, title, content, contents), one a line."""
    from wardround.corpora.sources.medrag_jsonl import medrag_lines
    from wardround.errors import InputError
    from wardround.retrievers.index.open import index_target

    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    store, manifest = index_target(settings.retrieval.store).open()
    with closing(store):
        for name in names or ():
            if manifest.corpus(name) is None:
                raise InputError(f"corpus {name!r} is not in the index (`wardround corpus list`)")
        wanted = {corpus.name for corpus in manifest.corpora if not names or corpus.name in names}
        written = _write_lines(output, medrag_lines(passage for passage in store.scroll() if passage.corpus in wanted))
    sys.stdout.write(f"{written} passages in {output}\n")


def _write_lines(output: Path, lines: Iterator[str]) -> int:
    """Writes beside ``output`` and renames at the end, so that a file of that name is always whole."""
    draft = output.with_name(f"{output.name}.draft")
    written = 0
    try:
        with draft.open("w", encoding="utf-8") as handle:
            for line in lines:
                handle.write(line + "\n")
                written += 1
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)
    return written


def _described(settings: Settings, manifest: Manifest | None) -> dict[str, str]:
    """Every corpus there is to list, with its description."""
    from wardround.corpora_added import AddedCorpora
    from wardround.corpora_catalogue import CATALOGUE

    described = {offer.entry.name: offer.description for offer in CATALOGUE}
    for corpus in manifest.corpora if manifest else ():
        described.setdefault(corpus.name, corpus.description)
    for entry in AddedCorpora(settings.retrieval.store).entries().values():
        described.setdefault(entry.name, f"{entry.kind} from {', '.join(str(path) for path in entry.paths)}")
    return described


def _manifest(settings: Settings) -> Manifest | None:
    from wardround.retrievers.index.open import index_target

    return index_target(settings.retrieval.store).manifest()
