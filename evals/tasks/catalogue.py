"""Every task by its name."""

from __future__ import annotations

from wardround.errors import EvaluationError
from wardround.evals.tasks.bioasq_answers import BIOASQ_FACTOID, BIOASQ_LIST, BIOASQ_SUMMARY
from wardround.evals.tasks.bioasq_yesno import BIOASQ_YESNO
from wardround.evals.tasks.brand_names import BRAND_NAMES
from wardround.evals.tasks.evidence_inference import EVIDENCE_INFERENCE
from wardround.evals.tasks.judged_retrieval import RETRIEVAL_TASKS
from wardround.evals.tasks.k_qa import K_QA
from wardround.evals.tasks.med_safety import MED_SAFETY
from wardround.evals.tasks.medec import MEDEC
from wardround.evals.tasks.medmcqa import MEDMCQA
from wardround.evals.tasks.medqa_us import MEDQA_US
from wardround.evals.tasks.medxpertqa import MEDXPERTQA_TEXT
from wardround.evals.tasks.mmlu_medical import MMLU_MEDICAL
from wardround.evals.tasks.pubmedqa import PUBMEDQA, PUBMEDQA_SEARCHED
from wardround.evals.tasks.robustness import OPTION_ORDER, PARAPHRASED
from wardround.evals.tasks.scifact import SCIFACT
from wardround.evals.tasks.starter import STARTER
from wardround.evals.tasks.task import Task

TASKS = {
    task.name: task
    for task in (
        MEDQA_US,
        MMLU_MEDICAL,
        MEDMCQA,
        PUBMEDQA_SEARCHED,
        BIOASQ_YESNO,
        PUBMEDQA,
        MEDXPERTQA_TEXT,
        BIOASQ_FACTOID,
        BIOASQ_LIST,
        BIOASQ_SUMMARY,
        SCIFACT,
        EVIDENCE_INFERENCE,
        K_QA,
        MED_SAFETY,
        BRAND_NAMES,
        OPTION_ORDER,
        PARAPHRASED,
        MEDEC,
        STARTER,
        *RETRIEVAL_TASKS,
    )
}

MIRAGE_TASKS = {
    "mmlu": MMLU_MEDICAL,
    "medqa": MEDQA_US,
    "medmcqa": MEDMCQA,
    "pubmedqa": PUBMEDQA_SEARCHED,
    "bioasq": BIOASQ_YESNO,
}
"""MIRAGE's five tasks by the names its files use, in the order of its tables."""


def task_named(name: str) -> Task:
    """The task of that name.

    Raises:
        EvaluationError: there is none; the message lists those there are.
    """
    if name not in TASKS:
        raise EvaluationError(f"there is no task {name!r}; the tasks are {', '.join(TASKS)}")
    return TASKS[name]
