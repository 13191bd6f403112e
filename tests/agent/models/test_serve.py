"""Serving: the command for the hardware at hand, and a process that is started, awaited and stopped."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from wardround.agent.models.gpus import Gpu
from wardround.agent.models.serve import ModelServer, serving
from wardround.agent.models.serve_plan import ServePlan, plan_server
from wardround.errors import BackendError, ConfigError, PrerequisiteError

H200 = Gpu("NVIDIA H200", 140.0, 139.0, 9.0)
T4 = Gpu("Tesla T4", 15.0, 14.0, 7.5)

STAND_IN = """
import http.server, json, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"data": [{"id": "med"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
print(subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]).pid, flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def stand_in(program: str) -> ServePlan:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return ServePlan((sys.executable, "-c", program, str(port)), {}, f"http://127.0.0.1:{port}/v1", "med")


class TestThePlan:
    def test_one_gpu(self) -> None:
        plan = plan_server("org/med-7b", [H200], python="/opt/vllm/bin/python")
        assert plan.as_shell() == (
            "VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1 /opt/vllm/bin/python -m vllm.entrypoints.openai.api_server "
            "--model org/med-7b --served-model-name org/med-7b --host 127.0.0.1 --port 8000 "
            "--generation-config vllm --max-model-len auto "
            """--structured-outputs-config '{"backend": "guidance", "disable_any_whitespace": true}'"""
        )
        assert (plan.base_url, plan.name) == ("http://127.0.0.1:8000/v1", "org/med-7b")

    @pytest.mark.parametrize(("devices", "used"), [(2, "2"), (3, "2"), (4, "4"), (7, "4"), (8, "8")])
    def test_several_gpus_share_the_model_by_powers_of_two(self, devices: int, used: str) -> None:
        command = plan_server("m", [H200] * devices, python="python").command
        assert command[command.index("--tensor-parallel-size") + 1] == used

    def test_an_old_gpu_gets_the_dtype_it_has(self) -> None:
        command = plan_server("m", [T4], python="python").command
        assert command[command.index("--dtype") + 1] == "half"

    def test_different_gpus_are_not_mixed(self) -> None:
        with pytest.raises(ConfigError, match=r"the GPUs differ \(NVIDIA H200, Tesla T4\)"):
            plan_server("m", [H200, T4], python="python")

    def test_without_a_gpu_it_is_small_and_a_folder_needs_no_hub(self, tmp_path: Path) -> None:
        plan = plan_server(tmp_path, [], python="python", name="med", port=9001, context_tokens=2048)
        assert plan.command[-3:] == ("--max-num-seqs", "8", "--enforce-eager")
        assert plan.command[plan.command.index("--max-model-len") + 1] == "2048"
        assert (plan.environment["HF_HUB_OFFLINE"], plan.environment["VLLM_CPU_KVCACHE_SPACE"]) == ("1", "2")
        assert (plan.base_url, plan.name) == ("http://127.0.0.1:9001/v1", "med")


class TestTheProcess:
    def test_it_is_ready_inside_the_block_and_gone_after_it_with_what_it_started(self, tmp_path: Path) -> None:
        log = tmp_path / "logs" / "server.log"
        with serving(stand_in(STAND_IN), log, seconds=60) as server:
            worker = int(log.read_text().split()[0])
            assert is_running(worker)
        assert server._process.returncode is not None
        assert not is_running(worker)
        server.stop()

    def test_a_server_that_dies_is_told_with_the_end_of_its_log(self, tmp_path: Path) -> None:
        plan = stand_in("raise ValueError('no kernel image')")
        log = tmp_path / "server.log"
        expected = r"ended with code 1; see .*server\.log, .* ValueError: no kernel image"
        with pytest.raises(BackendError, match=expected), serving(plan, log):
            pytest.fail("it was never ready")

    def test_a_server_that_never_answers_is_stopped(self, tmp_path: Path) -> None:
        server = ModelServer(stand_in("import signal; signal.pause()"), tmp_path / "log")
        with pytest.raises(BackendError, match="not ready after 0 s"):
            server.wait_until_ready(seconds=0.1)
        server.stop()
        assert server._process.returncode is not None

    def test_an_interpreter_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        plan = plan_server("m", [], python=tmp_path / "python")
        with pytest.raises(PrerequisiteError, match=r"cannot be started \(No such file or directory\): vLLM needs"):
            ModelServer(plan, tmp_path / "log")


def is_running(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")
