"""Writes every lock file of this folder anew: ``make lock``.

Eight files come from uv's resolver, which must be on PATH or named by the variable ``UV``:

- ``runtime.txt``: what pyproject.toml asks for, with its ``dev`` extra;
- ``data.txt``: ``data.in`` without dependencies;
- ``local.txt``: what the ``local`` extra adds to that, without torch;
- ``quantised.txt``: what the ``quantised`` extra adds to both;
- ``service.txt``: what the ``serve``, ``mcp`` and ``telemetry`` extras add to both;
- ``redact.txt``: what the ``redact`` extra adds to all three;
- ``tools.txt``: ``tools.in``, an environment of its own;
- ``torch-cuda.txt``: torch as the package index has it, with its CUDA packages.

``torch-cpu.txt`` holds the hash of the CPU build of the same release, when pip can find one. The two torch
builds need a file each: where one requirement lists the hashes of both, pip may take the index's build and
leave its CUDA packages out, and then torch does not import.

Versions that are locked already stay where the requirements still allow them, so that a new package moves nothing
else; ``make lock UPGRADE=1`` takes the newest of all.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LOCKS = Path(__file__).resolve().parent
PYPROJECT = LOCKS.parent / "pyproject.toml"
OLDEST_PYTHON = "3.11"
RESOLVED = (
    *("runtime.txt", "data.txt", "local.txt", "quantised.txt", "service.txt", "redact.txt", "tools.txt"),
    "torch-cuda.txt",
)
ONLY_WITH_CUDA = re.compile(r"^(torch|triton|nvidia-.*|cuda-.*)$")


def main() -> None:
    """Resolves, then writes the files in the order in which they build on one another."""
    write("runtime.txt", resolve(PYPROJECT, "--extra", "dev"))
    write("data.txt", resolve(LOCKS / "data.in", "--no-deps"))
    local = resolve(PYPROJECT, "--extra", "local", *constrained_by("runtime.txt", "pins.txt"))
    runtime = {name(entry) for entry in (LOCKS / "runtime.txt").read_text().split("\n\n")}
    cuda = [entry for entry in local if ONLY_WITH_CUDA.match(name(entry))]
    write("torch-cuda.txt", cuda)
    write("local.txt", [entry for entry in local if entry not in cuda and name(entry) not in runtime])
    quantised = resolve(PYPROJECT, "--extra", "quantised", *constrained_by("runtime.txt", "local.txt", "pins.txt"))
    with_torch = runtime | {name(entry) for entry in local}
    write("quantised.txt", [entry for entry in quantised if name(entry) not in with_torch])
    extras = [word for extra in ("serve", "mcp", "telemetry") for word in ("--extra", extra)]
    service = resolve(PYPROJECT, *extras, *constrained_by("runtime.txt", "local.txt", "pins.txt"))
    have = set(with_torch)
    write("service.txt", [entry for entry in service if name(entry) not in have])
    have |= {name(entry) for entry in service}
    others = constrained_by("runtime.txt", "local.txt", "service.txt", "pins.txt")
    redact = resolve(PYPROJECT, "--extra", "redact", *others)
    write("redact.txt", [entry for entry in redact if name(entry) not in have])
    write("tools.txt", resolve(LOCKS / "tools.in"))
    write_cpu_build(next(entry for entry in cuda if name(entry) == "torch"))


def constrained_by(*files: str) -> list[str]:
    """Options of uv that keep to the versions of these files."""
    return [word for file in files for word in ("--constraint", str(LOCKS / file))]


def resolve(source: Path, *options: str) -> list[str]:
    """One entry for each locked package: the requirement with its hashes, several lines."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if not uv:
        sys.exit("make lock needs uv: install it (pip install uv) or name it with UV=/path/to/uv")
    command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-annotate", "--no-header"]
    command += ["--python-version", OLDEST_PYTHON, *options, str(source)]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "resolved.txt"  # uv prefers the versions that its output file holds
        if not os.environ.get("UPGRADE"):
            output.write_text("\n".join((LOCKS / file).read_text(encoding="utf-8") for file in RESOLVED))
        subprocess.run([*command, "--output-file", str(output)], check=True, stdout=subprocess.DEVNULL)
        return re.findall(r"^[A-Za-z0-9].*(?:\n {4}.*)*", output.read_text(encoding="utf-8"), flags=re.MULTILINE)


def name(entry: str) -> str:
    """The package an entry locks."""
    return re.split(r"[=\s;\[]", entry, maxsplit=1)[0]


def write(file: str, entries: list[str]) -> None:
    """Entries separated by an empty line, so that the file reads and splits easily."""
    (LOCKS / file).write_text("# Written by `make lock`.\n\n" + "\n\n".join(entries) + "\n", encoding="utf-8")
    sys.stderr.write(f"{file}: {len(entries)} packages\n")


def write_cpu_build(torch_entry: str) -> None:
    """The CPU build of the locked torch release; the file stays as it is where pip finds no such build."""
    requirement = torch_entry.split()[0] + "+cpu"
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip"]
        found = subprocess.run([*pip, "download", "--quiet", "--no-deps", "--dest", folder, requirement], check=False)
        if found.returncode != 0:
            sys.stderr.write(f"torch-cpu.txt: left as it is, pip finds no {requirement}\n")
            return
        wheel = next(Path(folder).iterdir())
        output = subprocess.run([*pip, "hash", str(wheel)], check=True, text=True, stdout=subprocess.PIPE).stdout
    digest = output.splitlines()[-1]
    write("torch-cpu.txt", [f"{requirement} \\\n    {digest}"])


if __name__ == "__main__":
    main()
