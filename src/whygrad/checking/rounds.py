"""Training loops and main functions, made plain so that what they compute can be seen.

Of `for step in range(1000): forward, backward, update` the first round is checked: later rounds run with
other weights, so a gradient variable would belong to another point than the inputs. The body of a `main()`
that holds the whole script becomes a block of the module. Lines and columns stay where they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from whygrad.checking.naming import best, is_gradient_name, stems
from whygrad.source import tree_of

_LOOP = re.compile(r"\b(for|while)\b")
_LEAVES = ast.Return | ast.Yield | ast.Nonlocal | ast.Global
"""What only a function may hold."""
SIMILAR = 0.4
"""From this on a name may be what a gradient is named after."""


@lru_cache(maxsize=4096)
def first_round(text: str) -> str:
    """The text with training loops of the module cut to one round; lines and columns stay where they are.

    A training loop assigns a gradient-like name (`dw`) and changes the variable of that name (`w`), which the
    text binds before the loop; by its name, or in a loop over pairs of both.
    """
    if not _LOOP.search(text):  # candidates for an edit come here by the thousand
        return text
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError, RecursionError):
        return text
    lines = text.split("\n")
    _cut_loops(tree.body, set(), lines)
    return "\n".join(lines)


def _cut_loops(body: list[ast.stmt], before: set[str], lines: list[str]) -> None:
    for statement in body:
        if isinstance(statement, ast.For | ast.While) and _trains(statement, before):
            _cut_loops(statement.body, set(before), lines)  # epochs of batches
            _cut(statement, lines)
        elif isinstance(statement, ast.If):
            _cut_loops(statement.body, before, lines)
        before |= stored_in(statement)


@lru_cache(maxsize=4096)
def opened_main(text: str) -> str:
    """The text with `def main():` made a block, where `main()` is called for its effect and has no inputs."""
    if "def " not in text:
        return text
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError, RecursionError):
        return text
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Expr) and _calls(node)]
    for place, function in enumerate(tree.body):
        own = [c for c in calls if isinstance(function, ast.FunctionDef) and _calls(c) == function.name]
        if own and _can_open(tree, place, len(own)):
            assert isinstance(function, ast.FunctionDef)
            opened = _open(text, function, own[0])
            if opened and parses(opened):
                return opened
    return text


def _calls(node: ast.Expr) -> str:
    """The function that a statement calls for its effect, without arguments, on one line."""
    call = node.value
    if not isinstance(call, ast.Call) or call.args or call.keywords or node.lineno != node.end_lineno:
        return ""
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _can_open(tree: ast.Module, place: int, calls: int) -> bool:
    """One call at the end of the module, nothing needed that is defined later, gradients inside."""
    function = tree.body[place]
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    if calls != 1 or function.decorator_list or arguments.args or arguments.vararg or arguments.kwonlyargs:
        return False
    uses = sum(isinstance(n, ast.Name) and n.id == function.name for n in ast.walk(tree))
    read = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    later: set[str] = set()
    for statement in tree.body[place + 1 :]:
        later |= stored_in(statement)
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            later.add(statement.name)
    stored = stored_in(function)
    gradients = any(is_gradient_name(name, stored) for name in stored)
    return uses == 1 and gradients and not later & read


def _open(text: str, function: ast.FunctionDef, call: ast.Expr) -> str:
    """Write `if 1:` for the header, nothing for the call and for a `return` at the end."""
    lines = text.split("\n")
    last = function.body[-1]
    returns = [
        n for n in ast.walk(function) if isinstance(n, ast.Return | ast.Yield | ast.Nonlocal | ast.Global)
    ]
    if isinstance(last, ast.Return):
        returns.remove(last)
    header = lines[function.lineno - 1]
    if returns or not header.lstrip().startswith("def ") or ":" not in header:
        return ""
    start, end = header.index("def "), header.index(":")
    lines[function.lineno - 1] = header[:start] + "if 1".ljust(end - start) + header[end:]
    for node in (call, *([last] if isinstance(last, ast.Return) else [])):
        assert node.end_lineno is not None
        lines[node.lineno - 1] = lines[node.lineno - 1][: node.col_offset] + "pass"
        for number in range(node.lineno, node.end_lineno):
            lines[number] = ""
    return "\n".join(lines)


def parses(text: str) -> bool:
    """Is a text that was rewritten still a program?"""
    try:
        compile(text, "opened", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def stored_in(node: ast.AST) -> set[str]:
    """Names that are bound anywhere within a node."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def trains(statement: ast.stmt, before: set[str]) -> bool:
    """Is a statement a training loop, which changes what was bound before it?"""
    return isinstance(statement, ast.For | ast.While) and _trains(statement, before)


