"""``wardround corpus``: the commands that change what is in the index."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option, Typer

from wardround.commands import corpus_contents, corpus_fetch, corpus_plan
from wardround.commands.options import ConfigOption, ProfileOption, QuietOption, SetOption, settings_from_options

if TYPE_CHECKING:
    from wardround.index_building import Outcome

app = Typer(no_args_is_help=True, help="Build the index, change it and see what is in it.")


@app.command()
def add(
    kind: Annotated[
        str, Argument(help="folder, pubmed, openstax, jats, beir, medrag or medquad; `corpus kinds` says more.")
    ],
    paths: Annotated[list[Path] | None, Argument(help="What it is read from.")] = None,
    name: Annotated[str | None, Option(help="Its name; default: after its file or folder.")] = None,
    licence: Annotated[str | None, Option(help="The licence of its text, where its kind states none.")] = None,
    include: Annotated[
        list[str] | None, Option(help="titles (pubmed without abstract) or exercises (openstax) too.")
    ] = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Put a corpus into the index, beside those that are there, and remember how it is read."""
    from wardround.corpora.kinds import new_entry
    from wardround.index_building import add as add_entry

    entry = new_entry(kind, paths or [], name=name, licence=licence, extras=frozenset(include or ()))
    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    _summarise(add_entry(settings, entry, sys.stderr, quiet=quiet))


@app.command()
def build(
    names: Annotated[
        list[str] | None, Argument(help="Corpora; default: all that were added, or the starter where none was.")
    ] = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Make these corpora the content of the index; the one in use stays until the new one is whole."""
    from wardround.index_building import build as build_named

    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    _summarise(build_named(settings, names or [], sys.stderr, quiet=quiet))


@app.command()
def update(
    names: Annotated[list[str] | None, Argument(help="Corpora; default: all that can be read again.")] = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Read corpora anew where their files have changed; only new texts are embedded."""
    from wardround.index_building import update as update_named

    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    _summarise(update_named(settings, names or [], sys.stderr, quiet=quiet))


@app.command()
def remove(
    names: Annotated[list[str], Argument(help="Corpora.")],
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Take corpora out of the index; the files they were read from stay."""
    from wardround.index_building import remove as remove_named

    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    manifest = remove_named(settings, names, sys.stderr, quiet=quiet)
    left = ", ".join(corpus.name for corpus in manifest.corpora) if manifest else "nothing"
    sys.stdout.write(f"removed {', '.join(names)}; in the index: {left}\n")


@app.command()
def kinds() -> None:
    """List the kinds of corpora that can be added, with what they are read from."""
    from wardround.corpora.kinds import KINDS

    for name, kind in KINDS.items():
        extras = f"; --include {', '.join(sorted(kind.extras))}" if kind.extras else ""
        sys.stdout.write(f"{name:<11} {kind.description}{extras}\n")


app.command("list")(corpus_contents.list_)
app.command()(corpus_contents.stats)
app.command()(corpus_contents.verify)
app.command()(corpus_contents.export)
app.command()(corpus_plan.plan)
app.add_typer(corpus_fetch.app, name="fetch")


def _summarise(outcome: Outcome) -> None:
    for corpus in outcome.manifest.corpora:
        line = f"{corpus.name}: {corpus.documents} documents, {corpus.passages} passages"
        if corpus.name in outcome.put_aside:
            aside = outcome.put_aside[corpus.name]
            line += f"; {aside.records} records put aside, see {aside.path}"
        sys.stdout.write(f"{line}\n")
    if cut := outcome.manifest.truncated:
        sys.stdout.write(
            f"{cut} of {outcome.manifest.passages} passages are longer than the embedder reads: their vectors are of "
            "the beginning, their words are all found\n"
        )
