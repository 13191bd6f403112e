"""The HTTP application: OpenAI's chat completions over one agent."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from wardround.agent.answer import Answer
from wardround.agent.events import Event, Finished
from wardround.agent.settings import ServiceSettings
from wardround.errors import WardroundError
from wardround.service.access import TokenRequired
from wardround.service.chat_replies import Completion, Health, Model, ModelList, completion
from wardround.service.chat_requests import MODEL, CompletionRequest, asked
from wardround.service.desk import Answering, Desk
from wardround.service.failures import Failure, failure, failure_of
from wardround.service.metrics import CONTENT_TYPE
from wardround.service.openapi import described, replies
from wardround.service.places import TooBusyError
from wardround.service.streaming import sent_events

CLIENT_LEFT = 499
"""The status, which nobody reads, of a reply to a caller who has left."""


def build_app(agent: Answering, settings: ServiceSettings, token: str | None = None) -> FastAPI:
    """The application, which closes ``agent`` when it ends.

    Args:
        agent: answers.
        settings: section ``service``.
        token: what callers must send; None only where nobody else can reach the service.
    """
    desk = Desk(agent, settings)
    started = int(time.time())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await desk.close()

    app = FastAPI(
        title="Wardround",
        summary="Clinical answers in which every claim carries a citation that can be checked.",
        docs_url=None,  # the page would load scripts from another host
        redoc_url=None,
        lifespan=lifespan,
        max_body_size=settings.max_body_bytes,
        telemetry={"auto_configure": False},
    )
    if token is not None:
        app.add_middleware(TokenRequired, token=token)
    else:  # else a web page could reach the service through a name of its own for this machine
        hosts = ["localhost", "127.0.0.1", "::1", "[::1]", settings.host]
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)

    def admitted() -> Iterator[None]:
        try:
            with desk.places.admitted():
                yield
        except TooBusyError:
            desk.metrics.lost("refused")
            raise

    @app.post(
        "/v1/chat/completions",
        response_model=Completion,
        responses=replies(400, 401, 404, 413, 429, 500, 502, 503),
        dependencies=[Depends(admitted)],
    )
    async def create_chat_completion(body: CompletionRequest, request: Request) -> Response:
        """Answers the last message; with ``stream`` as server-sent events of chunks."""
        _require_known(body.model)
        events = desk.answering(asked(body.messages, body.filter))
        name, created = f"chatcmpl-{uuid.uuid4().hex}", int(time.time())
        if body.stream:
            usage = body.stream_options is not None and body.stream_options.include_usage
            stream = sent_events(events, name, created, include_usage=usage)
            return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        try:
            answer = await unless_they_leave(request, events)
        except Exception as error:  # the desk has logged it
            return _failed(failure_of(error))
        if answer is None:
            return Response(status_code=CLIENT_LEFT)
        return _json(completion(answer, name, created).model_dump_json())

    @app.get("/v1/models", responses=replies(401))
    async def list_models() -> ModelList:
        """The one name there is."""
        return ModelList(data=[Model(created=started)])

    @app.get("/v1/models/{model}", responses=replies(401, 404))
    async def retrieve_model(model: str) -> Model:
        """The one name there is, by its name."""
        _require_known(model)
        return Model(created=started)

    @app.get("/health")
    async def health() -> Health:
        """Whether the service answers; needs no token."""
        return Health()

    @app.get("/metrics", response_class=Response, responses=replies(401))
    async def metrics() -> Response:
        """Counts and times in Prometheus' text format."""
        return Response(desk.metrics.text(), media_type=CONTENT_TYPE)

    _tell_failures_as_openai_does(app)
    described(app, with_token=token is not None)
    return app


async def unless_they_leave(request: Request, events: AsyncGenerator[Event]) -> Answer | None:
    """The answer; None when the caller hung up, which cancels the question."""

    async def last() -> Answer:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Finished):
                    return event.answer
        raise RuntimeError("the run ended without an answer, which is a defect")

    async def hung_up() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    answering, leaving = asyncio.ensure_future(last()), asyncio.ensure_future(hung_up())
    try:
        done, _ = await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await answering if answering in done else None
    finally:
        for task in (answering, leaving):
            task.cancel()
        await asyncio.wait({answering, leaving})


def _require_known(model: str) -> None:
    if model != MODEL:
        raise HTTPException(404, f"there is no model {model[:100]!r} here: ask for {MODEL!r}")


def _tell_failures_as_openai_does(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def unusable(_: Request, error: RequestValidationError) -> Response:
        deepest = max(error.errors(), key=lambda one: len(one["loc"]))  # of several forms the one that was meant
        place = () if deepest["type"] == "json_invalid" else deepest["loc"][1:]
        param = ".".join(str(part) for part in place) or None
        return _failed(failure(400, f"{param or 'body'}: {deepest['msg']}", param=param, code="invalid_request"))

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> Response:
        code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(error.status_code)
        return _failed(failure(error.status_code, error.detail, code=code))

    @app.exception_handler(WardroundError)
    async def broken(_: Request, error: WardroundError) -> Response:
        return _failed(failure_of(error))


def _failed(what: Failure) -> Response:
    return Response(what.body.model_dump_json(), what.status, headers=what.headers, media_type="application/json")


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")
