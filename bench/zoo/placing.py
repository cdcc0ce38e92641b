"""Mutations of where statements stand: left out, in the wrong order, out of a loop, too deep, too early."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bench.zoo.mutations import GRADIENT, Mutation, bodies


def placements(text: str, first: int = 1) -> Iterator[Mutation]:
    """All such mutations of the statements from a line on."""
    lines = text.split("\n")
    for body, owner in bodies(text):
        for place, node in enumerate(body):
            if node.lineno >= first:
                yield from _of_one(lines, body, place, owner)


def _of_one(lines: list[str], body: list[ast.stmt], place: int, owner: ast.AST) -> Iterator[Mutation]:
    node = body[place]
    after = body[place + 1] if place + 1 < len(body) else None
    yield from _left_out(lines, body, place)
    if after is not None and _reads(after) & _makes(node) and _one_line(node) and _one_line(after):
        first, second = lines[node.lineno - 1], lines[after.lineno - 1]
        yield Mutation("order", node.lineno, after.lineno, f"{second}\n{first}", (node.lineno, after.lineno))
    if isinstance(node, ast.For):
        yield from _out_of_loop(lines, node)
        if isinstance(after, ast.Return) and _one_line(after) and isinstance(owner, ast.FunctionDef):
            indent = " " * (node.body[0].col_offset)
            text = indent + lines[after.lineno - 1].strip()
            yield Mutation("return too deep", after.lineno, after.lineno, text, (after.lineno,))
    if isinstance(owner, ast.Module) and isinstance(node, ast.Assign):
        yield from _updated_early(lines, body, place)


def _one_line(node: ast.stmt) -> bool:
    return node.lineno == node.end_lineno and isinstance(node, ast.Assign | ast.AugAssign | ast.Return)


def _makes(node: ast.stmt) -> set[str]:
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, ast.AugAssign)
        else []
    )
    return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)} - {"self"}


def _reads(node: ast.stmt) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _left_out(lines: list[str], body: list[ast.stmt], place: int) -> Iterator[Mutation]:
    """A statement that adds to a gradient, masks or scales it, is not there."""
    node = body[place]
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    again = isinstance(node, ast.AugAssign) or (
        isinstance(node, ast.Assign) and _reads(ast.Expr(node.value)) & _makes(node)
    )
    written = isinstance(target, ast.Subscript) and isinstance(node, ast.Assign)
    if not (again or written) or len(body) < 2 or not any(n.startswith(GRADIENT) for n in _makes(node)):
        return
    names = _makes(node)
    faults = {node.lineno - 1, node.lineno, node.lineno + 1}
    for other in body:
        if _makes(other) & names or (other.lineno > node.lineno and _reads(other) & names):
            faults |= set(range(other.lineno, (other.end_lineno or other.lineno) + 1))
    count = (node.end_lineno or node.lineno) - node.lineno
    yield Mutation("statement missing", node.lineno, node.lineno + count, "\n" * count, tuple(sorted(faults)))


def _out_of_loop(lines: list[str], loop: ast.For) -> Iterator[Mutation]:
    """The last statement of a loop stands behind it."""
    last = loop.body[-1]
    if len(loop.body) > 1 and _one_line(last):
        indent = " " * loop.col_offset
        text = indent + lines[last.lineno - 1].strip()
        yield Mutation("out of the loop", last.lineno, last.lineno, text, (last.lineno,))


def _updated_early(lines: list[str], body: list[ast.stmt], place: int) -> Iterator[Mutation]:
    """A step with the gradient before the weights were needed for the last time."""
    node = body[place]
    for gradient in _makes(node):
        weight = gradient.removeprefix("d_").removeprefix("d")
        later = [s for s in body[place + 1 :] if weight in _reads(s) and weight not in _makes(s)]
        if weight == gradient or not later or not any(weight in _makes(s) for s in body[:place]):
            continue
        indent = " " * node.col_offset
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        text = f"{text}; {weight} = {weight} - 0.1 * {gradient}" if _one_line(node) and not indent else ""
        if text:
            faults = {node.lineno, *(s.lineno for s in later)}
            yield Mutation(
                "updated too early", node.lineno, node.end_lineno or 0, text, tuple(sorted(faults))
            )
