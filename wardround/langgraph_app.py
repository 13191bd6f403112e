"""The agent as LangGraph's own tools open it: a conversation of messages, its steps below it.

``langgraph.json`` names ``graph`` here.
"""

from __future__ import annotations

import asyncio
import atexit
import sys
import threading
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph
from typing_extensions import TypedDict  # the standard one has no schema before Python 3.12

from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.graph import Graph
from wardround.config import load_settings
from wardround.index_building import ensure_index
from wardround.service.chat_requests import Message, asked


class Conversation(TypedDict, total=False):
    """What was said, and the last answer as its published contract."""

    messages: Annotated[list[AnyMessage], add_messages]
    answer: dict[str, Any]


ConversationGraph = CompiledStateGraph[Conversation, None, Conversation, Conversation]


async def graph() -> ConversationGraph:
    """The configured agent as a graph over messages; the index is opened once a process, beside the event loop.

    Raises:
        WardroundError: the agent cannot be opened as it is configured.
    """
    agent = await asyncio.to_thread(_agent)
    return conversation_graph(agent.graph)


def conversation_graph(way: Graph) -> ConversationGraph:
    """A graph that answers the last message of a person by ``way``, which stays visible as its subgraph."""

    async def answer(state: Conversation) -> Conversation:
        question, history, _ = asked([_as_said(one) for one in state["messages"] if one.type in ("human", "ai")])
        found = (await way.ainvoke({"question": question, "conversation": history}))["answer"]
        reply = AIMessage(content=found.to_markdown())
        return {"messages": [reply], "answer": found.model_dump(mode="json")}

    outer: StateGraph[Conversation, None, Conversation, Conversation] = StateGraph(Conversation)
    outer.add_node("answer", answer)
    outer.add_edge(START, "answer")
    outer.add_edge("answer", END)
    return outer.compile(name="wardround")


def _as_said(message: AnyMessage) -> Message:
    return Message(role="user" if isinstance(message, HumanMessage) else "assistant", content=str(message.text))


_opening = threading.Lock()
_opened: list[ClinicalAgent] = []


def _agent() -> ClinicalAgent:
    with _opening:
        if not _opened:
            settings = load_settings()
            ensure_index(settings, sys.stderr)
            _opened.append(ClinicalAgent.from_settings(settings))
            atexit.register(_opened[0].close)
        return _opened[0]
