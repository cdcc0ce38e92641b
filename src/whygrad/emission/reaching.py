"""What is bound when a return of a function is reached, and the branches that lead to one."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from whygrad.emission.tree import Node, Return, assigned, raises, walk

Copies = dict[int, set[str]]


def bound_before(
    block: Sequence[Node],
    parameters: Sequence[str],
    node: Node,
    *,
    perhaps: bool = False,
    copies: Copies | None = None,
) -> set[str]:
    """Names that are bound for sure when a node is reached; with `perhaps`, those that may be."""
    found: set[str] | None = None

    def visit(block: Sequence[Node], known: set[str]) -> set[str]:
        nonlocal found
        for each in block:
            if each is node:
                found = set(known)
            arms = [getattr(each, "body", []), getattr(each, "orelse", [])]
            after = [visit(arm, set(known)) for arm in arms]
            known |= assigned(each) | (copies or {}).get(each.number, set())
            if hasattr(each, "orelse") and any(raises(arm) for arm in arms):
                known |= after[0] if raises(arms[1]) else after[1]
            elif hasattr(each, "orelse"):
                known |= after[0] | after[1] if perhaps else after[0] & after[1]
            elif hasattr(each, "items"):
                known |= after[0]  # a loop that runs at least once
        return known

    visit(block, set(parameters))
    return found or set(parameters)


def around_returns(block: Sequence[Node]) -> set[Node]:
    """The branches in which a function returns."""
    return {n for n in walk(block) if any(isinstance(m, Return) for m in walk([n]))}


def node_reads(node: Node) -> set[str]:
    """Names that a branch or a return reads."""
    test = getattr(node, "test", None)
    value = node.value if isinstance(node, Return) else test
    return {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} if isinstance(value, ast.AST) else set()


def surely_bound(body: Sequence[ast.stmt]) -> set[str]:
    """Names that are bound after some statements, whichever branches they take."""
    found = set[str]()
    for s in body:
        if isinstance(s, ast.If):
            found |= surely_bound(s.body) & surely_bound(s.orelse)
        elif isinstance(s, ast.Assign | ast.AugAssign):
            targets = s.targets if isinstance(s, ast.Assign) else [s.target]
            found |= {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    return found
