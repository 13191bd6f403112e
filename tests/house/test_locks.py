"""The lock files are whole: everything pinned, hashed, and agreeing with pyproject.toml and with one another."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "locks"
FILES = (
    "runtime.txt", "data.txt", "local.txt", "quantised.txt", "service.txt", "redact.txt", "tools.txt", "torch-cpu.txt",
    "torch-cuda.txt",
)  # fmt: skip
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def entries(file: str) -> dict[str, tuple[Requirement, int]]:
    """The locked requirements by name, each with its number of hashes."""
    text = re.sub(r"\\\n", " ", (LOCKS / file).read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    requirements = [(Requirement(line.split(" --hash")[0]), line.count("--hash=sha256:")) for line in lines]
    return {canonicalize_name(one.name): (one, hashes) for one, hashes in requirements}


@pytest.mark.parametrize("file", FILES)
def test_every_package_is_pinned_to_one_version_and_hashed(file: str) -> None:
    locked = entries(file)
    assert locked
    assert [
        name for name, (one, hashes) in locked.items() if not hashes or not str(one.specifier).startswith("==")
    ] == []


@pytest.mark.parametrize("file", FILES)
def test_a_lock_names_no_index_and_no_place(file: str) -> None:
    text = (LOCKS / file).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|^/", text, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("runtime.txt", PROJECT["dependencies"]),
        ("runtime.txt", PROJECT["optional-dependencies"]["dev"]),
        ("local.txt", [one for one in PROJECT["optional-dependencies"]["local"] if not one.startswith("torch")]),
        *(("service.txt", PROJECT["optional-dependencies"][extra]) for extra in ("serve", "mcp", "telemetry")),
        ("quantised.txt", PROJECT["optional-dependencies"]["quantised"]),
        ("redact.txt", PROJECT["optional-dependencies"]["redact"]),
        ("torch-cuda.txt", [one for one in PROJECT["optional-dependencies"]["local"] if one.startswith("torch")]),
    ],
)
def test_what_the_project_asks_for_is_locked_at_a_version_that_it_accepts(file: str, wanted: list[str]) -> None:
    locked = entries(file)
    for requirement in map(Requirement, wanted):
        pinned, _ = locked[canonicalize_name(requirement.name)]
        version = str(pinned.specifier).removeprefix("==")
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} against {version}"


def test_both_torch_locks_hold_the_same_release_in_different_builds() -> None:
    cpu, hashes = entries("torch-cpu.txt")["torch"]
    cuda, _ = entries("torch-cuda.txt")["torch"]
    assert str(cpu.specifier) == f"{cuda.specifier}+cpu"
    assert hashes == 1


def test_no_package_is_locked_twice() -> None:
    names = [name for file in FILES if file not in ("torch-cpu.txt", "tools.txt") for name in entries(file)]
    assert sorted(names) == sorted(set(names))


def test_the_list_of_licences_names_every_package_that_is_locked() -> None:
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    listed = {canonicalize_name(name) for name in re.findall(r"^\| ([\w.-]+) \| \S", page, flags=re.MULTILINE)}
    locked = {
        name
        for file in ("runtime.txt", "data.txt", "local.txt", "quantised.txt", "service.txt", "redact.txt")
        for name in entries(file)
    }
    assert locked - listed == set(), "write the page anew with: make licences"
