"""The same stored results give the same report, with every figure as computed by hand."""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.evals.runs import HOSTILE, ITEMS, RESULTS, TASK, finished_run, question
from wardround.agent.models.protocol import Usage
from wardround.errors import EvaluationError
from wardround.evals.records import Item, ItemResult
from wardround.evals.report import judge, summarise, write_reports
from wardround.evals.report.item_rows import packed_items
from wardround.evals.statistics import wilson


def unpacked(packed: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(gzip.decompress(base64.b64decode(packed)))
    return rows


def test_the_figures_of_five_items(tmp_path: Path) -> None:
    folder = finished_run(tmp_path / "run")
    found = summarise(judge(ITEMS, folder, TASK), folder, TASK)
    assert found.headline == wilson(2, 5)
    assert found.outcomes == {"answered": 3, "unparsed": 1, "refused": 0, "failed": 1}
    assert [(g.value, g.headline) for g in found.groups] == [("step2", wilson(1, 3)), ("step1", wilson(1, 2))]
    assert found.rounds == {1: 1, 2: 2}
    assert (found.cost.usage.calls, found.cost.usage.prompt_tokens, found.cost.usage.completion_tokens) == (
        7,
        1000,
        200,
    )
    assert found.cost.tokens_per_right == 600
    assert found.calibration is not None
    assert found.calibration.n == 2
    # |1 - 0.95| and |0 - 0.55|, halved
    assert found.calibration.ece == pytest.approx(0.3)
    assert found.missing == 0


def test_over_reliance_before_and_after_the_agent_arbitrates(tmp_path: Path) -> None:
    chosen = (("A", "B", "A"), ("A", "B", "B"), ("B", "A", "A"), ("B", "C", "C"))  # unaided, by evidence, as answered
    items = tuple(question(number) for number in range(len(chosen)))
    results = tuple(
        ItemResult(
            item.id, answer={"choice": answered, "arbitration": {"unaided": unaided, "by_evidence": by_evidence}}
        )
        for item, (unaided, by_evidence, answered) in zip(items, chosen, strict=True)
    )
    folder = finished_run(tmp_path / "run", items, results)
    found = summarise(judge(items, folder, TASK), folder, TASK).arbitrated
    assert found is not None
    assert (found.by_evidence.over_reliance, found.by_evidence.helped) == (wilson(2, 3), wilson(1, 2))
    assert (found.as_answered.over_reliance, found.as_answered.helped) == (wilson(1, 2), wilson(1, 2))
    write_reports(items, folder, TASK)
    written = json.loads((folder / "report.json").read_text())["arbitration"]
    assert [written[side]["over_reliance"]["estimate"] for side in ("by_evidence", "as_answered")] == [0.666667, 0.5]
    assert "| by the passages | -25.00 (" in (folder / "report.md").read_text()
    assert "<td>by the passages</td><td>-25.00 (" in (folder / "report.html").read_text()


def test_a_run_without_two_choices_reports_no_arbitration(tmp_path: Path) -> None:
    folder = finished_run(tmp_path / "run")
    assert summarise(judge(ITEMS, folder, TASK), folder, TASK).arbitrated is None


def test_the_whole_markdown_report(tmp_path: Path) -> None:
    folder = finished_run(tmp_path / "run")
    write_reports(ITEMS, folder, TASK)
    fingerprint = json.loads((folder / "manifest.json").read_text())["fingerprint"]
    assert (
        (folder / "report.md").read_text()
        == f"""\
# MedQA-US, 4 options, rag

| measure | value, 95 % interval | items |
| --- | ---: | ---: |
| accuracy | 40.00 (11.8–76.9) | 5 |

Guessing reaches 25.0 %, which lies inside the interval: this run is not shown to be better than guessing.

3 answered, 1 unparsed, 0 refused, 1 failed.

## By meta info

| meta info | accuracy | items |
| --- | ---: | ---: |
| step2 | 33.33 (6.1–79.2) | 3 |
| step1 | 50.00 (9.5–90.5) | 2 |

## Stated confidence

ECE 0.3000, Brier 0.1525 over 2 answers.

| stated | mean | right | answers |
| --- | ---: | ---: | ---: |
| 0.5–0.6 | 0.550 | 0.00 (0.0–79.3) | 1 |
| 0.9–1.0 | 0.950 | 100.00 (20.7–100.0) | 1 |

## Cost

7 calls, 1000 prompt and 200 completion tokens; 600 tokens a right answer.

Rounds of retrieval: 1 items in 1, 2 items in 2.

## What it was run with

Fingerprint `{fingerprint}`, data `0000000000000000`, scorer `stated-letter-1`.

```json
{{
  "k": 8
}}
```
"""
    )


def test_the_json_report_holds_the_same_figures(tmp_path: Path) -> None:
    folder = finished_run(tmp_path / "run")
    write_reports(ITEMS, folder, TASK)
    found = json.loads((folder / "report.json").read_text())
    assert found["schema_version"] == 1
    assert found["measures"]["accuracy"] == {
        "estimate": 0.4, "low": 0.117621, "high": 0.769276, "n": 5, "method": "wilson",
    }  # fmt: skip
    assert found["outcomes"] == {"answered": 3, "failed": 1, "refused": 0, "unparsed": 1}
    assert found["cost"] == {"calls": 7, "prompt_tokens": 1000, "completion_tokens": 200, "tokens_per_right": 600.0}
    assert found["run"]["system"] == {"k": 8}


def test_an_unfinished_run_says_so(tmp_path: Path) -> None:
    folder = finished_run(tmp_path / "run", results=RESULTS[:2])
    summary = write_reports(ITEMS, folder, TASK)
    assert (summary.missing, summary.headline) == (3, wilson(1, 2))
    for name in ("report.md", "report.html"):
        assert "Unfinished: 3 of 5 items have no result yet." in (folder / name).read_text()


def test_a_run_without_any_result_has_no_figure(tmp_path: Path) -> None:
    folder = finished_run(tmp_path / "run", results=[])
    assert write_reports(ITEMS, folder, TASK).headline is None
    assert "| accuracy | – | 0 |" in (folder / "report.md").read_text()


def test_the_order_and_the_time_of_results_do_not_show(tmp_path: Path) -> None:
    reports = []
    for name, results in (("one", RESULTS), ("other", RESULTS[::-1])):
        folder = finished_run(tmp_path / name, items=ITEMS, results=results)
        if name == "other":
            lines = (folder / "results.jsonl").read_text().splitlines(keepends=True)
            (folder / "results.jsonl").write_text("".join(lines[::-1]))
        write_reports(ITEMS, folder, TASK)
        reports.append([(folder / f"report.{form}").read_bytes() for form in ("md", "json", "html")])
    assert reports[0] == reports[1]
    assert json.loads((tmp_path / "one" / "timing.json").read_text())["items"] == 5


def test_documents_found_by_round_grow_to_the_last_round_a_question_needed(tmp_path: Path) -> None:
    def answered(*rounds: list[str]) -> dict[str, Any]:
        return {"rounds": [{"queries": ["q"], "new_passages": len(one), "documents": one} for one in rounds]}

    gold = [("PMID:1", "PMID:2"), ("3",), ("4",), ()]
    items = [
        replace(question(n), gold=replace(question(n).gold, documents=documents)) for n, documents in enumerate(gold)
    ]
    answers = [answered(["1"], ["7", "2"]), answered(["PMID:3"]), {"rounds": [{"queries": [], "new_passages": 0}]},
               answered(["5"])]  # fmt: skip
    results = [ItemResult(item.id, text="A", answer=answer) for item, answer in zip(items, answers, strict=True)]
    folder = finished_run(tmp_path / "run", items, results)
    # The third answer does not say what it found, the fourth question has nothing to be found.
    assert [(one.estimate, one.n) for one in write_reports(items, folder, TASK).recall] == [(0.75, 2), (1.0, 2)]
    assert "| 1 | 75.00 (" in (folder / "report.md").read_text()
    assert 'aria-label="share of gold documents found by round"' in (folder / "report.html").read_text()


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"is not the folder of a run: it has no manifest.json"):
        write_reports(ITEMS, tmp_path, TASK)


