"""The static tree of a function or script: loops, branches and statements, in a form that can be reversed.

A step assigns one place from one expression; what computes nothing that a derivative could pass is plain. The
user's own text of every statement is kept.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(eq=False)
class Node:
    """A statement of the user's. `number` is unique in the process of a derivation."""

    node: ast.stmt
    number: int = 0


@dataclass(eq=False)
class Plain(Node):
    """Nothing flows through it: imports, shapes, seeds, printing."""


@dataclass(eq=False)
class Step(Node):
    """`target = value`; with `appends`, `target.append(value)`."""

    target: ast.expr = field(default_factory=lambda: ast.Name("_"))
    value: ast.expr = field(default_factory=lambda: ast.Constant(0))
    appends: bool = False
    made: bool = False
    """Not in the user's text: the loop header says it."""
    calls: str = ""
    """The function of the user's whose call is the value, where that keeps a backward pass of its own."""
    cache: str = ""
    """The name of what that call saves."""
    at: bool = False
    """`np.add.at(target, value)`: added at places that may be named twice."""
    shared: bool = False
    """One of several steps that a single statement of the user's makes."""
    changed: bool = False
    """Whether the user's text of the statement has to be written anew."""


@dataclass(eq=False)
class Return(Node):
    """The end of the function."""

    value: ast.expr | None = None


@dataclass(eq=False)
class Break(Node):
    """The end of a pass through a loop: `break`, `continue`."""

    @property
    def stops(self) -> bool:
        """Does the loop end, too?"""
        return isinstance(self.node, ast.Break)


@dataclass(eq=False)
class Loop(Node):
    """`for target in items`, or `while test`."""

    target: ast.expr | None = None
    items: ast.expr | None = None
    test: ast.expr | None = None
    body: list[Node] = field(default_factory=list)
    instead: str = ""
    """Of a comprehension: the line that does in the forward pass what the loop does."""
    gives: str = ""
    """Of a sum within a statement: the name of its value."""
    within: ast.stmt | None = None
    """That statement, without the sum."""
    silent: bool = False
    """Whether the value by itself is not needed, so that the statement can stay as the user wrote it."""


@dataclass(eq=False)
class Branch(Node):
    """`if test`."""

    test: ast.expr = field(default_factory=lambda: ast.Constant(True))
    body: list[Node] = field(default_factory=list)
    orelse: list[Node] = field(default_factory=list)
    rest: int = 0
    """How many nodes at the end of the arm that does not leave follow the branch in the user's text."""
    instead: str = ""
    """Of a conditional expression: the user's line."""
    ends: bool = False
    """Whether a pass that is left here counts for nothing, so that nothing is kept of it."""

    @property
    def leaves(self) -> bool:
        """Is it `if c: break` or `if c: continue`, so that what follows is its other arm?"""
        return bool(self.body) and isinstance(self.body[-1], Break)


def raises(block: Sequence[Node]) -> bool:
    """Does a block always end in an exception, so that nothing goes on from there?"""
    last = block[-1] if block else None
    if isinstance(last, Branch):
        return raises(last.body) and raises(last.orelse)
    return isinstance(last, Plain) and isinstance(last.node, ast.Raise)


def own(block: Sequence[Node]) -> Iterator[Node]:
    """All nodes of a block but those in loops within it."""
    for node in block:
        yield node
        if isinstance(node, Branch):
            yield from own([*node.body, *node.orelse])


def walk(block: Sequence[Node]) -> Iterator[Node]:
    """All nodes of a block, in order of the text."""
    for node in block:
        yield node
        if isinstance(node, Loop):
            yield from walk(node.body)
        elif isinstance(node, Branch):
            yield from walk(node.body)
            yield from walk(node.orelse)


def assigned(node: Node) -> set[str]:
    """Root names that a node itself (not what is within it) binds or changes."""
    if isinstance(node, Step):
        return roots_of(node.target) | ({node.cache} if node.cache else set())
    if isinstance(node, Loop):
        return set() if node.target is None else stored(node.target)
    if isinstance(node, Plain):
        return set(stored(node.node))
    return set()


def stored(node: ast.AST) -> set[str]:
    """Root names stored to within a node."""
    found = set[str]()
    for n in ast.walk(node):
        if isinstance(n, ast.Name | ast.Subscript | ast.Attribute) and isinstance(n.ctx, ast.Store):
            found.add(root_of(n))
        elif isinstance(n, ast.FunctionDef):
            found.add(n.name)
    return found


def root_of(node: ast.AST) -> str:
    """`dW` of `dW[f]`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def roots_of(target: ast.expr) -> set[str]:
    """The root names of a target."""
    if isinstance(target, ast.Tuple | ast.List):
        return {r for t in target.elts for r in roots_of(t)}
    return {root_of(target)}
