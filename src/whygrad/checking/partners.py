"""Which function of a file hands values over to which, whatever they are called."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence, Set

from whygrad.checking.functions import Function
from whygrad.checking.naming import is_gradient_name


def hands_over(forward: Function, backward: Function) -> bool:
    """Does one function return, behind its result, what the other takes one of its parameters apart into?"""
    last = forward.returned_value
    kept = last.elts[-1] if isinstance(last, ast.Tuple) and len(last.elts) > 1 else last
    if isinstance(kept, ast.Name):
        kept = _display(forward, kept.id)
    parameters = {name for name, _ in backward.parameters}
    if isinstance(kept, ast.Tuple):
        return kept is not last and len(kept.elts) in _unpacked(backward, parameters)
    keys = (
        {k.value for k in kept.keys if isinstance(k, ast.Constant)} if isinstance(kept, ast.Dict) else set()
    )
    shared = {name for name, _ in forward.parameters}  # `params["W2"]` is read by both
    reads = [read for name, read in _keys_read(backward, parameters).items() if name not in shared]
    words = {key for key in keys if isinstance(key, str)}
    gradients = any(is_gradient_name(word, words | shared) for word in words)  # that go on to an update
    return bool(reads) and not gradients and all(read <= keys for read in reads)


def givers(tree: ast.Module) -> dict[str, str]:
    """For functions of a module the one that gives most of what they are called with in it.

    `A2, cache = avnt_propagation(X, w)` and `grads = backward(w, cache, X, Y)`, where a network is trained.
    """
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    counts: dict[str, Counter[str]] = {}
    for body in (tree.body, *(f.body for f in functions.values())):
        for taker, giver in _handed(body, functions.keys()):
            counts.setdefault(taker, Counter())[giver] += 1
    return {taker: counted.most_common(1)[0][0] for taker, counted in counts.items()}


def _handed(body: Sequence[ast.stmt], known: Set[str]) -> Iterator[tuple[str, str]]:
    """Functions that are called with what others returned, in the statements of one body."""
    plain = [s for s in body if not isinstance(s, ast.FunctionDef | ast.ClassDef)]
    nodes = [n for s in plain for n in ast.walk(s)]
    makers: dict[str, str] = {}
    takes: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            name = ast.unparse(node.value.func)
            bound = (n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name))
            makers.update(dict.fromkeys(bound, name) if name in known else {})
            takes.setdefault(name, set()).update(_given(node.value))
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
            values = _given(node)
            for giver in [makers[v] for v in values if makers.get(v, node.func.id) != node.func.id]:
                yield node.func.id, giver
                # Both are given `X` and `w`; what begins the weights is given their sizes.
                yield from ((node.func.id, giver) for v in values if v in takes[giver])


def _given(call: ast.Call) -> list[str]:
    """Names that a function is called with."""
    return [v.id for v in (*call.args, *(k.value for k in call.keywords)) if isinstance(v, ast.Name)]


def _display(function: Function, name: str) -> ast.expr | None:
    """The tuple or dictionary that a name of a function is bound to."""
    for node in reversed(list(ast.walk(function.node))):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Tuple | ast.Dict):
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            return node.value
    return None


def _unpacked(function: Function, parameters: set[str]) -> set[int]:
    """Into how many names each parameter is unpacked."""
    return {
        len(node.targets[0].elts)
        for node in ast.walk(function.node)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Tuple)
        and isinstance(node.value, ast.Name)
        and node.value.id in parameters
    }


def _keys_read(function: Function, parameters: set[str]) -> dict[str, set[object]]:
    """The keys by which each parameter is read."""
    read: dict[str, set[object]] = {}
    for node in ast.walk(function.node):
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
            continue
        if isinstance(node.slice, ast.Constant) and node.value.id in parameters:
            read.setdefault(node.value.id, set()).add(node.slice.value)
    return read
