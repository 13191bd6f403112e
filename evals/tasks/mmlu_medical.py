"""MMLU, the six medical subjects (arXiv:2009.03300); some questions stand in two subjects and form one cluster."""

from wardround.evals.scoring import ChoiceScorer
from wardround.evals.tasks.choice_rows import choice_loader
from wardround.evals.tasks.mirage_benchmark import or_benchmark
from wardround.evals.tasks.task import Task

MMLU_MEDICAL = Task(
    name="mmlu_medical",
    title="MMLU, six medical subjects",
    folder="mmlu_medical",
    load=or_benchmark("mmlu", choice_loader("subject")),
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    chance=0.25,
)
