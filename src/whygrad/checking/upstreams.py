"""Which parameters of a backward function are upstream gradients, and of which results."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from whygrad.checking.functions import Function
from whygrad.checking.lines import ONE_ENTRY, UPSTREAM
from whygrad.checking.naming import EXACT, UPSTREAM_WORDS, best, stems
from whygrad.checking.values import is_numeric

TARGET_WORDS = re.compile(
    r"(?i)^(y|t|targets?|labels?|y_?true|y_?train|truth|expected\w*|answers?|y_?batch|desired\w*|actual)$"
)


def free_parameters(forward: Function, backward: Function, known: Mapping[str, str]) -> list[str]:
    """Parameters of the backward function that the forward pass neither takes nor returns."""
    own = {name for name, _ in forward.parameters} | set(known)
    # A target is no upstream gradient: `backward(y)` belongs to a loss that is computed elsewhere.
    return [n for n, _ in backward.parameters if n not in own and not TARGET_WORDS.match(n)]


def unfilled_upstreams(backward: Function, free: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """Those among the free parameters without an example value that are upstream gradients."""
    needed = {n for n, must in backward.parameters if must}
    open_ = [n for n in free if n in needed and not _is_cache(n)]
    outputs = [n for n in known if n]
    named = [n for n in open_ if _output_meant(n, outputs)]
    if len(named) > 1:
        return named
    found = [n for n in open_ if UPSTREAM_WORDS.match(n) and not _is_step(n)]
    # What is neither an input, nor a cache, nor a step size can only be the upstream gradient.
    return (found or [n for n in open_ if not _is_step(n)])[:1]


def _output_meant(upstream: str, outputs: Sequence[str]) -> str:
    """The result that an upstream gradient is named after: `c` of `dc_next` too, where one is so named."""
    ranked = [name for score, name in best(upstream, list(outputs)) if score >= EXACT]
    if ranked:
        return ranked[0]
    words = [set(stem.split("_")) for stem, _ in stems(upstream) if "_" in stem]
    meant = [name for name in outputs if any(name in parts for parts in words)]
    return meant[0] if len(meant) == 1 else ""


def _is_cache(name: str) -> bool:
    return "cache" in name.lower() or name in ("ctx", "context", "saved", "tape", "memory")


def _is_step(name: str) -> bool:
    """A learning rate or a setting, not a gradient."""
    return bool(
        re.search(
            r"(?i)^(lr|l_?rate|alpha|eta|learn\w*|step\w*|rate|momentum|l2|lambd\w*|reg\w*|optimi\w+)$", name
        )
    )


def outputs_of(upstreams: list[str], names: list[str], items: list[Any]) -> list[int]:
    """Places of the results that the upstream gradients belong to; the first numeric one where none says."""
    found: list[int] = []
    for upstream in upstreams:
        meant = _output_meant(upstream, [n for n in names if n])
        place = names.index(meant) if meant else len(found)
        found.append(place if place not in found else len(found))
    if found and all(place < len(items) for place in found):
        return found
    return [next((k for k, item in enumerate(items) if is_numeric(item)), 0)]


def with_outputs_apart(
    forward: Function, backward: Function, items: list[Any], names: list[str], paths: list[str]
) -> tuple[list[Any], list[str], list[str]]:
    """The results with those that are written as a tuple of their own, `return (h, c), cache`, one by one.

    Where a gradient arrives for each of them; of others a backward pass takes the tuple as it is.
    """
    last = forward.returned_value
    first = last.elts[0] if isinstance(last, ast.Tuple) and last.elts else None
    if not isinstance(first, ast.Tuple) or not isinstance(items[0], tuple) or len(names) != len(items):
        return items, names, paths
    inner = [e.id if isinstance(e, ast.Name) else "" for e in first.elts]
    meant = [_output_meant(name, inner) for name, _ in backward.parameters]
    if len(inner) != len(items[0]) or sorted(inner) != sorted(filter(None, meant)):
        return items, names, paths
    apart = [f"{paths[0]}[{place}]" for place in range(len(inner))]
    return [*items[0], *items[1:]], [*inner, *names[1:]], [*apart, *paths[1:]]


def assign_rest(backward: Function, known: dict[str, str], upstreams: list[str], rest: list[str]) -> None:
    """Give what the forward pass returned besides its output to parameters that nothing else fills."""
    for name, needed in backward.parameters:
        if name not in known and name not in upstreams and needed and rest:
            known[name] = rest.pop(0) if len(rest) == 1 or "cache" not in name else rest.pop()


def upstream_lines(backward: Function, upstream: str, variable: str, output: str) -> Iterator[str]:
    """Lines of a driver that make the upstream gradient of an output."""
    yield UPSTREAM.format(upstream=variable, output=output)
    if _goes_by_one(backward, upstream):
        yield ONE_ENTRY.format(upstream=variable, output=output)


def handed_over(backward: Function, upstream: str, variable: str) -> str:
    """What a backward function is given: a copy where it changes that, which tells what is differentiated."""
    return f"{variable} * 1" if _is_changed(backward, upstream) else variable


def _is_changed(backward: Function, upstream: str) -> bool:
    """Is it changed in place: `dnext_c += ...`, `dx = dout; dx[...] = 0`?"""
    own = {upstream}
    for node in ast.walk(backward.node):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in own:
            own |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AugAssign) else targets
        for target in targets:
            inner = target.value if isinstance(target, ast.Subscript) else target
            stored = isinstance(target, ast.Subscript) or isinstance(node, ast.AugAssign)
            if stored and isinstance(inner, ast.Name) and inner.id in own:
                return True
    return False


def _goes_by_one(backward: Function, upstream: str) -> bool:
    """Does a backward function skip entries of zero, and return after the first other: those of a loss?"""
    for loop in ast.walk(backward.node):
        if not isinstance(loop, ast.For) or not any(isinstance(s, ast.Return) for s in loop.body):
            continue
        sources = {n.id for n in ast.walk(loop.iter) if isinstance(n, ast.Name)}
        items = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
        if upstream in sources and any(_skips_zero(s, items) for s in loop.body):
            return True
    return False


def _skips_zero(statement: ast.stmt, items: set[str]) -> bool:
    """`if gradient == 0: continue`."""
    test = statement.test if isinstance(statement, ast.If) else None
    if not isinstance(test, ast.Compare) or not isinstance(statement, ast.If):
        return False
    names = {n.id for n in ast.walk(test) if isinstance(n, ast.Name)}
    zero = any(isinstance(n, ast.Constant) and n.value == 0 for n in (test.left, *test.comparators))
    skips = any(isinstance(s, ast.Continue) for s in statement.body)
    return zero and skips and isinstance(test.ops[0], ast.Eq) and bool(names & items)
