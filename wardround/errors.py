"""The errors a user can meet, each with one clear line: what, where, what to do.

Every room of the house may import this module; it imports nothing of ours.
The command line prints ``str(error)`` without a traceback and exits with ``exit_code``.
"""

from __future__ import annotations

from typing import ClassVar


class WardroundError(Exception):
    """Base of all errors that are shown to the user as one line.

    Attributes:
        retryable: whether the same call may succeed when it is simply repeated.
        exit_code: the process exit code the command line uses for this class.
    """

    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1


class ConfigError(WardroundError):
    """A setting is unknown, malformed or out of range; names the setting and its origin."""

    exit_code = 3


class InputError(WardroundError):
    """The question or another input of the user cannot be used as it is."""

    exit_code = 4


class PrerequisiteError(WardroundError):
    """Something must be done first; the message holds the command to run."""

    exit_code = 5


class CorpusError(WardroundError):
    """A corpus or one of its records cannot be read; names file, line and field where known."""

    exit_code = 6


class StoreError(WardroundError):
    """An index is missing, corrupt, locked by another writer, or of another embedding dimension."""

    exit_code = 7


class BackendError(WardroundError):
    """A server or engine failed or cannot be reached."""

    exit_code = 8


class TransientBackendError(BackendError):
    """A failure that may pass: a timeout, an overloaded server, a dropped connection."""

    retryable = True


class ModelOutputError(WardroundError):
    """A language model returned something unusable; keeps the raw text for the record.

    Attributes:
        raw: the reply as it was written, without the reasoning before it.
        reasoning: that reasoning, which may be all there is; None where the model did not reason aloud.
    """

    exit_code = 9

    def __init__(self, message: str, raw: str, reasoning: str | None = None) -> None:
        super().__init__(message)
        self.raw = raw
        self.reasoning = reasoning


class CalibrationError(WardroundError):
    """A certificate cannot be computed, read or trusted."""

    exit_code = 10


class EvaluationError(WardroundError):
    """A task's data, a run's folder or somebody's predictions cannot be used; names file and line where known."""

    exit_code = 11
