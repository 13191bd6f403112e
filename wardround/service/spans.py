"""OpenTelemetry spans for a collector of the user's choice; none is configured unless the settings name one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wardround.agent.models.endpoints import is_this_machine, require_allowed
from wardround.agent.settings import TelemetrySettings
from wardround.packages import require_extra

if TYPE_CHECKING:
    import requests


@contextmanager
def exported_spans(settings: TelemetrySettings) -> Iterator[None]:
    """Sends the spans of the block to ``telemetry.otlp_endpoint``; what is left at its end is sent before it ends.

    Raises:
        ConfigError: the collector is on a host that is not allowed.
        PrerequisiteError: the packages are missing.
    """
    if settings.otlp_endpoint is None:
        yield
        return
    require_allowed(settings.otlp_endpoint, settings.allowed_hosts, setting="telemetry", name="otlp_endpoint")
    require_extra("telemetry", "opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    address = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(endpoint=address, session=_direct_session() if is_this_machine(address) else None)
    provider = TracerProvider(resource=Resource({SERVICE_NAME: "wardround"}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


def _direct_session() -> requests.Session:
    """A session without the environment's proxies: what is meant for this machine must not be read on another one."""
    import requests

    session = requests.Session()
    session.trust_env = False
    return session
