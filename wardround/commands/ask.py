"""``wardround ask``: one question, one cited answer; or a batch of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, BadParameter, Exit, Option

from wardround import exit_codes
from wardround.commands.options import (
    ConfigOption,
    FilterOption,
    KOption,
    ModelOption,
    ModeOption,
    ProfileOption,
    QuietOption,
    SetOption,
    settings_from_options,
)

if TYPE_CHECKING:
    from wardround.agent.answer import Answer
    from wardround.agent.clinical_agent import ClinicalAgent
    from wardround.agent.settings import Settings
    from wardround.batch import Counts
    from wardround.retrievers.protocols import Where

EXAMPLES = """Examples:

wardround ask "In adults with septic shock, how soon should antibiotics be given?"

wardround ask --json - < question.txt > answer.json

wardround ask --filter "year>=2015" --filter evidence=guideline,rct "How is a gout flare treated?"

wardround ask --batch questions.jsonl --out answers.jsonl --jobs 4

wardround ask --exit-code "Can metformin be given with an eGFR of 20?" || echo "look elsewhere"
"""


def ask(
    question: Annotated[str | None, Argument(help="The question, in quotes; - reads standard input.")] = None,
    as_json: Annotated[bool, Option("--json", help="Print the answer as JSON, schema version 1.")] = False,
    as_markdown: Annotated[bool, Option("--markdown", help="Print the answer as Markdown.")] = False,
    references: Annotated[
        Path | None,
        Option("--references", help="Also write the references to this file: .bib, .ris or .json (CSL-JSON)."),
    ] = None,
    json_schema: Annotated[bool, Option("--json-schema", help="Print the schema of --json and exit.")] = False,
    batch: Annotated[
        str | None,
        Option("--batch", metavar="FILE", help="Ask every line of a JSON Lines file; - reads standard input."),
    ] = None,
    out: Annotated[
        Path | None, Option("--out", help="With --batch: write there instead, and go on where a run before stopped.")
    ] = None,
    retry_failed: Annotated[
        bool, Option("--retry-failed", help="With --out: ask questions again that failed earlier.")
    ] = False,
    jobs: Annotated[int, Option("--jobs", min=1, max=256, help="With --batch: questions at once.")] = 4,
    filters: FilterOption = None,
    mode: ModeOption = None,
    model: ModelOption = None,
    k: KOption = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
    tell_by_exit_code: Annotated[
        bool, Option("--exit-code", help=f"Exit with {exit_codes.NOT_ANSWERED} when the corpus does not answer.")
    ] = False,
) -> None:
    """Answer a clinical question with citations that can be checked.

    The answer goes to standard output, progress to standard error. The first question builds the starter index.
    """
    _check_together(
        question, batch, out, references, as_json=as_json, as_markdown=as_markdown, retry_failed=retry_failed
    )
    if json_schema:
        sys.stdout.write(_schema())
        return
    if mode is not None:
        assignments = [*(assignments or ()), f"agent.mode={mode}"]
    settings = settings_from_options(config=config, profile=profile, assignments=assignments, model=model, k=k).settings
    from wardround.retrievers.filters import parsed_filter

    where = parsed_filter(filters or ())
    if batch is not None:
        _ask_batch(settings, where, batch, out, jobs, retry_failed=retry_failed, quiet=quiet)
        return
    from wardround.agent.reference_export import form_of, write_references
    from wardround.chat.redaction import cleaner
    from wardround.question_input import read_question

    if references is not None:
        form_of(references)  # a wrong name is said before the question is answered
    text = cleaner(settings.sessions)(read_question(question, sys.stdin.buffer, settings.agent.max_question_chars))
    answer = _answer(settings, where, text, quiet=quiet)
    _print(answer, as_json=as_json, as_markdown=as_markdown)
    if references is not None:
        write_references(answer.references, references)
    if tell_by_exit_code and answer.abstained:
        raise Exit(exit_codes.NOT_ANSWERED)


def open_agent(settings: Settings, *, quiet: bool, where: Where | None = None) -> ClinicalAgent:
    """An agent over what ``where`` admits of the configured index; builds the starter index when there is none."""
    from wardround.addresses import where_it_goes
    from wardround.agent.clinical_agent import ClinicalAgent
    from wardround.agent.modes.choose import in_mode
    from wardround.index_building import ensure_index

    if not quiet and (told := where_it_goes(settings)):
        sys.stderr.write(f"{told}\n")
    in_mode(settings)  # what the mode lacks is said before an index is built for it
    ensure_index(settings, sys.stderr, quiet=quiet)
    return ClinicalAgent.from_settings(settings, where=where)


def _check_together(
    question: str | None,
    batch: str | None,
    out: Path | None,
    references: Path | None,
    *,
    as_json: bool,
    as_markdown: bool,
    retry_failed: bool,
) -> None:
    if as_json and as_markdown:
        raise BadParameter("choose one of --json and --markdown")
    if batch is not None and question is not None:
        raise BadParameter("a batch holds its questions: leave the other one out")
    if batch is not None and as_markdown:
        raise BadParameter("a batch is written as JSON Lines: leave --markdown out")
    if batch is not None and references is not None:
        raise BadParameter("the output of a batch holds its references: leave --references out")
    if batch is None and out is not None:
        raise BadParameter("--out is for --batch; send one answer to a file with >")
    if retry_failed and out is None:
        raise BadParameter("--retry-failed asks again what failed in a file: name it with --out")


def _answer(settings: Settings, where: Where, question: str, *, quiet: bool) -> Answer:
    from wardround.answering import answer_while_telling
    from wardround.commands.progress import RoundsOnStandardError

    agent = open_agent(settings, quiet=quiet, where=where)
    try:
        return answer_while_telling(agent, question, RoundsOnStandardError(sys.stderr, quiet=quiet))
    finally:
        agent.close()


def _ask_batch(
    settings: Settings, where: Where, batch: str, out: Path | None, jobs: int, *, retry_failed: bool, quiet: bool
) -> None:
    from wardround.commands.batch_run import run_batch

    def opened() -> ClinicalAgent:
        return open_agent(settings, quiet=quiet, where=where)

    counts = run_batch(settings, where, batch, out, jobs, opened, retry_failed=retry_failed)
    if not quiet:
        sys.stderr.write(_told_of(counts, can_retry=out is not None) + "\n")
    if counts.failed:
        raise Exit(exit_codes.BATCH_INCOMPLETE)


def _told_of(counts: Counts, *, can_retry: bool) -> str:
    told = f"{counts.answered} answered, {counts.failed} without an answer"
    if counts.finished_before:
        told += f", {counts.finished_before} finished before"
    if counts.failed_before:
        told += f" ({counts.failed_before} of them without an answer)"
    if can_retry and (failed := counts.failed + counts.failed_before):
        told += f"; --retry-failed asks {'it' if failed == 1 else 'them'} again"
    return told


def _print(answer: Answer, *, as_json: bool, as_markdown: bool) -> None:
    from wardround.terminal import terminal_width, written_in_utf8

    if as_json:
        written_in_utf8(sys.stdout).write(answer.to_json(indent=2) + "\n")
    else:
        sys.stdout.write(answer.to_markdown() if as_markdown else answer.to_text(terminal_width(sys.stdout)))


def _schema() -> str:
    import json

    from wardround.agent.answer import Answer

    return json.dumps(Answer.model_json_schema(mode="serialization"), indent=2) + "\n"
