"""Calls that are derived as a whole: the largest entry of a list, an array with a border around it, the parts
of an array.
"""

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


BESIDE = {
    "np.hstack": (("concatenate", "0"), ("concatenate", "1")),
    "np.vstack": (("stack", "0"), ("concatenate", "0")),
    "np.column_stack": (("stack", "1"), ("concatenate", "1")),
}
"""What these do with vectors, and with arrays of more axes: the general function, and its axis."""
TOGETHER = ("np.array", "np.asarray", "np.stack", "np.concatenate", *BESIDE)
"""Functions that make one array of a list of them."""


def put_together(value: ast.expr, axes: int) -> tuple[str, str] | None:
    """How `np.stack(hs, axis=1)` makes an array of a list: ("stack", "1") or ("concatenate", "0").

    `axes` is how many the arrays in the list have. None for what is no such call with one list.
    """
    if not (isinstance(value, ast.Call) and value.args and write(value.func) in TOGETHER):
        return None
    name = write(value.func)
    rest = [*value.args[1:], *(k.value for k in value.keywords if k.arg == "axis")]
    takes_axis = name in ("np.stack", "np.concatenate")
    if len(rest) > takes_axis or len(rest) != len(value.args) - 1 + len(value.keywords):
        return None
    if name in BESIDE:
        return BESIDE[name][axes > 1]
    return "concatenate" if name == "np.concatenate" else "stack", write(rest[0]) if rest else "0"


SPLITS = {"hsplit": 1, "vsplit": 0, "dsplit": 2}
"""Axes along which they split."""


def divided(value: ast.expr) -> tuple[ast.expr, str] | None:
    """What `np.split(a, 4, axis=1)` divides, and the axis as a further argument of `np.concatenate`.

    None of what is no such call.
    """
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and len(value.args) > 1):
        return None
    if write(value.func.value) not in ("np", "numpy"):
        return None
    name, rest = value.func.attr, [*value.args[2:], *(k.value for k in value.keywords if k.arg == "axis")]
    if name in ("split", "array_split") and len(rest) == len(value.args[2:]) + len(value.keywords):
        axis = write(rest[0]) if rest else "0"
    elif name in SPLITS and not rest:
        axis = str(SPLITS[name])
    else:
        return None
    return value.args[0], "" if axis == "0" else f", axis={axis}"


def padded(value: ast.expr, axes: int) -> tuple[ast.expr, str] | None:
    """What is put a border around by `np.pad`, and where it stands in the result: `[p : p + x.shape[0]]`.

    `axes` is how many it has. None of what is no call of it, and where the border is made of the entries.
    """
    if not (isinstance(value, ast.Call) and write(value.func) == "np.pad" and len(value.args) > 1):
        return None
    modes = [write(a) for a in value.args[2:]] + [write(k.value) for k in value.keywords if k.arg == "mode"]
    inner, width = value.args[:2]
    if modes not in ([], ['"constant"']) or not isinstance(inner, ast.Name | ast.Attribute | ast.Subscript):
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
