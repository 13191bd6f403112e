"""Short names of the licences that open texts carry."""

from __future__ import annotations

import re

_CREATIVE_COMMONS = re.compile(
    r"creativecommons\.org/licen[sc]es/(?P<terms>[a-z-]+)/(?P<version>\d\.\d)", re.IGNORECASE
)
_CC0 = re.compile(r"creativecommons\.org/publicdomain/zero", re.IGNORECASE)


def licence_name(url: str) -> str | None:
    """``CC BY 4.0`` for the address of a Creative Commons licence; None for any other address."""
    if _CC0.search(url):
        return "CC0 1.0"
    found = _CREATIVE_COMMONS.search(url)
    return f"CC {found['terms'].upper()} {found['version']}" if found else None
