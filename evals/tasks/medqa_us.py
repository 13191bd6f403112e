"""MedQA-US: United States licensing examination questions with four options (arXiv:2009.13081)."""

from wardround.evals.scoring import ChoiceScorer
from wardround.evals.tasks.choice_rows import choice_loader
from wardround.evals.tasks.mirage_benchmark import or_benchmark
from wardround.evals.tasks.task import Task

MEDQA_US = Task(
    name="medqa_us",
    title="MedQA-US, 4 options",
    folder="medqa_us",
    load=or_benchmark("medqa", choice_loader("meta_info")),
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    chance=0.25,
)
