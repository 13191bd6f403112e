"""A filter as it is typed behind ``/filter``: parts in a line, those with spaces in quotes."""

from __future__ import annotations

import shlex

from wardround.errors import InputError
from wardround.retrievers.filters import parsed_filter
from wardround.retrievers.protocols import Where


def parse_filter(text: str) -> Where:
    """The restriction that ``text`` names.

    Raises:
        InputError: a part is not understood; says what can be written.
    """
    try:
        parts = shlex.split(text)
    except ValueError as error:
        raise InputError(f"a quotation mark is not closed in {text!r}") from error
    return parsed_filter(parts)
