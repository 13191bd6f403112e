"""What a check-up finds where the language model should be, without raising and without waiting long."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from wardround.agent.models.choose import api_key
from wardround.agent.models.endpoints import require_allowed, without_credentials
from wardround.agent.models.openai_connection import Connection, ServedModel
from wardround.agent.settings import ModelSettings
from wardround.errors import WardroundError

PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ServerSeen:
    """What answers at an endpoint.

    Attributes:
        base_url: that was asked, as it may be shown.
        models: it offers.
        version: of vLLM, else ``unknown``.
        problem: one line when nothing usable answers; None otherwise.
    """

    base_url: str
    models: tuple[ServedModel, ...] = ()
    version: str = "unknown"
    problem: str | None = None


def look_at_server(settings: ModelSettings) -> ServerSeen:
    """What answers at ``model.base_url`` within a second; a host that is not allowed is not contacted."""
    try:
        require_allowed(settings.base_url, settings.allowed_hosts, setting="model")
        with closing(_quick_connection(settings)) as connection:
            models = tuple(connection.served_models())
            return ServerSeen(without_credentials(settings.base_url), models, connection.server_version())
    except WardroundError as error:
        return ServerSeen(without_credentials(settings.base_url), problem=str(error))


def _quick_connection(settings: ModelSettings) -> Connection:
    return Connection(
        settings.base_url,
        api_key(settings),
        timeout_seconds=PATIENCE_SECONDS,
        concurrency=1,
        information_seconds=PATIENCE_SECONDS,
    )
