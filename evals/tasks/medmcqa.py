"""MedMCQA: Indian medical entrance examination questions with four options (arXiv:2203.14371)."""

from wardround.evals.scoring import ChoiceScorer
from wardround.evals.tasks.choice_rows import choice_loader
from wardround.evals.tasks.mirage_benchmark import or_benchmark
from wardround.evals.tasks.task import Task

MEDMCQA = Task(
    name="medmcqa",
    title="MedMCQA, development set",
    folder="medmcqa_dev",
    # A keyed answer is single in every row; the source's choice_type says how the question is put.
    load=or_benchmark("medmcqa", choice_loader("subject", "choice_type")),
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    chance=0.25,
)
