"""Which server addresses may see questions and passages."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from wardround.errors import ConfigError

_CREDENTIALS = re.compile(
    r"""
    ^((?:(?:[^/?#@:]*:)?/+)?)  # the scheme, if there is one
    (?:
        [^/?#]*@  # name and password, which may hold an @ of their own
        | [^/?#@:\[]*:(?!\d*(?:[/?#]|$)).*@  # a password with one of /?#, known by what would be no number of a port
    )
    """,
    re.VERBOSE | re.DOTALL,
)


def is_this_machine(url: str) -> bool:
    """Whether ``url`` names the loopback interface, so that nothing sent to it leaves this machine."""
    host = _host(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_credentials(url: str) -> str:
    """``url`` as it may be shown and logged, without the user name and password it may hold, whole or not."""
    return _CREDENTIALS.sub(r"\1", url)


def require_allowed(url: str, allowed_hosts: Collection[str], *, setting: str, name: str = "base_url") -> None:
    """Returns when ``url`` is on this machine or its host was allowed by name.

    Args:
        url: address of a server.
        allowed_hosts: other hosts the user trusts, compared without regard to case.
        setting: the settings section that holds both, such as ``model``; for the message.
        name: the setting that holds the address.

    Raises:
        ConfigError: not an http(s) address, or a host that is not allowed.
    """
    parts = _parts(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            f"{setting}.{name} is {without_credentials(url)!r}, not an address such as http://localhost:8000/v1"
        )
    if is_this_machine(url) or _host(url) in {host.lower() for host in allowed_hosts}:
        return
    raise ConfigError(
        f"{setting}.{name} sends what you ask and read to {parts.hostname!r}, which is not this machine: if that is "
        f"meant, add {parts.hostname!r} to {setting}.allowed_hosts"
    )


def _host(url: str) -> str:
    return (_parts(url).hostname or "").lower().rstrip(".")


def _parts(url: str) -> SplitResult:
    """What ``url`` is made of: nothing where it is no address, such as one with half of an IPv6 bracket."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
