"""Training loops: `for step in range(1000): forward, backward, update` is checked in its first round.

Later rounds run with other weights, so a gradient variable would belong to another point than the inputs.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from whygrad.checking.naming import is_gradient_name


@lru_cache(maxsize=4096)
def first_round(text: str) -> str:
    """The text with training loops of the module cut to one round; lines and columns stay where they are.

    A training loop assigns a gradient-like name (`dw`) and changes the variable of that name (`w`), which the
    text binds before the loop.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return text
    before: set[str] = set()
    lines = text.split("\n")
    for statement in tree.body:
        if isinstance(statement, ast.For | ast.While) and _trains(statement, before):
            _cut(statement, lines)
        before |= {
            n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
    return "\n".join(lines)


def _stored(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _trains(loop: ast.For | ast.While, before: set[str]) -> bool:
    stored = _stored(loop)
    gradients = {name for name in stored if is_gradient_name(name, stored | before)}
    updated = {name for name in stored & before if name not in gradients}
    for node in ast.walk(loop):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {t.id for t in targets if isinstance(t, ast.Name)} & updated
            read = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
            if names and read & gradients and _is_update(node, names):
                return True
    return False


def _is_update(node: ast.Assign | ast.AugAssign, names: set[str]) -> bool:
    """`w -= lr * dw` or `w = w - lr * dw`, and no sum of contributions such as `dw += ...`."""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.op, ast.Sub | ast.Add)
    return any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node.value))


def _cut(loop: ast.For | ast.While, lines: list[str]) -> None:
    """Write `; break` behind the last simple statement of the loop's body.

    What stands after it (`if step % 100 == 0: print(loss)`) must bind nothing, else the loop is left alone.
    """
    body = list(loop.body)
    while body and hasattr(body[-1], "body") and not _stored(body[-1]):
        body.pop()
    if not body or hasattr(body[-1], "body"):
        return
    last = body[-1]
    assert last.end_lineno is not None and last.end_col_offset is not None
    line = lines[last.end_lineno - 1]
    place = len(line.encode()[: last.end_col_offset].decode())
    lines[last.end_lineno - 1] = f"{line[:place]}; break{line[place:]}"
