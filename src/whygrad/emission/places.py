"""What stands between the brackets of an index, where its bounds differ from shape to shape: by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whygrad.emission.expressions import key_text
from whygrad.emission.sizes import Sizes
from whygrad.errors import AnotherFormError
from whygrad.graph import Graph


def named_key(
    graphs: Sequence[Graph], row: int, k: int, dynamic: Sequence[str], sizes: Sizes | None, own: Graph
) -> str:
    """The text of the key of an index, or of the `k`-th write into a buffer, from that of each execution.

    What the user's statement, the graph `own`, has as a key too is written as it is.
    """
    writes = "keys" in graphs[0].params(row)
    keys = [g.params(row)["keys"][k] if writes else g.params(row)["key"] for g in graphs]
    shapes = [g.abstract(row if writes else g.args(row)[0]).shape for g in graphs]
    alike = all(repr(key) == repr(keys[0]) for key in keys[1:])
    if sizes is None or (alike and (stated(own, keys[0]) or not has_bounds(keys[0]))):
        return key_text(keys[0], dynamic)
    if any(part is Ellipsis for key in keys for part in (key if isinstance(key, tuple) else (key,))):
        raise AnotherFormError("a key in it has another form from run to run")
    parts = [key if isinstance(key, tuple) else (key,) for key in keys]
    texts = [
        _part(found, [shape[k] for shape in shapes], dynamic, sizes)
        for k, found in enumerate(zip(*parts, strict=True))
    ]
    return ", ".join(texts)


def stated(own: Graph, key: Any) -> bool:
    """Is a key one of the statement's own?"""
    found = [own.params(r) for r in range(len(own)) if own.op(r).name in ("index", "assemble", "accumulate")]
    keys = [k for params in found for k in ([params["key"]] if "key" in params else params["keys"])]
    return any(repr(k) == repr(key) for k in keys)


def has_bounds(key: Any) -> bool:
    """Is there a slice that starts or ends somewhere, and takes every entry between?"""
    parts = key if isinstance(key, tuple) else (key,)
    return any(isinstance(p, slice) and p.step is None and (p.start or p.stop) for p in parts)


def _part(found: Sequence[Any], lengths: Sequence[int], dynamic: Sequence[str], sizes: Sizes) -> str:
    """One part of a key: a slice or a number."""
    same = all(repr(part) == repr(found[0]) for part in found[1:])
    if same and not has_bounds(found[0]):
        return key_text(found[0], dynamic)
    if all(isinstance(part, int) for part in found):
        return _bound(found, sizes)
    if not all(isinstance(part, slice) for part in found) or len({part.step for part in found}) > 1:
        raise AnotherFormError("a key in it has another form from run to run")
    starts, stops = [part.start or 0 for part in found], [part.stop for part in found]
    low = "" if not any(starts) else _bound(starts, sizes)
    whole = all(stop is None or stop == n for stop, n in zip(stops, lengths, strict=True))
    high = "" if whole else _bound(stops, sizes)
    spaced = (
        " " if any(not text.isalnum() and not text.isidentifier() for text in (low, high) if text) else ""
    )
    text = f"{low}{spaced if low else ''}:{spaced if high else ''}{high}"
    return text if found[0].step is None else f"{text}:{found[0].step}"


def _bound(values: Sequence[int], sizes: Sizes) -> str:
    """A bound of a slice: a length, or the sum of two or three."""
    if len(set(values)) == 1:  # it may be a length that no example changes
        return next((t for t, have in sizes.candidates() if have == list(values)), str(values[0]))
    text = sizes.number(values) or sizes.sum(values)
    if text is None:
        raise AnotherFormError("a bound of a slice in it differs from run to run, and no length explains it")
    return text.removeprefix("(").removesuffix(")") if text.startswith("(") else text
