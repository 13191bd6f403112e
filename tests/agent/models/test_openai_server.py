"""The client of OpenAI-compatible servers against one that refuses, stalls, lies and breaks off."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.agent.models.openai_client import LEFT_WITHIN, ask, connected
from tests.fake_openai_server import EVERYTHING, Drop, Fail, FakeOpenAIServer, Hang, Raw, Say
from wardround.agent.models.openai_server import UNKNOWN_CONTEXT, OpenAIServerModel
from wardround.agent.models.protocol import Choice, JsonSchema
from wardround.errors import BackendError, ConfigError, ModelOutputError, TransientBackendError

YES_NO = Choice(("yes", "no"))
DOSE = JsonSchema("dose", {"type": "object", "properties": {"mg": {"type": "integer"}}, "required": ["mg"]})


@pytest.fixture
def server() -> Iterator[FakeOpenAIServer]:
    with FakeOpenAIServer() as server:
        yield server


async def collect(stream: AsyncIterator[str], pieces: list[str]) -> None:
    """Keeps what comes before a failure too."""
    async for piece in stream:
        pieces.append(piece)  # noqa: PERF401


class TestConnecting:
    async def test_the_only_served_model_is_the_default(self, server: FakeOpenAIServer) -> None:
        async with connected(server) as model:
            assert (model.name, model.context_tokens) == ("fake-model", 4096)
            assert model.fingerprint == "server:0.0.fake:fake-model:fake-model:4096"

    async def test_a_model_that_is_not_served_is_told_with_those_that_are(self) -> None:
        with (
            FakeOpenAIServer(models=("small", "large")) as server,
            pytest.raises(ConfigError, match=r"model\.name is 'other', but http://.* serves: small, large"),
        ):
            OpenAIServerModel.connect(server.url, "other")

    async def test_several_served_models_need_a_name(self) -> None:
        with FakeOpenAIServer(models=("small", "large")) as server:
            with pytest.raises(ConfigError, match=r"model\.name is needed, since .* serves 2 models: small, large"):
                OpenAIServerModel.connect(server.url)
            async with connected(server, name="large") as model:
                assert model.name == "large"

    async def test_an_unknown_context_length_is_taken_for_the_smallest_in_use(self) -> None:
        with FakeOpenAIServer(context_tokens=None) as server:
            async with connected(server) as model:
                assert model.context_tokens == UNKNOWN_CONTEXT

    def test_no_server_is_one_clear_line(self, server: FakeOpenAIServer) -> None:
        server.__exit__()
        with pytest.raises(TransientBackendError, match="cannot be reached or dropped the connection") as caught:
            OpenAIServerModel.connect(server.url)
        assert "\n" not in str(caught.value)
        server.__enter__()

    def test_something_else_than_an_endpoint_is_told(self, server: FakeOpenAIServer) -> None:
        with pytest.raises(BackendError, match="answered 404: Not Found"):
            OpenAIServerModel.connect(server.url.replace("/v1", "/v2"))

    def test_a_password_in_the_address_is_not_shown(self, server: FakeOpenAIServer) -> None:
        with pytest.raises(ConfigError, match=r"but http://127\.0\.0\.1:\d+/v1 serves") as caught:
            OpenAIServerModel.connect(server.url.replace("http://", "http://me:secret@"), "other")
        assert "secret" not in str(caught.value)

    def test_nothing_is_sent_to_a_host_that_is_not_allowed(self) -> None:
        with pytest.raises(ConfigError, match=r"model\.allowed_hosts"):
            OpenAIServerModel.connect("https://api.example.com/v1")

    async def test_a_proxy_of_the_environment_does_not_see_local_requests(
        self, server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        async with connected(server) as model:
            assert (await model.generate(ask())).text == "Which dose?"

    async def test_the_key_is_sent_and_its_absence_explained(self, server: FakeOpenAIServer) -> None:
        server.will("ok", Fail(401, "bad key"))
        async with connected(server, api_key="secret") as model:
            await model.generate(ask())
            assert server.headers["Authorization"] == "Bearer secret"
            with pytest.raises(ConfigError, match=r"answered 401: bad key; put its key into .* model\.api_key_env"):
                await model.generate(ask())

    async def test_it_serves_several_event_loops(self, server: FakeOpenAIServer) -> None:
        async with connected(server) as model:
            here = await model.generate(ask("here"))
            there = await asyncio.to_thread(lambda: asyncio.run(model.generate(ask("there"))))
            assert (here.text, there.text) == ("here", "there")


class TestRequests:
    async def test_every_sampling_parameter_is_explicit(self, server: FakeOpenAIServer) -> None:
        async with connected(server) as model:
            await model.generate(ask(max_tokens=9, temperature=0.5, top_p=0.9, seed=3, stop=("\n",)))
        assert server.chats == [
            {
                "model": "fake-model",
                "messages": [{"role": "user", "content": "Which dose?"}],
                "max_tokens": 9,
                "temperature": 0.5,
                "top_p": 0.9,
                "seed": 3,
                "stop": ["\n"],
            }
        ]

    async def test_constraints_are_written_as_vllm_reads_them(self, server: FakeOpenAIServer) -> None:
        async with connected(server) as model:
            await model.generate(ask(constraint=YES_NO))
            await model.generate(ask(constraint=DOSE))
        choice, schema = server.chats
        assert choice["structured_outputs"] == {"choice": ["yes", "no"]}
        assert schema["response_format"]["json_schema"] == {"name": "dose", "schema": DOSE.schema, "strict": True}

    async def test_no_more_requests_are_in_flight_than_allowed(self, server: FakeOpenAIServer) -> None:
        both = threading.Barrier(2, timeout=LEFT_WITHIN)

        def meet(_: dict[str, Any]) -> str:
            both.wait()
            return "met"

        server.answer = meet
        server.next_action = lambda body: Say(str(meet(body)))  # type: ignore[method-assign]  # without its lock
        async with connected(server, concurrency=2) as model:
            replies = await model.generate_batch([ask(str(number)) for number in range(6)])
        assert [reply.text for reply in replies] == ["met"] * 6
        assert server.most_in_flight == 2

    async def test_reasoning_stays_out_of_the_answer(self, server: FakeOpenAIServer) -> None:
        thoughtful = [Say("<think>5 or 10?</think>\n\n5 mg"), Say("5 mg", reasoning="5 or 10?")]
        server.will(*thoughtful, *thoughtful)
        async with connected(server) as model:
            assert [(await model.generate(ask())).text for _ in range(2)] == ["5 mg", "5 mg"]
            for _ in range(2):
                assert "".join([piece async for piece in model.stream(ask())]) == "5 mg"


class TestStreams:
    async def test_a_stream_that_fails_before_its_first_piece_is_repeated(self, server: FakeOpenAIServer) -> None:
        server.will(Fail(500), Drop(), "5 mg daily")
        async with connected(server) as model:
            assert [piece async for piece in model.stream(ask())] == ["5", " mg", " daily"]

    async def test_a_stream_that_breaks_off_says_so_after_what_came(self, server: FakeOpenAIServer) -> None:
        server.will(Drop(after="Give five"))
        pieces: list[str] = []
        async with connected(server) as model:
            with pytest.raises(TransientBackendError, match="dropped the connection"):
                await collect(model.stream(ask()), pieces)
        assert pieces == ["Give", " five"]
        assert len(server.chats) == 1

    async def test_a_stream_that_ends_without_a_reason_is_not_taken_for_whole(self, server: FakeOpenAIServer) -> None:
        event = json.dumps({"choices": [{"index": 0, "delta": {"content": "Give"}, "finish_reason": None}]})
        server.will(Raw(f"data: {event}\n\n", "text/event-stream"))
        async with connected(server) as model:
            with pytest.raises(TransientBackendError, match="ended a reply before it was whole"):
                [piece async for piece in model.stream(ask())]

    async def test_a_stalled_stream_times_out(self, server: FakeOpenAIServer) -> None:
        server.will(Hang(after="Give"))
        async with connected(server, timeout_seconds=0.2) as model:
            with pytest.raises(TransientBackendError, match="did not answer in time"):
                [piece async for piece in model.stream(ask())]

    async def test_cancelling_closes_the_stream(self, server: FakeOpenAIServer) -> None:
        server.will(Hang(after="Give"))
        first = asyncio.Event()

        async def read(model: OpenAIServerModel) -> None:
            async for _ in model.stream(ask()):
                first.set()

        async with connected(server) as model:
            task = asyncio.create_task(read(model))
            await first.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.left.acquire, timeout=LEFT_WITHIN)

    async def test_a_streamed_reply_that_ignores_its_schema_is_an_error(self, server: FakeOpenAIServer) -> None:
        server.will("Sure, 5 mg.")
        async with connected(server) as model:
            with pytest.raises(ModelOutputError, match="no JSON for schema 'dose'"):
                [piece async for piece in model.stream(ask(constraint=DOSE))]

    @pytest.mark.parametrize("event", ["{oops", "[" * 3_000, "1" * 5_000], ids=["no JSON", "too deep", "too long"])
    async def test_garbled_events_are_a_backend_error(self, server: FakeOpenAIServer, event: str) -> None:
        server.will(*[Raw(f"data: {event}\n\n", "text/event-stream")] * 3)
        async with connected(server) as model:
            with pytest.raises(TransientBackendError, match="garbled JSON"):
                [piece async for piece in model.stream(ask())]


class TestConstraints:
    async def test_a_reply_that_breaks_its_schema_is_asked_for_once_more_in_the_other_spelling(
        self, server: FakeOpenAIServer
    ) -> None:
        server.will("Sure, 5 mg.", '{"mg": 5}')
        async with connected(server) as model:
            reply = await model.generate(ask(constraint=DOSE, seed=4))
        assert (reply.text, reply.usage.calls) == ('{"mg": 5}', 2)
        assert [sorted({"response_format", "structured_outputs"} & set(body)) for body in server.chats] == [
            ["response_format"],
            ["structured_outputs"],
        ]
        assert [body["seed"] for body in server.chats] == [4, 5]

    @pytest.mark.parametrize("said", ["", "Sure!", '{"mg": "five"}', "[]"])
    async def test_twice_is_enough(self, server: FakeOpenAIServer, said: str) -> None:
        server.will(said, said)
        async with connected(server) as model:
            with pytest.raises(ModelOutputError) as caught:
                await model.generate(ask(constraint=DOSE))
        assert caught.value.raw == said

    @pytest.mark.parametrize("said", ["[" * 3_000, "1" * 5_000], ids=["too deep", "too long"])
    async def test_what_python_cannot_read_is_none_of_the_options(self, server: FakeOpenAIServer, said: str) -> None:
        server.will(said, said)
        async with connected(server) as model:
            with pytest.raises(ModelOutputError, match=r"is none of \['yes', 'no'\]"):
                await model.generate(ask(constraint=YES_NO, max_tokens=3_500))

    async def test_an_empty_reply_is_asked_for_once_more(self, server: FakeOpenAIServer) -> None:
        server.will("", "5 mg")
        async with connected(server) as model:
            assert (await model.generate(ask())).text == "5 mg"

    @pytest.mark.parametrize("ignores", ["supports", "refuses"])
    async def test_a_server_without_vllms_spelling_is_learnt(self, ignores: str) -> None:
        with FakeOpenAIServer() as server:
            if ignores == "supports":
                server.supports = EVERYTHING - {"structured_outputs"}
            else:
                server.refuses = frozenset({"structured_outputs"})
            server.answer = answers_with_an_enum
            async with connected(server) as model:
                assert [(await model.generate(ask(constraint=YES_NO))).text for _ in range(2)] == ["no", "no"]
            assert ["structured_outputs" in body for body in server.chats] == [True, False, False]


def answers_with_an_enum(body: dict[str, Any]) -> str:
    if "response_format" not in body:
        return "Well, no."
    return json.dumps(body["response_format"]["json_schema"]["schema"]["enum"][1])


class TestScores:
    async def test_letters_cost_one_request(self, server: FakeOpenAIServer) -> None:
        server.chances = {"A": 0.6, "B": 0.2, "C": 0.1}
        async with connected(server) as model:
            scores = await model.score_choices(ask().messages, ("A", "B", "C"))
        assert scores.probabilities == pytest.approx({"A": 6 / 9, "B": 2 / 9, "C": 1 / 9})
        assert (scores.usage.calls, scores.usage.completion_tokens) == (1, 1)

    async def test_options_that_share_their_first_token_are_told_apart_by_likelihood(
        self, server: FakeOpenAIServer
    ) -> None:
        server.chances = {"heart failure": 0.3, "heart block": 0.1}
        async with connected(server) as model:
            scores = await model.score_choices(ask().messages, ("heart failure", "heart block"))
        assert scores.probabilities == pytest.approx({"heart failure": 0.75, "heart block": 0.25})
        assert (scores.method, scores.usage.calls) == ("likelihood", 3)
        assert server.chats[1]["messages"][-1] == {"role": "assistant", "content": "heart failure"}

    @pytest.mark.parametrize("lacking", [{"logprobs"}, {"prompt_logprobs"}])
    @pytest.mark.parametrize("how", ["supports", "refuses"])
    async def test_without_logprobs_the_choice_is_marked(self, lacking: set[str], how: str) -> None:
        with FakeOpenAIServer(chances={"heart failure": 0.3, "heart block": 0.1}) as server:
            if how == "supports":
                server.supports = EVERYTHING - lacking
            else:
                server.refuses = frozenset(lacking)
            async with connected(server) as model:
                scores = await model.score_choices(ask().messages, ("heart failure", "heart block"))
        assert scores.probabilities == {"heart failure": 1.0, "heart block": 0.0}
        assert scores.method == "choice"


class TestCounting:
    async def test_the_servers_own_count_is_used(self, server: FakeOpenAIServer) -> None:
        async with connected(server) as model:
            assert model.count_tokens(ask("one two three").messages) == 8

    async def test_equal_messages_are_counted_once(self, server: FakeOpenAIServer) -> None:
        async with connected(server) as model:
            assert [model.count_tokens(ask(text).messages) for text in ("one", "one two", "one")] == [6, 7, 6]
        assert [path for path, _ in server.requests].count("/tokenize") == 2

    async def test_a_server_that_cannot_count_is_asked_once_and_overestimated(self) -> None:
        with FakeOpenAIServer(supports=EVERYTHING - {"tokenize"}) as server:
            async with connected(server) as model:
                counts = [model.count_tokens(ask("one two three").messages) for _ in range(2)]
            assert counts == [79, 79]
            assert [path for path, _ in server.requests].count("/tokenize") == 1
