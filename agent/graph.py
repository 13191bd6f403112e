"""The way of one question, as nodes and edges.

frame ─► plan ─► search ─► brief ─┐          n_queries side by side
  │        ▲                      │
  │        └── not enough yet ◄───┤
  │                               ▼ enough, rounds or budget spent, or nothing new
  │                   gather ─► select ─► write ─► verify ─► conclude
  └─► unaided ···································· arbitrates ···▲   options only, beside the first plan
"""

from __future__ import annotations

from functools import partial
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from wardround.agent.context import AgentContext
from wardround.agent.nodes.brief import brief
from wardround.agent.nodes.conclude import conclude
from wardround.agent.nodes.frame import frame
from wardround.agent.nodes.gather import gather
from wardround.agent.nodes.plan import plan
from wardround.agent.nodes.search import search
from wardround.agent.nodes.select import select
from wardround.agent.nodes.unaided import unaided
from wardround.agent.nodes.verify import verify
from wardround.agent.nodes.write import write
from wardround.agent.state import State
from wardround.agent.tracing import traced

Graph = CompiledStateGraph[State, None, State, State]


def build_graph(context: AgentContext, checkpointer: BaseCheckpointSaver[Any] | None = None) -> Graph:
    """The compiled graph with its collaborators bound, so that it is also a node for somebody else's graph."""
    graph: StateGraph[State, None, State, State] = StateGraph(State)
    graph.add_node("frame", traced("frame", partial(frame, context=context)))
    graph.add_node("plan", traced("plan", partial(plan, context=context)))
    graph.add_node("unaided", traced("unaided", partial(unaided, context=context)))
    graph.add_node("search", traced("search", partial(search, context=context)), destinations=("brief", "plan"))
    graph.add_node("brief", traced("brief", partial(brief, context=context)))
    graph.add_node("gather", traced("gather", partial(gather, context=context)))
    graph.add_node("select", traced("select", partial(select, context=context)))
    graph.add_node("write", traced("write", partial(write, context=context)))
    graph.add_node("verify", traced("verify", partial(verify, context=context)))
    graph.add_node("conclude", traced("conclude", partial(conclude, context=context)))

    graph.add_edge(START, "frame")
    graph.add_conditional_edges("frame", partial(first_steps, context=context), ["plan", "unaided", "conclude"])
    graph.add_conditional_edges("plan", after_planning, ["search", "gather"])
    graph.add_edge("brief", "plan")
    graph.add_edge("gather", "select")
    graph.add_edge("select", "write")
    graph.add_edge("write", "verify")
    graph.add_edge("verify", "conclude")
    graph.add_edge("conclude", END)
    return graph.compile(checkpointer=checkpointer, name="wardround")


async def first_steps(state: State, context: AgentContext) -> list[str]:
    """The plan, and beside it the choice without passages where there is one to make; neither for what is declined."""
    if state["framed"].declined:
        return ["conclude"]
    return ["plan", "unaided"] if state["framed"].options and context.chooser else ["plan"]


async def after_planning(state: State) -> str:
    """To search for what was planned, or on to gathering when that is nothing.

    Asynchronous though it awaits nothing, as the step before it: the engine sends other functions through a thread.
    """
    return "search" if state["plan"].queries else "gather"


def step_limit(n_rounds: int) -> int:
    """The recursion limit that the longest run needs and no endless one passes.

    Three steps a round; frame, the last plan, gather, select, write, verify and conclude; and one in which
    the engine sees that nothing is left to do.
    """
    return 3 * n_rounds + 8
