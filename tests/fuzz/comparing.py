"""The text of a program to a verdict: what the engine says of it against what plain NumPy does.

The truth of a gradient is Ridders' extrapolation of central differences, with its own estimate of the error;
where that is large (a kink, a jump or noise near the point) nothing is said about the gradient. PyTorch and
JAX are compared at all other entries, in the programs that they can say, to NumPy's value.
"""

from __future__ import annotations

import copy
import linecache
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tests.fuzz.peers import Peer

import whygrad as wg
from whygrad.errors import GuardError, TraceError, WhygradError
from whygrad.execution import execute
from whygrad.tracing import trace_function
from whygrad.tracing.trees import flatten, unflatten

Function = Callable[..., Any]


@dataclass(frozen=True)
class Verdict:
    """What became of a program: `kind` is counted, `detail` told."""

    kind: str
    detail: str = ""
    peers: dict[str, str] = field(default_factory=dict)
    """Of each peer: `compared`, `no words`, `another value` or `nan where there is a gradient`."""

    @property
    def is_failure(self) -> bool:
        return self.kind.startswith("FAIL")


class DisagreementError(Exception):
    """One of the comparisons failed."""


def function_of(text: str) -> Function:
    """The function `f` of a program, whose source can be found as that of a cell in a notebook."""
    filename = f"<ipython-fuzz-{hash(text)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"__name__": "fuzz"}
    exec(compile(text, filename, "exec"), namespace)
    function: Function = namespace["f"]
    return function


def forget(f: Function) -> None:
    """Drop the source of a program."""
    linecache.cache.pop(f.__code__.co_filename, None)


def judge(text: str, inputs: tuple[Any, ...], peers: Sequence[Peer] = ()) -> Verdict:
    """Run all comparisons."""
    f = function_of(text)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return _judged(f, inputs, text, peers)
    finally:
        forget(f)


def _judged(f: Function, inputs: tuple[Any, ...], text: str, peers: Sequence[Peer]) -> Verdict:
    given = copy.deepcopy(inputs)
    try:
        value, error = f(*given), None
    except Exception as raised:
        value, error = None, raised
    taken = copy.deepcopy(inputs)
    try:
        trace = trace_function(_with_arguments(f), taken)
    except TraceError as refusal:
        if error is not None and type(error) is TypeError:
            return Verdict("raised", "TypeError")
        kind = "refused" if refusal.place is not None else "FAIL refused without place"
        return Verdict(kind, str(refusal))
    except Exception as raised:
        if error is None or type(error) is not type(raised):
            return Verdict("FAIL exception", f"plain {error!r}, traced {raised!r}")
        return Verdict("raised", type(error).__name__)
    if error is not None:
        return Verdict("FAIL exception", f"plain {error!r}, traced run returned")
    if _bits(trace.output) != _bits((value, given)):
        return Verdict("FAIL value", f"plain {(value, given)!r}, traced {trace.output!r}")
    if _bits(taken) != _bits(inputs):
        return Verdict("FAIL inputs", "the traced run changed its arguments")
    try:
        _executes(trace, f, inputs)
        floats = [np.abs(v) for v in trace.values if np.asarray(v).dtype.kind == "f"]
        largest = max((float(np.max(v, initial=0.0)) for v in floats), default=0.0)
        return _differentiates(f, inputs, value, largest, text, peers)
    except DisagreementError as found:
        kind, detail = found.args
        return Verdict(f"FAIL {kind}", detail)
    except TraceError as refusal:
        return Verdict("refused" if refusal.place else "FAIL refused without place", str(refusal))
    except Exception as raised:
        return Verdict("FAIL crash", f"{type(raised).__name__}: {raised}")


def _with_arguments(f: Function) -> Function:
    def run(*args: Any) -> Any:
        return f(*args), args

    return run


def _bits(value: Any) -> Any:
    leaves, tree = flatten(value)
    return tree, [(type(v), np.asarray(v).dtype, np.shape(v), np.asarray(v).tobytes()) for v in leaves]


def _executes(trace: Any, f: Function, inputs: tuple[Any, ...]) -> None:
    """The graph at the same point, and at one nearby."""
    leaves, tree = flatten(inputs)
    rows = [row for row in trace.output_rows if row is not None]
    again = execute(trace.graph, leaves)
    for row in rows:
        # Sums over a view and over its copy differ in the last bit.
        if not np.allclose(again[row], trace.values[row], rtol=1e-14, atol=1e-14, equal_nan=True):
            raise DisagreementError("execution", f"row {row}: {again[row]!r}, traced {trace.values[row]!r}")
    near = [v + 1e-3 * np.cos(np.arange(np.size(v)) + k).reshape(np.shape(v)) for k, v in enumerate(leaves)]
    near = [float(v) if not np.ndim(v) else v for v in near]
    try:
        moved = execute(trace.graph, near)
    except GuardError:
        return
    expected = flatten(_with_arguments(f)(*copy.deepcopy(unflatten(tree, near))))[0]
    for want, row in zip(expected, trace.output_rows, strict=True):
        if row is not None and not np.allclose(moved[row], want, rtol=1e-10, atol=1e-10, equal_nan=True):
            raise DisagreementError("execution nearby", f"row {row}: {moved[row]!r}, plain {want!r}")