def _trains(loop: ast.For | ast.While, before: set[str]) -> bool:
    stored = stored_in(loop) | _filled(loop)
    gradients = {name for name in stored if is_gradient_name(name, stored | before)}
    updated = {name for name in stored & before if name not in gradients}
    # `for l in reversed(range(L)): W[l] -= ...` goes over the layers of one backward pass.
    own = (
        {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
        if isinstance(loop, ast.For)
        else set()
    )
    for node in ast.walk(loop):
        for targets, value in _assigned(node):
            names = {root for t in targets if (root := _changed(t)) and not read_in(t) & own} & updated
            read = {g for g in read_in(value) & gradients if _leads(loop, names, g)} if names else set()
            if read and (_is_sum(node) if isinstance(node, ast.AugAssign) else names & read_in(value)):
                return True
    return _trains_by_pairs(loop, before, gradients)


def _leads(loop: ast.For | ast.While, names: set[str], gradient: str) -> bool:
    """May one of the changed names be what a gradient is of, or be made anew for it in the next round?

    `energy += k * dx * dx` changes nothing that `dx = x[i] - x[j]` is computed from.
    """
    if not all(weak for _, weak in stems(gradient)) or any(
        score >= SIMILAR for score, _ in best(gradient, [*names])
    ):
        return True
    known, before = {gradient}, 0
    assigned = [n for n in ast.walk(loop) if isinstance(n, ast.Assign | ast.AugAssign)]
    while before < len(known):
        before = len(known)
        for node in assigned:
            if (stored_in(node) | _filled(node)) & known:
                known |= read_in(node.value)
    return bool(known & names)


def _changed(target: ast.expr) -> str:
    """The variable that an assignment changes: `W` of `W[l] -= ...` and of `W -= ...`."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def read_in(node: ast.AST) -> set[str]:
    """Names that are read anywhere within a node."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _filled(node: ast.AST) -> set[str]:
    """Variables of which entries are assigned."""
    stores = (n for n in ast.walk(node) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store))
    return {_changed(store) for store in stores}


def _trains_by_pairs(loop: ast.For | ast.While, before: set[str], gradients: set[str]) -> bool:
    """`for param, grad in zip([W, b], [dW, db]): param -= lr * grad`: arrays changed under another name."""
    for inner in ast.walk(loop):
        if not isinstance(inner, ast.For) or inner is loop:
            continue
        stands_for = _stands_for(inner)
        for node in ast.walk(inner):
            if not isinstance(node, ast.AugAssign):
                continue
            changed = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
            read = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
            subjects = {o for name in changed for o in stands_for.get(name, ())} & before - gradients
            if subjects and any(stands_for.get(name, set()) & gradients for name in read):
                return True
    return False


def _stands_for(loop: ast.For) -> dict[str, set[str]]:
    """For each name that a loop binds, the names whose values it takes; of `zip` each has its own."""
    targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
    call = loop.iter
    zipped = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "zip"
    sources = call.args if isinstance(call, ast.Call) and zipped else [call] * len(targets)
    return {
        target.id: {n.id for n in ast.walk(source) if isinstance(n, ast.Name)}
        for target, source in zip(targets, sources, strict=False)
        if isinstance(target, ast.Name)
    }


def _is_sum(node: ast.AugAssign) -> bool:
    return isinstance(node.op, ast.Sub | ast.Add)


def _assigned(node: ast.AST) -> Iterator[tuple[list[ast.expr], ast.expr]]:
    """What a statement assigns, with its value: `w = w - g` and `b = b - d` of `w, b = w - g, b - d`."""
    if isinstance(node, ast.AugAssign):
        yield [node.target], node.value
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        if len(parts) > 1 and isinstance(node.value, ast.Tuple) and len(node.value.elts) == len(parts):
            yield from (([part], value) for part, value in zip(parts, node.value.elts, strict=True))
        else:
            yield parts, node.value


def _cut(loop: ast.For | ast.While, lines: list[str]) -> None:
    """Write `; break` behind the last simple statement of the loop's body.

    What stands after it (`if step % 100 == 0: print(loss)`) must bind nothing, else the loop gets one value
    to run over.
    """
    body = list(loop.body)
    while body and hasattr(body[-1], "body") and not (stored_in(body[-1]) | _filled(body[-1])):
        body.pop()
    if not body or hasattr(body[-1], "body"):
        if isinstance(loop, ast.For):
            _shorten(loop, lines)
        return
    last = body[-1]
    assert last.end_lineno is not None and last.end_col_offset is not None
    line = lines[last.end_lineno - 1]
    place = len(line.encode()[: last.end_col_offset].decode())
    lines[last.end_lineno - 1] = f"{line[:place]}; break{line[place:]}"


def _shorten(loop: ast.For, lines: list[str]) -> None:
    """Write `[*values][:1]` for the values that a loop runs over; its body stands on lines of its own."""
    values = loop.iter
    if values.end_lineno != values.lineno or loop.body[0].lineno == values.lineno:
        return
    line = lines[values.lineno - 1].encode()
    start, end = values.col_offset, values.end_col_offset
    shortened = line[:start] + b"[*" + line[start:end] + b"][:1]" + line[end:]
    lines[values.lineno - 1] = shortened.decode()
