"""The cotangents of names while a tree is reversed: which there are, and how each is read at this moment.

Each is read under its own name (`grad_h`), or still under another's: after `y = a + b` the cotangent of `a`
is `grad_y`, and no line is needed to say so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from whygrad.emission.activity import Activity
from whygrad.emission.layout import WIDTH
from whygrad.emission.leaves import Leaf, is_array, is_number, write
from whygrad.emission.phrases import LONG, PRIME
from whygrad.emission.tree import Branch, Loop, Node, Step


@dataclass(frozen=True)
class Cotangent:
    """How the cotangent of a name is read. `own`: it has a variable of its own, which may be changed."""

    text: str
    own: bool = False
    zero_along: tuple[int, ...] = field(default=(), compare=False)
    """Axes along which it adds up to zero, as behind a softmax."""


@dataclass(eq=False)
class Group:
    """The backward lines of one statement."""

    node: Node | None
    lines: list[str] = field(default_factory=list)


@dataclass(eq=False)
class LoopBack:
    """A loop backwards."""

    node: Loop
    body: list[Any]
    items: str = ""
    """What it ran over."""


@dataclass(eq=False)
class BranchBack:
    """The backward lines of the arm that was taken."""

    node: Branch
    body: list[Any]
    orelse: list[Any]
    test: str = ""


State = dict[str, Cotangent]


class Ledger:
    """Writes what each name receives."""

    def __init__(
        self,
        activity: Activity,
        fresh_name: Callable[[str], str],
        prefix: str,
        upstream: Sequence[str],
        call: Callable[[Step], tuple[str, list[str], list[str], list[Any]]],
    ) -> None:
        self.call, self.bases = call, set[str]()
        self.activity, self.fresh_name, self.prefix = activity, fresh_name, prefix
        self.upstream = list(upstream)
        """The cotangents of the results; "1.0" for a single number."""
        self.loops: list[Loop] = []
        self.temporaries: dict[tuple[int, str, int], str] = {}
        self.made = {u for u in upstream if u.isidentifier()}
        """Names of cotangents: what may be read under another's name."""
        self.forms: dict[str, str] = {}
        """Names of cotangents in another form, as `grad_V_flat`: what they may be called by themselves."""
        self.prepare()

    def prepare(self) -> None:
        """What a heir needs in addition."""

    def name(self, base: str) -> str:
        """What the cotangent of a base is called: `grad_x`, `self.grad_W`, `grad_params["W1"]`."""
        self.bases.add(base)
        owner, dot, rest = base.rpartition(".")
        return f"{owner}{dot}{self.prefix}{rest}"

    def zero(self, base: str) -> str:
        """An expression for zeros in the form of a base; None for what may be None."""
        if base in self.activity.optional:
            return "None"
        value = self.activity.value(base)
        if is_array(value):
            return f"np.zeros_like({base})" if value.dtype.kind == "f" else f"np.zeros({base}.shape)"
        return zeros_of(value, base)

    def start(self, base: str, state: State) -> str:
        """Zeros, but for the entries of a dictionary that have received something."""
        entries = any(other.startswith(f"{base}[") for other in state)
        return f"{self.zero(base)} | {self.name(base)}" if entries else self.zero(base)

    def fresh_step(self, node: Node, stem: str, number: int = 1) -> str:
        """A name for a statement's own use; the same each time the statement is reversed."""
        key = (node.number, stem, number)
        if key not in self.temporaries:
            self.temporaries[key] = self.fresh_name(stem)
        return self.temporaries[key]

    def receive(self, group: Group, state: State, leaf: Leaf, text: str, fresh: bool) -> None:
        """Add a contribution to the cotangent of a leaf."""
        name = self.name(leaf.base)
        if leaf.keys:
            self.receive_entry(group, state, leaf, text)
            return
        held = state.get(leaf.base)
        if held is None:
            if text == name:
                state[leaf.base] = Cotangent(name, fresh)
            elif text in self.made or text in ("1", "1.0"):
                state[leaf.base] = Cotangent("1.0" if text == "1" else text)
            else:
                self.assign(group, state, name, text)
                state[leaf.base] = Cotangent(name, fresh)
            return
        value = self.activity.value(leaf.base)
        if isinstance(value, list | tuple):
            self.assign(group, state, name, added_lists(value, held.text, text))
            state[leaf.base] = Cotangent(name, True)
            return
        text = unstretched(text)
        if held.own or (held.text == name and is_number(self.activity.value(leaf.base))):
            self.materialise(group, state, name, leaf.base)
            group.lines.append(added(name, text))
            state[leaf.base] = Cotangent(held.text, held.own)
            return
        self.assign(group, state, name, sum_of(held.text, text))
        state[leaf.base] = Cotangent(name, True)

    def receive_entry(self, group: Group, state: State, leaf: Leaf, text: str) -> None:
        name, text = self.name(leaf.base), unstretched(text)
        first = leaf.base not in state
        self.own(group, state, leaf.base)
        place = name + "".join(f"[{k}]" for k in leaf.keys)
        room = WIDTH - 4 * (1 + len(self.loops)) - len(f"{place} += ")
        if len(text) > max(room, LONG) and group.node is not None:
            part = self.fresh_step(group.node, f"{name}_part")
            self.assign(group, state, part, text)
            text = part
        if leaf.advanced:
            group.lines.append(f"np.add.at({name}, {tupled(leaf.keys[-1])}, {text})")
        elif first or self.activity.read_once(leaf, self.loops):
            group.lines.append(f"{place} = {text}")
        else:
            group.lines.append(added(place, text))

    def own(self, group: Group, state: State, base: str) -> None:
        """Make sure that a cotangent may be changed in place."""
        name = self.name(base)
        held = state.get(base)
        if held is None:
            self.assign(group, state, name, self.start(base, state))
        elif not held.own and not is_number(self.activity.value(base)):
            self.assign(group, state, name, self.copy_of(base, held.text))
        elif held.text != name:
            self.assign(group, state, name, held.text)
        else:
            self.materialise(group, state, name, base)
        state[base] = Cotangent(name, True)

    def copy_of(self, base: str, text: str) -> str:
        """A copy of a cotangent that may be changed in place: of a list, also of the arrays added to."""
        value = self.activity.value(base)
        if not isinstance(value, list | tuple):
            return f"{text}.copy()" if is_array(value) else text
        short, deep = list_copies(text)
        return deep if self.activity.reads_entries(base) and any(map(is_array, value)) else short

    def assign(self, group: Group, state: State, name: str, text: str) -> None:
        """A line `name = text`; whoever still reads its cotangent under that name gets a variable first."""
        self.made.add(name)
        self.materialise(group, state, name)
        group.lines.append(f"{name} = {text}")

    def materialise(
        self, group: Group, state: State, name: str, keeper: str = "", given: tuple[str, ...] = ()
    ) -> None:
        """Give their own variables to all who read their cotangent under a name that is given anew.

        `given` are names that are given on the way there.
        """
        for base, held in list(state.items()):
            own = self.name(base)
            if held.text == name and own != name and base != keeper:
                if own not in given:  # `grad_x = grad_y` takes `grad_x` from those who read that
                    self.materialise(group, state, own, base, (*given, name))
                copied = ".copy()" if is_array(self.activity.value(base)) else ""
                state[base] = Cotangent(own, True)
                group.lines.append(f"{own} = {name}{copied}")