def _differentiates(
    f: Function, inputs: tuple[Any, ...], value: Any, largest: float, text: str, peers: Sequence[Peer]
) -> Verdict:
    """`largest`: of all intermediate values, whose rounding errors stay where they cancel."""
    if not isinstance(value, float) or not np.isfinite(value):
        return Verdict("no finite number")
    leaves, tree = flatten(inputs)
    gradient = flatten(wg.grad(f, argnums=tuple(range(len(inputs))))(*copy.deepcopy(inputs)))[0]
    moves = [np.sin(1.0 + 3 * k + np.arange(np.size(v))).reshape(np.shape(v)) for k, v in enumerate(leaves)]
    moves = [float(v) if not np.ndim(v) else v for v in moves]
    _, along = wg.jvp(f, inputs, unflatten(tree, moves))
    products = np.concatenate([np.ravel(g * m) for g, m in zip(gradient, moves, strict=True)])
    # A value that overflowed and saturates later has a gradient of 0, but a tangent that is inf * 0.
    overflowed = not largest < 1e100  # tangents overflow before values do
    rounding = 0.0 if overflowed else 1e-14 * largest
    if np.all(np.isfinite(products)) and not (overflowed and np.isnan(along)):
        scale = 1 + np.sum(np.abs(products))
        if not abs(along - products.sum()) <= 1e-12 * scale + rounding:
            raise DisagreementError("forward and reverse", f"jvp {along!r}, vjp {products.sum()!r}")
    sure = [np.zeros(np.shape(leaf), bool) for leaf in leaves]
    for k, leaf in enumerate(leaves):
        for entry in np.ndindex(np.shape(leaf)):
            want, doubt = ridders(_line(f, leaves, tree, k, entry))
            got = float(np.asarray(gradient[k])[entry])
            sure[k][entry] = doubt <= 1e-6 * (1 + abs(want))
            if sure[k][entry] and not abs(got - want) <= 10 * doubt + 1e-7 * (1 + abs(want)):
                # A function that swings many times within a step has no slope there that differences can see.
                closer, more = ridders(_line(f, leaves, tree, k, entry), 4e-3 / (1e3 + largest))
                sees = more <= 1e-6 * (1 + abs(closer))
                if not sees or not abs(closer - want) <= 10 * (doubt + more) + 1e-7 * (1 + abs(want)):
                    sure[k][entry] = False
                    continue
                raise DisagreementError(
                    "gradient", f"leaf {k}{list(entry)}: {got!r}, numeric {want!r} (± {doubt:.1g})"
                )
    said = {peer.name: _agrees(peer, text, leaves, tree, value, gradient, sure, rounding) for peer in peers}
    unsure = sum(int(np.sum(~s)) for s in sure)
    return Verdict(
        "agreed in part" if unsure else "agreed", f"{unsure} entries undecided" if unsure else "", said
    )


def _agrees(
    peer: Peer, text: str, leaves: list[Any], tree: Any, value: float, gradient: list[Any], sure: list[Any],
    rounding: float,
) -> str:  # fmt: skip
    """What a peer says of the gradient, where the numeric truth is sure that there is one."""
    try:
        its_value, its_gradient = peer.answer(text, leaves, lambda given: unflatten(tree, given))
    except Exception:
        return "no words"
    if not abs(its_value - value) <= 1e-11 * (1 + abs(value)):
        return "another value"
    said = "compared"
    for k, (ours, theirs) in enumerate(zip(gradient, its_gradient, strict=True)):
        # Its NaN at a hard point (std of equal values, an overflow that saturates): the numeric truth, which
        # agreed with ours, knows better.
        lost = np.isnan(theirs) & np.isfinite(np.asarray(ours))
        said = "nan where there is a gradient" if np.any(lost & sure[k]) else said
        bad = (
            sure[k] & ~lost & ~(np.abs(np.asarray(ours) - theirs) <= 1e-10 * (1 + np.abs(theirs)) + rounding)
        )
        if np.any(bad):
            entry = [int(j) for j in np.argwhere(bad)[0]]
            detail = f"leaf {k}{entry}: {np.asarray(ours)[tuple(entry)]!r}, {theirs[tuple(entry)]!r}"
            raise DisagreementError(peer.name, detail)
    return said


def _line(
    f: Function, leaves: list[Any], tree: Any, k: int, entry: tuple[int, ...]
) -> Callable[[float], float]:
    def along(t: float) -> float:
        moved = copy.deepcopy(leaves)
        if np.ndim(moved[k]):
            moved[k][entry] += t
        else:
            moved[k] += t
        try:
            return float(f(*unflatten(tree, moved)))
        except Exception:
            return float("nan")

    return along


def ridders(line: Callable[[float], float], h: float = 4e-3) -> tuple[float, float]:
    """Derivative at 0 and an estimate of its error: Ridders 1982, central differences extrapolated in h**2.

    The estimate also holds the difference of the one-sided slopes, which a kink at 0 keeps apart, and what
    rounding leaves of a difference of values as large as these.
    """
    rows: list[list[float]] = []
    best, doubt = float("nan"), float("inf")
    for n in range(6):
        step = h / 1.6**n
        row = [(line(step) - line(-step)) / (2 * step)]
        for m in range(n):
            factor = 1.6 ** (2 * m + 2)
            row.append((row[m] * factor - rows[n - 1][m]) / (factor - 1))
            error = max(abs(row[-1] - row[-2]), abs(row[-1] - rows[n - 1][m]))
            if error < doubt:
                best, doubt = row[-1], error
        rows.append(row)
    tiny, middle = 1e-6, line(0.0)
    right, left = (line(tiny) - middle) / tiny, (middle - line(-tiny)) / tiny
    if not abs(right - left) <= 1e-3 * (1 + abs(best)) or not abs(right - best) <= 1e-3 * (1 + abs(best)):
        return best, float("inf")
    return best, doubt + 4 * np.finfo(float).eps * abs(middle) / (h / 1.6**5)


__all__ = ["Verdict", "WhygradError", "function_of", "judge", "ridders"]
