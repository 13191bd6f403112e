"""What is evaluated: the agent, and the plain ways of asking that it has to beat."""

from wardround.evals.systems.one_prompt import FindPassages, OnePromptSystem, given_passages, searched_passages
from wardround.evals.systems.protocol import System

__all__ = ["FindPassages", "OnePromptSystem", "System", "given_passages", "searched_passages"]