def list_copies(text: str) -> tuple[str, str]:
    """A copy of a list, and one of the arrays in it too."""
    return f"list({text})", f"[row.copy() for row in {text}]"


def zeros_of(value: Any, text: str) -> str:
    """An expression for zeros in the form of a value that `text` names."""
    if is_number(value):
        return "0.0"
    if is_array(value):
        return f"np.zeros_like({text})"
    if isinstance(value, dict | list) and not value:
        return "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, dict):
        return f"{{name: {zeros_of(next(iter(value.values())), 'value')} for name, value in {text}.items()}}"
    if all(is_number(v) for v in value):
        return f"[0.0] * len({text})"
    inner = "row" if text != "row" else "part"
    return f"[{zeros_of(value[0], inner)} for {inner} in {text}]"


def added_lists(value: Any, a: str, b: str) -> str:
    """The entries of two lists in the form of a value, added: `+` would put one behind the other."""
    if all(is_number(v) or is_array(v) for v in value):
        return f"[a + b for a, b in zip({a}, {b})]"
    return f"[{added_lists(value[0], 'row', 'more')} for row, more in zip({a}, {b})]"


def ones_of(value: Any, text: str) -> str:
    """An expression for ones in the form of a value that `text` names."""
    zeros = zeros_of(value, text)
    return re.sub(r"\b0\.0\b", "1.0", zeros.replace("np.zeros_like(", "np.ones_like("))


def primed(base: str) -> str:
    """A base as it is after the statement."""
    root = base.split(".")[0].split("[")[0]
    return root + PRIME + base[len(root) :]


def unstretched(text: str) -> str:
    """What is added to a whole array is stretched by the addition."""
    node = ast.parse(text, mode="eval").body
    name = write(node.func) if isinstance(node, ast.Call) else ""
    if name in ("np.broadcast_to", "np.full"):
        inner = node.args[name == "np.full"]  # type: ignore[attr-defined]
        return text[inner.col_offset : inner.end_col_offset]
    return "1" if name in ("np.ones", "np.ones_like") else text


def added(place: str, text: str) -> str:
    """`place += text`, or `-=` of what is subtracted."""
    if text.startswith("-") and is_product(text[1:]):
        return f"{place} -= {text[1:]}"
    return f"{place} += {text}"


def is_product(text: str) -> bool:
    """Does a text bind at least as a product?"""
    node = ast.parse(text, mode="eval").body
    return not isinstance(node, ast.Compare | ast.IfExp | ast.BoolOp) and not (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
    )


def sum_of(a: str, b: str) -> str:
    """`a + b`, or `a - c` where b is -c."""
    if b.startswith("-") and is_product(b[1:]):
        return f"{a} - {b[1:]}"
    return f"{a} + {b}"


def tupled(key: str) -> str:
    """A key as an argument."""
    node = ast.parse(f"_[{key}]", mode="eval").body
    assert isinstance(node, ast.Subscript)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    texts = [_slice_text(p) if isinstance(p, ast.Slice) else write(p) for p in parts]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def _slice_text(node: ast.Slice) -> str:
    bounds = [write(b) if b is not None else "None" for b in (node.lower, node.upper)]
    return "slice(None)" if bounds == ["None", "None"] else f"slice({', '.join(bounds)})"


def lines_in(part: Any) -> bool:
    """Is there any line in it?"""
    if isinstance(part, Group):
        return bool(part.lines)
    return any(
        lines_in(p)
        for arm in ([part.body] if isinstance(part, LoopBack) else [part.body, part.orelse])
        for p in arm
    )
