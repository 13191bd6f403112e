"""What is asked: one small file a task."""

from wardround.evals.tasks.catalogue import MIRAGE_TASKS, TASKS, task_named
from wardround.evals.tasks.task import Measure, Task

__all__ = ["MIRAGE_TASKS", "TASKS", "Measure", "Task", "task_named"]
