"""A prompt as read from its file: checked against its contract once, then only filled in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from string import Template
from typing import NamedTuple

from wardround.errors import ConfigError
from wardround.prompts.contract import PromptContract

_PART = re.compile(r"^## (System|User)[ \t]*$", re.MULTILINE)


class RenderedPrompt(NamedTuple):
    """What is sent; ``system`` is empty for a turn that goes on with a dialogue."""

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """One prompt with its places for values.

    Attributes:
        system: without any variable, so that a server's prefix cache serves every question.
        user: where the values go.
        origin: the file it was read from.
    """

    contract: PromptContract
    system: str
    user: str
    origin: str

    @property
    def sha256(self) -> str:
        """Hash of everything a model may see of this template."""
        return hashlib.sha256(f"{self.contract.name}\0{self.system}\0{self.user}".encode()).hexdigest()

    def render(self, **values: str) -> RenderedPrompt:
        """The prompt with its values in place.

        Values are put in once and never read for further variables, so a passage may hold dollar signs and
        braces.

        Raises:
            ValueError: a required value is missing, or one is given that the contract does not know.
        """
        given = frozenset(values)
        if missing := self.contract.required - given:
            raise ValueError(f"prompt {self.contract.name!r} needs a value for {', '.join(sorted(missing))}")
        if unknown := given - self.contract.variables:
            raise ValueError(f"prompt {self.contract.name!r} does not take {', '.join(sorted(unknown))}")
        filled = dict.fromkeys(self.contract.optional, "") | values
        return RenderedPrompt(self.system, _without_gaps(Template(self.user).substitute(filled)))


def parse_template(contract: PromptContract, text: str, origin: str) -> PromptTemplate:
    """The template in ``text``, if it keeps the contract.

    Raises:
        ConfigError: a part is missing, or a variable is missing, unknown, malformed or in the system part;
            names the file and the variable.
    """
    system, user = _parts(contract, text, origin)
    if names := _names(system, origin):
        raise ConfigError(
            f"{origin}: the system part names ${sorted(names)[0]}; "
            "variables belong into the user part, so that the system part is the same for every question"
        )
    names = _names(user, origin)
    for name in sorted(contract.required - names):
        raise ConfigError(f"{origin}: the variable ${name} is missing; the prompt cannot work without it")
    for name in sorted(names - contract.variables):
        raise ConfigError(f"{origin}: unknown variable ${name}; this prompt knows {_listed(contract)}")
    return PromptTemplate(contract, system, user, origin)


def _parts(contract: PromptContract, text: str, origin: str) -> tuple[str, str]:
    pieces = _PART.split(text)
    expected = ["System", "User"] if contract.opens else ["User"]
    if pieces[1::2] != expected:
        headings = " and ".join(f"'## {name}'" for name in expected)
        raise ConfigError(f"{origin}: expected the heading lines {headings}, each once and in this order")
    bodies = [piece.strip() for piece in pieces[2::2]]
    for name, body in zip(expected, bodies, strict=True):
        if not body:
            raise ConfigError(f"{origin}: nothing stands under '## {name}'")
    return (bodies[0], bodies[1]) if contract.opens else ("", bodies[0])


def _names(text: str, origin: str) -> frozenset[str]:
    template = Template(text)
    if not template.is_valid():
        raise ConfigError(f"{origin}: a '$' is not followed by a variable's name; write '$$' for a dollar sign")
    return frozenset(template.get_identifiers())


def _listed(contract: PromptContract) -> str:
    return ", ".join(f"${name}" for name in sorted(contract.variables))


def _without_gaps(text: str) -> str:
    """An optional value left empty would leave a hole of blank lines."""
    return re.sub(r"\n{3,}", "\n\n", text).strip()
