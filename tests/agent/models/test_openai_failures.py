"""What the client of OpenAI-compatible servers makes of refusals, restarts, garbage and silence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.agent.models.openai_client import LEFT_WITHIN, Pauses, ask, connected
from tests.fake_openai_server import Drop, Fail, FakeOpenAIServer, Hang, Raw
from wardround.agent.models.retrying import BackOff
from wardround.errors import BackendError, TransientBackendError


@pytest.fixture
def server() -> Iterator[FakeOpenAIServer]:
    with FakeOpenAIServer() as server:
        yield server


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
async def test_passing_failures_are_repeated(server: FakeOpenAIServer, status: int) -> None:
    server.will(Fail(status), Fail(status), "5 mg")
    async with connected(server) as model:
        assert (await model.generate(ask())).text == "5 mg"
    assert len(server.chats) == 3


async def test_the_pause_is_the_one_the_server_asks_for(server: FakeOpenAIServer) -> None:
    server.will(Fail(429, retry_after="7"), "5 mg")
    pauses = Pauses()
    async with connected(server, back_off=BackOff(max_retries=1, sleep=pauses)) as model:
        await model.generate(ask())
    assert pauses == [7.0]


async def test_failures_that_do_not_pass_end_in_one_line(server: FakeOpenAIServer) -> None:
    server.will(*[Fail(503, "overloaded")] * 3)
    async with connected(server) as model:
        with pytest.raises(TransientBackendError, match=r"answered 503: overloaded \(tried 3 times\)"):
            await model.generate(ask())


async def test_a_refused_request_is_not_repeated(server: FakeOpenAIServer) -> None:
    async with connected(server) as model:
        with pytest.raises(BackendError, match="maximum context length is 4096 tokens"):
            await model.generate(ask("word " * 5000))
    assert len(server.chats) == 1


async def test_a_server_that_restarts_in_mid_run_is_found_again() -> None:
    with ExitStack() as running:
        first = running.enter_context(ExitStack())
        server = first.enter_context(FakeOpenAIServer())
        server.will("5 mg", Drop())
        again = FakeOpenAIServer(port=server.port)

        async def restarted(_: float) -> None:
            first.close()
            running.enter_context(again)
            again.will("6 mg", "7 mg")

        async with connected(server, back_off=BackOff(max_retries=1, sleep=restarted)) as model:
            assert [(await model.generate(ask())).text for _ in range(3)] == ["5 mg", "6 mg", "7 mg"]
        assert (len(server.chats), len(again.chats)) == (2, 2)


async def test_a_dropped_connection_is_repeated(server: FakeOpenAIServer) -> None:
    server.will(Drop(), "5 mg")
    async with connected(server) as model:
        assert (await model.generate(ask())).text == "5 mg"


async def test_a_server_that_hangs_is_left_and_asked_again(server: FakeOpenAIServer) -> None:
    server.will(Hang(), "5 mg")
    async with connected(server, timeout_seconds=0.2) as model:
        assert (await model.generate(ask())).text == "5 mg"
    assert server.left.acquire(timeout=LEFT_WITHIN)


@pytest.mark.parametrize(
    "garbage", [Raw("{not json"), Raw("<html>Bad gateway</html>", "text/html"), Raw('{"choices": []}'), Raw("[]")]
)
async def test_garbage_instead_of_a_completion_is_a_backend_error(server: FakeOpenAIServer, garbage: Raw) -> None:
    server.will(*[garbage] * 3)
    async with connected(server) as model:
        with pytest.raises(TransientBackendError, match=r"garbled JSON|no chat completion"):
            await model.generate(ask())


async def test_one_failure_of_a_batch_cancels_the_rest(server: FakeOpenAIServer) -> None:
    server.answer = lambda body: Fail(400, "no") if body["messages"][0]["content"] == "bad" else Hang()
    async with connected(server) as model:
        with pytest.raises(BackendError, match="answered 400: no"):
            await model.generate_batch([ask("good"), ask("bad")])


async def test_cancelling_frees_the_servers_slot(server: FakeOpenAIServer) -> None:
    server.will(Hang())
    async with connected(server) as model:
        task = asyncio.create_task(model.generate(ask()))
        while not server.chats:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.left.acquire, timeout=LEFT_WITHIN)
