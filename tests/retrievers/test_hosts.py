"""A Qdrant server elsewhere is only used when its host was allowed by name; no address is told with its password."""

from __future__ import annotations

import pytest

from wardround.errors import ConfigError
from wardround.retrievers.hosts import is_this_machine, require_allowed, without_credentials
from wardround.retrievers.index.open import index_target
from wardround.retrievers.settings import StoreSettings


@pytest.mark.parametrize("url", ["http://localhost:6333", "http://127.0.0.1:6333", "http://[::1]:6333"])
def test_a_server_on_this_machine_needs_no_leave(url: str) -> None:
    index_target(StoreSettings(kind="server", url=url))


def test_a_server_elsewhere_must_be_allowed_by_name() -> None:
    with pytest.raises(ConfigError, match=r"add 'qdrant' to retrieval\.store\.allowed_hosts"):
        index_target(StoreSettings(kind="server", url="http://qdrant:6333"))
    index_target(StoreSettings(kind="server", url="http://qdrant:6333", allowed_hosts=("Qdrant",)))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://reader:secret@localhost:6333", "http://localhost:6333"),
        ("http://reader:s@cret@localhost:6333", "http://localhost:6333"),
        ("http://reader:s/ec#r?et@localhost:6333", "http://localhost:6333"),
        ("https://reader:s@cret@[::1]:6333/v1", "https://[::1]:6333/v1"),
        ("https://token@host/v1", "https://host/v1"),
        ("reader:secret@localhost:6333", "localhost:6333"),
        ("http:/reader:secret@localhost", "http:/localhost"),
    ],
)
def test_an_address_is_shown_without_name_and_password(url: str, shown: str) -> None:
    assert without_credentials(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:6333",
        "https://gateway.example:443/accounts/me@hospital.example/v1?for=you@hospital.example",
        "http://[::1]:6333/a@b",
        "localhost",
        "http://[half",
        "",
    ],
)
def test_an_address_without_a_password_is_shown_as_it_is(url: str) -> None:
    assert without_credentials(url) == url


def test_half_an_address_is_refused_in_one_line() -> None:
    assert not is_this_machine("http://[half")
    with pytest.raises(ConfigError, match=r"model\.base_url is 'http://\[half', not an address such as"):
        require_allowed("http://reader:secret@[half", (), setting="model")
