"""A function to the function that returns the graph of what it computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whygrad.graph import Graph
from whygrad.tracing import trace_function
from whygrad.transformations.naming import named


def trace(f: Callable[..., Any]) -> Callable[..., Graph]:
    """The function that runs `f` on its arguments and returns the graph of what it computed."""

    @named(f, "graph")
    def graph_of(*args: Any, **kwargs: Any) -> Graph:
        return trace_function(f, args, kwargs).graph

    return graph_of
