"""MedXpertQA, text subset: specialist-board questions with ten options (arXiv:2501.18362)."""

from wardround.evals.scoring import ChoiceScorer
from wardround.evals.tasks.choice_rows import choice_loader
from wardround.evals.tasks.task import Task

MEDXPERTQA_TEXT = Task(
    name="medxpertqa_text",
    title="MedXpertQA, text, 10 options",
    folder="medxpertqa_text",
    load=choice_loader("medical_task", "body_system", "question_type"),
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    chance=0.1,
)
