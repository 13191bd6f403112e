"""Addresses of servers as they may be shown, and which of them are not on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wardround.retrievers.hosts import is_this_machine, without_credentials

if TYPE_CHECKING:
    from wardround.agent.settings import Settings


def addresses_elsewhere(settings: Settings) -> list[str]:
    """The servers beyond this machine to which questions or passages are sent, as they may be shown."""
    addresses = [settings.model.base_url] if settings.model.kind == "server" else []
    if settings.retrieval.store.kind == "server" and settings.retrieval.store.url:
        addresses.append(settings.retrieval.store.url)
    if settings.retrieval.embedder.kind == "server":
        addresses.append(settings.retrieval.embedder.url)
    return [without_credentials(address) for address in addresses if not is_this_machine(address)]


def where_it_goes(settings: Settings) -> str | None:
    """The sentence about it; None when nothing leaves this machine."""
    elsewhere, collector = addresses_elsewhere(settings), settings.telemetry.otlp_endpoint
    told = [f"questions or passages are sent to {', '.join(elsewhere)}"] if elsewhere else []
    if collector and not is_this_machine(collector):
        what = "spans with questions and answers" if settings.telemetry.content else "spans without their words"
        told.append(f"{what} are sent to {without_credentials(collector)}")
    return "; ".join(told) or None
