"""Calls that are derived as a whole: the largest entry of a list, an array with a border around it."""

from __future__ import annotations

import ast

from whygrad.emission.leaves import write


def largest(value: ast.expr, name: str) -> str | None:
    """Where in a list the largest or smallest entry stands, of `max(xs)` called `name`: `xs.index(m)`."""
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and not value.keywords):
        return None
    if value.func.id not in ("max", "min") or len(value.args) != 1:
        return None
    return f"{write(value.args[0])}.index({name})"


def gathered(value: ast.expr) -> ast.expr | None:
    """The list of which `np.array(hs)` or `np.stack(hs)` makes an array."""
    if not (isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords):
        return None
    return value.args[0] if write(value.func) in ("np.array", "np.asarray", "np.stack") else None


def padded(value: ast.expr, axes: int) -> tuple[ast.expr, str] | None:
    """What is put a border around by `np.pad`, and where it stands in the result: `[p : p + x.shape[0]]`.

    `axes` is how many it has. None of what is no call of it, and where the border is made of the entries.
    """
    if not (isinstance(value, ast.Call) and write(value.func) == "np.pad" and len(value.args) > 1):
        return None
    modes = [write(a) for a in value.args[2:]] + [write(k.value) for k in value.keywords if k.arg == "mode"]
    inner, width = value.args[:2]
    if modes not in ([], ['"constant"']) or not isinstance(inner, ast.Name | ast.Attribute):
        return None
    lengths = [f"len({write(inner)})"] if axes == 1 else [f"{write(inner)}.shape[{k}]" for k in range(axes)]
    if not isinstance(width, ast.Tuple | ast.List):
        return inner, ", ".join(f"{write(width)} : {write(width)} + {length}" for length in lengths)
    pairs = [p.elts for p in width.elts if isinstance(p, ast.Tuple | ast.List) and len(p.elts) == 2]
    if not len(pairs) == len(width.elts) == axes:
        return None
    ends = [tuple(map(write, pair)) for pair in pairs]
    return inner, ", ".join(
        ":" if (low, high) == ("0", "0") else f"{low} : {low} + {length}"
        for (low, high), length in zip(ends, lengths, strict=True)
    )
