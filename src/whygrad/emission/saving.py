"""Which values the backward pass needs, and how it gets them: still there, computed again, or saved.

A value that is still in its variable when the backward pass reads it is used from there. Inside a loop a
variable holds another value at every step: what is cheap is computed again, the rest is pushed on a list that
the reversed loop pops. What the forward pass overwrites gets a second name just before.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from whygrad.emission.activity import Activity
from whygrad.emission.cotangents import Group, LoopBack
from whygrad.emission.leaves import is_array, names_read, write
from whygrad.emission.phrases import PRIME
from whygrad.emission.plan import Plan, Tape
from whygrad.emission.tree import Branch, Break, Loop, Node, Step, assigned, stored, walk

CHEAP_CALLS = {"range", "len", "int", "min", "max", "abs", "arange", "slice", "float"}


class Saving:
    """Resolves the names in backward lines, and fills the plan."""

    def __init__(
        self,
        activity: Activity,
        block: Sequence[Node],
        parameters: Sequence[str],
        fresh_name: Callable[..., str],
    ) -> None:
        self.activity, self.block, self.fresh_name = activity, list(block), fresh_name
        self.all = list(walk(block))
        self.place: dict[Node, tuple[Node | None, str, list[Node]]] = {}
        self._enter(None, "body", self.block)
        self.variables = {*parameters, *(n for node in self.all for n in assigned(node))}
        self.parameters = set(parameters)
        self.plan = Plan()
        self.copies: dict[tuple[str, int, bool], str] = {}

    def _enter(self, owner: Node | None, arm: str, block: list[Node]) -> None:
        for node in block:
            self.place[node] = (owner, arm, block)
            if isinstance(node, Loop):
                self._enter(node, "body", node.body)
            elif isinstance(node, Branch):
                self._enter(node, "body", node.body)
                self._enter(node, "orelse", node.orelse)

    # -- going over the backward lines --

    def resolve(self, parts: Sequence[Any]) -> None:
        """Give every value in the backward lines the name under which it is found."""
        for part in parts:
            if isinstance(part, Group):
                part.lines = [self.line(part, text) for text in part.lines]
            elif isinstance(part, LoopBack):
                self.header(part)
                self.resolve(part.body)
                self.keep_within(part.node)
            else:
                part.test = self.expression(part.node, write(part.node.test))
                self.resolve(part.body)
                self.resolve(part.orelse)

    def header(self, part: LoopBack) -> None:
        """A loop that runs as often as it did: over its range backwards, or by its list."""
        node = part.node
        if node.items is not None and not breaks(node):
            part.items = self.expression(node, write(node.items))
            return
        tape = self.plan.tapes.setdefault((node.number, "body"), Tape())
        tape.counted = True

    def keep_within(self, node: Loop) -> None:
        """The list of a loop that runs as often as it did, within another loop: one for each time it runs."""
        tape = self.plan.tape(node.number)
        outer = next(self.loops(node), None)
        if outer is None or tape is None or not tape.counted:
            return
        tape.name = self.fresh_name("passes" if tape.values else "count")
        tape.within = True
        start = "[]" if tape.values else "0"
        self.plan.before.setdefault(node.number, []).insert(0, f"{tape.name} = {start}")
        self.save(tape.name, node, outer)

    def line(self, group: Group, text: str) -> str:
        if group.node is None:
            return text
        return self.expression(group.node, text, statement=True)

    def expression(self, node: Node, text: str, statement: bool = False) -> str:
        names = self._loaded(text)
        shapes = self.shapes(text, names)
        renamed = {}
        for name in sorted(names):
            root = name.removesuffix(PRIME)
            if root in shapes:
                renamed[name] = root
            elif root in self.variables:
                renamed[name] = self.found(root, node, name.endswith(PRIME))
        return replaced(text, renamed)

    @staticmethod
    def _loaded(text: str) -> set[str]:
        tree = ast.parse(text)
        return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}

    def shapes(self, text: str, names: set[str]) -> set[str]:
        """Names of which only the shape is asked, and which have the same at every step."""
        found = set[str]()
        for name in names:
            uses = len(re.findall(rf"(?<![\w.]){name}(?!\w)", text))
            shaped = len(re.findall(rf"\b(?:zeros|ones)_like\({name}\)|(?<![\w.]){name}\.shape\b", text))
            root = name.removesuffix(PRIME)
            if uses == shaped and root in self.variables and self.activity.same_shape(root):
                found.add(root)
        return found

    # -- one value --

    def found(self, name: str, node: Node, after: bool) -> str:
        """The name under which the value of `name` just before (or after) a statement is found."""
        loop = self.loop_of(name, node)
        if not self.changed_later(name, node, after, loop):
            known = name
        else:
            known = self.copied(name, node, after)
        if loop is None:
            return known
        if loop.target is not None and name in stored(loop.target) and known == name:
            if not breaks(loop):
                return known
            if counts_up(loop):  # how often it ran says where it was left
                self.plan.tapes.setdefault((loop.number, "body"), Tape()).indexed = True
                return known
        if known == name and self.again(name, node, loop):
            return known
        self.save(known, node, loop)
        return known

    def loops(self, node: Node) -> Iterator[Loop]:
        """The loops around a node, innermost first."""
        at = self.place[node][0]
        while at is not None:
            if isinstance(at, Loop):
                yield at
            at = self.place[at][0]

    def loop_of(self, name: str, node: Node) -> Loop | None:
        """The innermost loop around a node that changes a name."""
        for loop in self.loops(node):
            if name in assigned(loop) or any(self.changes(n, name) for n in walk(loop.body)):
                return loop
        return None

    def changes(self, node: Node, name: str) -> bool:
        """Does a node give a name another value? (Filling the places of an array, each once, does not.)"""
        if name not in assigned(node):
            return False
        if isinstance(node, Step) and isinstance(node.target, ast.Subscript):
            target = self.activity.target(node)
            return target is None or self.activity.overwrites(node, target)
        return not (isinstance(node, Step) and node.appends)

    def changed_later(self, name: str, node: Node, after: bool, loop: Loop | None) -> bool:
        """Is a name given another value before the backward pass reads it?"""
        if not after and any(self.changes(n, name) for n in walk([node])):
            return True
        at: Node | None = node
        while at is not None and at is not loop:
            owner, _, block = self.place[at]
            following = block[block.index(at) + 1 :]
            if any(self.changes(n, name) for n in walk(following)):
                return True
            at = owner
        return False

    def copied(self, name: str, node: Node, after: bool) -> str:
        """A second name for a value, made just before it is overwritten."""
        _, _, block = self.place[node]
        index = block.index(node) + after
        while index < len(block) and not any(self.changes(n, name) for n in walk([block[index]])):
            index += 1
        at, scope = node, self.loop_of(name, node)
        while index == len(block) and (owner := self.place[at][0]) is not None and owner is not scope:
            at, block = owner, self.place[owner][2]
            index = block.index(at) + 1
            while index < len(block) and not any(self.changes(n, name) for n in walk([block[index]])):
                index += 1
        ended = index == len(block)
        at = block[-1] if ended else self.before_leaving(name, block, index)
        key = (name, at.number, ended)
        if key in self.copies:
            return self.copies[key]
        if not after and (outer := self.copied_outside(name, node)):
            return outer
        second = self.copies[key] = self.fresh_name(f"{name}_prev")
        value = self.activity.value(name) if self.mutated(name) else None
        kept = f"{name}.copy()" if is_array(value) or isinstance(value, dict) else name
        kept = f"list({name})" if isinstance(value, list) else kept
        table = self.plan.after if ended else self.plan.before
        table.setdefault(at.number, []).append(f"{second} = {kept}")
        return second

    def before_leaving(self, name: str, block: Sequence[Node], index: int) -> Node:
        """The statement before which a copy is made: before `if c: break` rather than behind it."""
        at = block[index]
        owner, _, block = self.place[at]
        while isinstance(owner, Branch) and owner.leaves and at in owner.orelse:
            if any(self.changes(n, name) for n in walk(block[: block.index(at)])):
                break
            at = owner
            owner, _, block = self.place[at]
        return at

    def copied_outside(self, name: str, node: Node) -> str | None:
        """The copy made before a branch, if nothing in its arm has changed the value since."""
        at = node
        while isinstance(owner := self.place[at][0], Branch):
            block = self.place[at][2]
            if any(self.changes(n, name) for n in walk(block[: block.index(at)])):
                return None
            if (name, owner.number, False) in self.copies:
                return self.copies[name, owner.number, False]
            at = owner
        return None

    def mutated(self, name: str) -> bool:
        """Is an array changed in place?"""
        return any(
            isinstance(n, Step) and self.changes(n, name)
            and (isinstance(n.target, ast.Subscript) or isinstance(n.node, ast.AugAssign))
            for n in self.all
        )  # fmt: skip

    def again(self, name: str, node: Node, loop: Loop) -> bool:
        """Can the value cheaply be computed again at the start of the reversed step?"""
        made = [n for n in walk(loop.body) if name in assigned(n)]
        if len(made) != 1 or made[0] not in loop.body or made[0] is node:
            return False
        (step,) = made
        if (
            not isinstance(step, Step)
            or step.appends
            or not isinstance(step.target, ast.Name)
            or not cheap(step.value)
        ):
            return False
        if isinstance(step.node, ast.AugAssign) or loop.body.index(step) >= self._top(node, loop):
            return False
        if step in self.plan.again.get(loop.number, ()):
            return True
        for other in sorted(names_read(step.value) & self.variables):
            inner = self.loop_of(other, step)
            if self.changed_later(other, step, False, inner):
                return False
            if inner is None or (inner.target is not None and other in stored(inner.target)):
                continue
            if inner is not loop or not self.again(other, step, loop):
                return False
        self.plan.again.setdefault(loop.number, []).append(step)
        self.plan.again[loop.number].sort(key=lambda s: s.number)
        return True

    def _top(self, node: Node, loop: Loop) -> int:
        """Where in the body of a loop a node stands."""
        at = node
        while at not in loop.body:
            at = self.place[at][0]  # type: ignore[assignment]
        return loop.body.index(at)

    def save(self, name: str, node: Node, loop: Loop) -> None:
        """Push a value on the list of the loop, or of the arm of a branch where only that has it."""
        owner = (loop.number, "body") if self.certain(name, loop) else self.arm(name, node, loop)
        tape = self.plan.tapes.setdefault(owner, Tape())
        if name not in tape.values:
            tape.values.append(name)
        if self.mutated(name) and is_array(self.activity.value(name)) and not self.begins_anew(name, loop):
            tape.copied.add(name)

    def begins_anew(self, name: str, loop: Loop) -> bool:
        """Does each pass through a loop bind a name to another object before it changes anything?"""
        first = next((n for n in loop.body if name in assigned(n)), None)
        return (
            isinstance(first, Step)
            and isinstance(first.target, ast.Name)
            and not isinstance(first.node, ast.AugAssign)
        )

    def arm(self, name: str, node: Node, loop: Loop) -> tuple[int, str]:
        """The arm of a branch around a node that binds a name; the innermost where none does."""
        arms: list[tuple[int, str]] = []
        at: Node = node
        while self.place[at][0] is not loop:
            above, arm, block = self.place[at]
            assert above is not None
            if isinstance(above, Branch):
                arms.append((above.number, arm))
                if self.binds(block, name):
                    return arms[-1]
            at = above
        return arms[0] if arms else (loop.number, "body")

    def binds(self, block: Sequence[Node], name: str) -> bool:
        """Does a block bind a name for sure?"""
        lines = [
            line
            for table in (self.plan.before, self.plan.after)
            for n in block
            for line in table.get(n.number, ())
        ]
        made = any(line.startswith(f"{name} = ") for line in lines)
        return made or any(name in assigned(n) for n in block)

    def certain(self, name: str, loop: Loop) -> bool:
        """Is a name bound at the end of every pass through a loop?"""
        if name in self.parameters or self.binds(loop.body, name):
            return True
        at: Node | None = loop
        while at is not None:
            owner, _, block = self.place[at]
            if any(name in assigned(n) for n in block[: block.index(at)]):
                return True
            at = owner
        return False


def cheap(node: ast.expr) -> bool:
    """Is an expression no more than an index, a slice or a sum of whole numbers?"""
    for n in ast.walk(node):
        if isinstance(n, ast.Call):
            function = n.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name not in CHEAP_CALLS:
                return False
        if isinstance(n, ast.BinOp) and isinstance(n.op, ast.MatMult | ast.Pow):
            return False
        if isinstance(n, ast.comprehension | ast.Lambda | ast.IfExp):
            return False
    return True


def counts_up(loop: Loop) -> bool:
    """Does a loop run over 0, 1, 2 and so on: `for k in range(n)`?"""
    items = loop.items
    return (
        isinstance(items, ast.Call) and write(items.func) == "range" and len(items.args) == 1
        and isinstance(loop.target, ast.Name)
    )  # fmt: skip


def breaks(loop: Loop) -> bool:
    """Can a loop be left early?"""
    return any(isinstance(n, Break) and n.stops for n in _own(loop.body))


def _own(block: Sequence[Node]) -> Iterator[Node]:
    for node in block:
        yield node
        if isinstance(node, Branch):
            yield from _own(node.body)
            yield from _own(node.orelse)


def replaced(text: str, names: dict[str, str]) -> str:
    """A text with other names; strings and attributes stay."""
    changed = {k: v for k, v in names.items() if k != v}
    if not changed:
        return text
    pattern = "|".join(re.escape(k) for k in sorted(changed, key=len, reverse=True))
    return re.sub(rf'(?<![\w."\'{PRIME}])({pattern})(?![\w{PRIME}])', lambda m: changed[m[1]], text)