def test_nothing_a_model_wrote_is_markup(tmp_path: Path) -> None:
    folder = finished_run(tmp_path / "run")
    write_reports(ITEMS, folder, TASK)
    page = (folder / "report.html").read_text()
    assert "owned" not in page
    assert page.count("<script") == 2
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page)


def test_facets_are_escaped_in_tables_and_figures(tmp_path: Path) -> None:
    items = [replace(item, facets={"sub<ject": "a|b <i>"}) for item in ITEMS]
    folder = finished_run(tmp_path / "run", items=items)
    write_reports(items, folder, TASK)
    page = (folder / "report.html").read_text()
    assert "<i>" not in page
    assert "sub<ject" not in page
    assert "a|b &lt;i&gt;" in page
    assert "| a\\|b <i> |" in (folder / "report.md").read_text()


def test_items_are_cut_only_as_far_as_the_budget_asks(tmp_path: Path) -> None:
    folder = finished_run(tmp_path / "run")
    judged = judge(ITEMS, folder, TASK)
    whole = unpacked(packed_items({"rag": judged}))
    assert [row["id"] for row in whole] == ["q0", "q1", "q2", "q3", "q4"]
    assert whole[4]["answers"][0]["text"] == HOSTILE
    wordy = [entry._replace(result=replace(entry.result, text=noise(20_000, n))) for n, entry in enumerate(judged)]
    cut = unpacked(packed_items({"rag": wordy}, budget=14_500))
    assert (
        cut[0]["answers"][0]["text"] == f"{wordy[0].result.text[:3000]} [… 17000 characters more in the run's folder]"
    )


def noise(length: int, seed: int) -> str:
    """Characters that compress to half, as prose does, the same on every run."""
    return random.Random(seed).randbytes(length // 2).hex()


def many(count: int) -> tuple[list[Item], list[ItemResult]]:
    items = [question(n, subject=f"subject {n % 12}") for n in range(count)]
    results = [
        ItemResult(
            item.id,
            text=noise(1500, n) + " The answer is A.",
            answer={
                "choice": "AB"[n % 2],
                "rounds": [{"queries": [noise(60, n)] * 3, "new_passages": 8}] * 4,
                "claims": [
                    {
                        "text": noise(120, n + c),
                        "verdict": "supported",
                        "citations": [{"passage_id": "p", "quote": "q"}],
                    }
                    for c in range(5)
                ],
                "references": [
                    {"number": r, "title": "T", "year": 2020, "retracted": False, "text": noise(900, n * 8 + r)}
                    for r in range(1, 4)
                ],
            },
            usage=Usage(calls=22, prompt_tokens=1000 + n, completion_tokens=100),
        )
        for n, item in enumerate(items)
    ]
    return items, results


def test_the_page_of_1273_cited_answers_stays_under_three_megabytes(tmp_path: Path) -> None:
    items, results = many(1273)
    folder = finished_run(tmp_path / "run", items, results)
    write_reports(items, folder, TASK)
    assert (folder / "report.html").stat().st_size < 3_000_000
