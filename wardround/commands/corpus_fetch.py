"""``wardround corpus fetch``: PubMed's files and records from NLM's servers."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option, Typer

from wardround.commands.options import ConfigOption, ProfileOption, QuietOption, SetOption, settings_from_options

if TYPE_CHECKING:
    from wardround.corpora.fetching.pubmed_files import Part
    from wardround.corpora.fetching.pubmed_records import Eutils
    from wardround.retrievers.settings import PubmedSettings

app = Typer(no_args_is_help=True, help="Fetch what a corpus is read from.")


@app.callback()
def fetch() -> None:
    """Fetch what a corpus is read from."""


@app.command()
def pubmed(
    baseline: Annotated[bool, Option("--baseline", help="The files of the yearly baseline.")] = False,
    updates: Annotated[bool, Option("--updates", help="The daily files since the baseline.")] = False,
    files: Annotated[str | None, Option(help="Only files of these numbers, such as 1-20,1100.")] = None,
    query: Annotated[str | None, Option(help="The records that PubMed's search finds.")] = None,
    pmids: Annotated[Path | None, Option(help="The records named in a file of PMIDs.")] = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Fetch PubMed records; an interrupted fetch goes on where it stopped when it is repeated."""
    from wardround.errors import InputError

    if [baseline, updates, query is not None, pmids is not None].count(True) != 1:
        raise InputError("say what to fetch: one of --baseline, --updates, --query and --pmids")
    if files is not None and not (baseline or updates):
        raise InputError("--files goes with --baseline or --updates")
    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings.retrieval.pubmed
    if baseline or updates:
        place = _fetch_files(settings, "baseline" if baseline else "updatefiles", files, quiet=quiet)
    else:
        place = _fetch_records(settings, query, pmids, quiet=quiet)
    sys.stdout.write(f"in {place}; next: wardround corpus add pubmed {place}\n")


def _fetch_files(settings: PubmedSettings, part: Part, ranges: str | None, *, quiet: bool) -> Path:
    from wardround.corpora.fetching.polite_client import PoliteClient
    from wardround.corpora.fetching.pubmed_files import chosen_files, fetch_files, published_files
    from wardround.corpora.fetching.pubmed_records import RATE_WITHOUT_KEY

    client = PoliteClient(settings.allowed_hosts, requests_a_second=RATE_WITHOUT_KEY, max_retries=settings.max_retries)
    folder = settings.folder.expanduser()
    names = chosen_files(published_files(client, settings.files_url, part), ranges)
    fetched = 0
    for number, file in enumerate(fetch_files(client, settings.files_url, part, names, folder), start=1):
        fetched += file.is_new
        _tell(f"{number} of {len(names)}: {file.path.name}{'' if file.is_new else ' is here already'}", quiet=quiet)
    sys.stdout.write(f"{fetched} files fetched, {len(names) - fetched} were here already, ")
    return folder


def _fetch_records(settings: PubmedSettings, query: str | None, pmids: Path | None, *, quiet: bool) -> Path:
    from wardround.corpora.fetching.pubmed_records import fetch_records, pmids_in, search
    from wardround.errors import InputError

    eutils = _eutils(settings)
    if pmids is not None:
        try:
            wanted = pmids_in(pmids.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{pmids}: cannot be read ({error})") from error
    else:
        wanted = search(eutils, query or "")
    folder = settings.folder.expanduser() / "records"
    missing: list[str] = []
    for batch in fetch_records(eutils, wanted, folder):
        missing += batch.missing
        _tell(f"{batch.done} of {len(wanted)} records", quiet=quiet)
    if missing:
        _tell(f"PubMed has no record {', '.join(missing[:20])}{' ...' if len(missing) > 20 else ''}", quiet=False)
    sys.stdout.write(f"{len(wanted) - len(missing)} records, ")
    return folder


def _eutils(settings: PubmedSettings) -> Eutils:
    from wardround.corpora.fetching.polite_client import PoliteClient
    from wardround.corpora.fetching.pubmed_records import RATE_WITH_KEY, RATE_WITHOUT_KEY, Eutils

    key = os.environ.get(settings.api_key_env) or None
    rate = RATE_WITH_KEY if key else RATE_WITHOUT_KEY
    client = PoliteClient(settings.allowed_hosts, requests_a_second=rate, max_retries=settings.max_retries)
    return Eutils(client, settings.eutils_url, settings.email, key)


def _tell(line: str, *, quiet: bool) -> None:
    if not quiet:
        sys.stderr.write(f"{line}\n")
