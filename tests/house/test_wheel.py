"""The wheel holds every package and every data file, and the list of packages is complete."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = PROJECT["tool"]["setuptools"]["package-dir"]
PACKAGED = (
    ".py",
    *(pattern.lstrip("*").removeprefix("py") for pattern in PROJECT["tool"]["setuptools"]["package-data"]["*"]),
)


def sources() -> dict[str, Path]:
    """Every file of the packages by its path in the wheel."""
    return {
        f"{name.replace('.', '/')}/{path.relative_to(ROOT / folder).as_posix()}": path
        for name, folder in ROOMS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy so that the checkout stays clean."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    for folder in ROOMS.values():
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                target = copy / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(out.glob("*.whl")))


def test_every_folder_with_modules_is_listed_as_a_package() -> None:
    folders = {Path(name).parent.as_posix().replace("/", ".") for name in sources() if name.endswith(".py")}
    assert folders == set(PROJECT["tool"]["setuptools"]["packages"])


def test_every_source_and_data_file_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    assert set(sources()) - set(wheel.namelist()) == set()


def test_nothing_but_the_packages_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    strangers = {name for name in wheel.namelist() if name not in sources() and ".dist-info/" not in name}
    assert strangers == set()


def test_the_licence_and_the_command_are_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    licence = next(name for name in names if name.endswith("licenses/LICENSE"))
    assert b"Apache License" in wheel.read(licence)
    entry_points = wheel.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    assert "wardround = wardround.__main__:main" in entry_points


def test_every_file_of_a_package_has_a_kind_that_is_packaged() -> None:
    assert [name for name in sources() if not name.endswith(PACKAGED)] == []
