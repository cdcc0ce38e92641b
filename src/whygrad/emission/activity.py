"""What is known of a function from its runs: which names carry derivatives, what is read and written where.

All of it is measured at the executions at hand: several runs, at other shapes and through other branches.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from whygrad.emission.entries import tells_apart
from whygrad.emission.invariance import cancelled, sums_to_zero
from whygrad.emission.leaves import (
    Finder,
    Leaf,
    bound_within,
    evaluated,
    is_array,
    is_number,
    is_quoted,
    is_real,
    leaf_of,
    names_read,
    write,
    write_key,
)
from whygrad.emission.local import (
    STOPPED,
    Derived,
    Execution,
    aligned,
    chooses,
    derive_expression,
    refusal,
    trace_expression,
)
from whygrad.emission.observing import Notes
from whygrad.emission.phrases import Phrases, Phrasing, scalars_only
from whygrad.emission.refusals import Refusals
from whygrad.emission.sizes import Sizes
from whygrad.emission.tree import Branch, Loop, Node, Return, Step, assigned, root_of, roots_of, walk
from whygrad.errors import AnotherFormError, EmissionError
from whygrad.source import Source

SHAPING = ("reshape", "zeros", "ones", "empty", "arange", "tile", "repeat")
"""Functions whose whole-number arguments are lengths."""


class Activity(Refusals):
    """The facts about one function that its reversal asks for."""

    def __init__(
        self, source: Source, block: Sequence[Node], notes: Notes, wanted: Iterable[str], target: str
    ) -> None:
        self.source, self.nodes, self.notes, self.library = source, list(block), notes, target
        self.all = list(walk(block))
        self.wanted = set(wanted)
        self.within = {inner: node for node in self.all for inner in _children(node)}
        self.known_leaves = {node.number: self._leaves(node) for node in self.all if _value(node) is not None}
        self.active = self._active()
        self.grown = self._grown()
        self.derived: dict[Any, list[Derived]] = {}
        self.counts = self._counts()
        self.optional = self._optional()

    # -- leaves --

    def _leaves(self, node: Node) -> list[Leaf]:
        """What a statement reads, facts such as lengths left out."""
        value = _value(node)
        found: dict[str, Leaf] = {}
        for execution in self.chosen(node):
            finder = Finder(execution.scope, bound_within(value))
            finder.visit(ast.parse(write(value), mode="eval").body)
            found |= {
                leaf.text: leaf
                for _, leaf, _ in finder.leaves.values()
                if leaf.base.isidentifier() or "." in leaf.base or "[" in leaf.base
            }
        return list(found.values())

    def leaf(self, node: Node, value: ast.expr) -> Leaf | None:
        """The leaf that an expression is, if it is nothing but one."""
        for execution in self.executions(node)[:1]:
            found = leaf_of(value, execution.scope)
            return found[0] if found else None
        return None

    def path(self, node: Node, value: ast.expr | None) -> Leaf | None:
        """The place that an argument is, whatever it holds."""
        if value is None or isinstance(value, ast.Constant):
            return None
        found = self.leaf(node, value)
        return found or Leaf(write(value))

    def is_active(self, leaf: Leaf) -> bool:
        """Does a derivative pass through this place?"""
        return not leaf.fact and root_of(ast.parse(leaf.base, mode="eval").body) in self.active

    def target(self, node: Step) -> Leaf | None:
        """The place that a step assigns; None for several."""
        if isinstance(node.target, ast.Tuple | ast.List):
            return None
        if isinstance(node.target, ast.Name):
            return Leaf(node.target.id)
        if isinstance(node.target, ast.Attribute):
            return Leaf(write(node.target))
        return self._place(node, node.target)

    def targets(self, node: Step) -> list[Leaf | None]:
        assert isinstance(node.target, ast.Tuple | ast.List)
        return [Leaf(t.id) if isinstance(t, ast.Name) else None for t in node.target.elts]

    def _place(self, node: Step, target: ast.expr) -> Leaf:
        """Base and keys of `out[i]`, `grads["W"]`."""
        keys: list[str] = []
        at = target
        while isinstance(at, ast.Subscript):
            keys.insert(0, write_key(at.slice))
            at = at.value
        base = write(at)
        if keys and is_quoted(keys[0]) and isinstance(self._in_scope(node, base), dict):
            base, keys = f"{base}[{keys[0]}]", keys[1:]
        return Leaf(base, tuple(keys))

    def advanced(self, leaf: Leaf) -> bool:
        return leaf.advanced

    def returned(self, node: Return) -> list[ast.expr]:
        """The parts of what is returned."""
        assert node.value is not None
        return list(node.value.elts) if isinstance(node.value, ast.Tuple | ast.List) else [node.value]

    # -- activity --

    def _active(self) -> set[str]:
        """Root names that depend on the wanted ones through floating numbers."""
        active = set(self.wanted)
        grew = True
        while grew:
            grew = False
            for node in self.all:
                if not isinstance(node, Step) or not self._reads(node, active):
                    continue
                for root in roots_of(node.target):
                    if root not in active and self._carries(node, root):
                        active.add(root)
                        grew = True
        return active

    def _grown(self) -> set[str]:
        """Names that start as a plain number and become arrays: `acc = 0.0`, to which arrays are added.

        Nothing depends on the number that they start from: to every derivative they are arrays.
        """
        first, later = set[str](), dict[str, set[bool]]()
        for node in self.all:
            if isinstance(node, Step) and isinstance(node.target, ast.Name):
                name = node.target.id
                held: list[Any] = [e.scope.get(name) for e in self.notes.after.get(node.number, [])]
                if self.depends(node):
                    later.setdefault(name, set()).update(not (is_array(v) and v.ndim) for v in held)
                elif any(map(is_number, held)):
                    first.add(name)
        return {name for name in first - self.wanted if later.get(name) == {False}}

    def _reads(self, node: Node, active: set[str]) -> bool:
        if isinstance(node, Step) and node.calls:
            return bool(names_read(node.value) & active)
        leaves = self.known_leaves.get(node.number, ())
        roots = [root_of(ast.parse(leaf.base, mode="eval").body) for leaf in leaves if not leaf.fact]
        return any(root in active for root in roots)

    def _carries(self, node: Step, root: str) -> bool:
        held = [e.scope.get(root) for e in self.notes.after.get(node.number, [])]
        # `max(0, x)` is a whole number where x is negative, and real elsewhere.
        return (
            any(map(is_real, held))
            or any(map(_holds, held))
            or (int in map(type, held) and chooses(node.value))
        )

    def depends(self, node: Step) -> bool:
        """Does what a step assigns depend on something active?"""
        return self._reads(node, self.active)

    def lives_before(self, base: str, node: Node) -> bool:
        """Can a cotangent of a base that is left over before a node still reach anything?"""
        root = root_of(ast.parse(base, mode="eval").body)
        if root in self.wanted:
            return True
        inside = set(walk([node]))
        loops = self._loops(node)
        first = loops[0] if loops else node
        for other in self.all:
            if (
                isinstance(other, Step)
                and other not in inside
                and root in roots_of(other.target)
                and self.depends(other)
            ) and (other.number < node.number or first is not node):
                return True
        # A loop may carry it from one step to the next.
        return isinstance(node, Loop) and any(
            isinstance(other, Step)
            and root in roots_of(other.target)
            and self.depends(other)
            and self._carried(root, node)
            for other in inside
        )

    def _carried(self, root: str, loop: Loop) -> bool:
        """Is a name read in a loop before the loop assigns it?"""
        for node in walk(loop.body):
            value = _value(node)
            if value is not None and root in names_read(value):
                return True
            if (
                isinstance(node, Step)
                and isinstance(node.target, ast.Name)
                and node.target.id == root
                and node in loop.body
            ):
                return False
        return False

    def _loops(self, node: Node) -> list[Loop]:
        """The loops around a node, outermost first."""
        found: list[Loop] = []
        at: Node | None = self.within.get(node)
        while at is not None:
            if isinstance(at, Loop):
                found.insert(0, at)
            at = self.within.get(at)
        return found

    def reads_end(self, base: str) -> bool:
        """Is a list read from its end, so that it has to be as long as it was?"""
        leaves = [leaf for found in self.known_leaves.values() for leaf in found]
        return any(leaf.base == base and leaf.keys and leaf.keys[0].startswith("-") for leaf in leaves)

    def reads_entries(self, base: str) -> bool:
        """Is an entry of a list read by itself?"""
        return any(leaf.base == base and leaf.keys for found in self.known_leaves.values() for leaf in found)

    def read_once(self, leaf: Leaf, loops: Sequence[Loop]) -> bool:
        """Is this the only place that reads the base, and does it name another entry at every step?"""
        root = leaf.base
        reads = [
            (node.number, other.text)
            for node in self.all
            for other in self.known_leaves.get(node.number, ())
            if other.base == root
        ]
        if len(reads) != 1 or leaf.advanced:
            return False
        steps = [write(loop.target) for loop in loops if loop.target is not None]
        return len(steps) == len(loops) and tells_apart(leaf.keys, steps)

    def overwrites(self, node: Step, target: Leaf) -> bool:
        """May the entry that is written have held something that counts?"""
        root = root_of(node.target)
        if root in self.wanted:
            return True
        others = [n for n in self.all if isinstance(n, Step) and n is not node and root in roots_of(n.target)]
        if any(self.depends(n) for n in others if isinstance(n.target, ast.Name)):
            return True  # the buffer starts from something active
        if isinstance(node.node, ast.AugAssign) or any(
            leaf == target for leaf in self.known_leaves[node.number]
        ):
            return True
        return any(self._held(node, e) for e in self.executions(node))

    def _held(self, node: Step, execution: Execution) -> bool:
        """Did the place that is written hold anything but zero?"""
        try:
            old = evaluated(ast.parse(write(node.target), mode="eval").body, execution.scope)
        except Exception:  # a key of a dictionary that is not there yet
            return False
        return bool(np.any(np.asarray(old) != 0)) if is_number(old) or is_array(old) else old is not None

    # -- phrases --

    def _optional(self) -> set[str]:
        """Names that the function compares with None."""
        tests = [n for b in self.all if isinstance(b, Branch) for n in ast.walk(b.test)]
        return {
            n.left.id for n in tests
            if isinstance(n, ast.Compare) and isinstance(n.left, ast.Name)
            and any(isinstance(c, ast.Constant) and c.value is None for c in n.comparators)
        }  # fmt: skip

    def _counts(self) -> list[str]:
        """Whole numbers that the user gave a name: lengths, from shapes first."""
        first: list[str] = []
        for node in self.all:
            if isinstance(node, Step) and (".shape" in write(node.value) or "len(" in write(node.value)):
                first += [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]
        ranged = [
            n.id for loop in self.all if isinstance(loop, Loop) and loop.items is not None
            for n in ast.walk(loop.items) if isinstance(n, ast.Name)
        ]  # fmt: skip
        given = {name for node in self.all for name in assigned(node)}
        bounds = [
            n.id for node in self.all for part in ast.walk(node.node) if isinstance(part, ast.Slice)
            for n in ast.walk(part) if isinstance(n, ast.Name) and n.id not in given
        ]  # fmt: skip
        shaped = [
            n.id for node in self.all for call in ast.walk(node.node)
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in SHAPING
            for a in call.args for n in ast.walk(a) if isinstance(n, ast.Name)
        ]  # fmt: skip
        return list(dict.fromkeys([*first, *ranged, *shaped, *bounds]))

    def phrases(
        self, node: Node, value: ast.expr, seeds: Sequence[str], after: Sequence[str],
        fresh_name: Callable[[str], str], prefix: str, claim: Callable[[Leaf], str | None],
        without: str = "",
    ) -> Phrases:  # fmt: skip
        """What the leaves of an expression receive, as text."""
        known = 1.0 if list(seeds) == ["1.0"] else None
        derived = self._derived(node, value, known, without)
        scopes = [e.scope for e in self.chosen(node)]
        arrays = [leaf.base for leaf in derived[0].traced.leaves if leaf.base.replace(".", "").isidentifier()]
        sizes = Sizes(scopes, arrays, self.counts)
        library = "math" if self._is_plain(derived[0], value) else "np"
        phrasing = Phrasing(derived, sizes, library, seeds, after, fresh_name, prefix, claim)
        try:
            return phrasing.phrases()
        except EmissionError as error:
            raise refusal(write(value), self.place(node), error) from None

    def _is_plain(self, derived: Derived, value: ast.expr) -> bool:
        return self.library == "python" or (scalars_only(derived) and "np." not in write(value))

    def _derived(self, node: Node, value: ast.expr, seed: float | None, without: str) -> list[Derived]:
        key = (node.number, write(value), seed, without)
        if key not in self.derived:
            gone: set[Leaf] = set()
            active = lambda leaf: leaf.base != without and leaf not in gone and self.is_active(leaf)
            try:
                made = [derive_expression(value, e, active, seed) for e in self.chosen(node)]
                if made:
                    leaves, scope = made[0].traced.leaves, self.chosen(node)[0].scope
                    gone |= cancelled(made[0].traced, [leaves[k] for k, _ in made[0].wanted], scope)
                if gone:
                    made = [derive_expression(value, e, active, seed) for e in self.chosen(node)]
            except STOPPED as error:
                raise refusal(write(value), self.place(node), error) from None
            if not made:
                raise self.unreached(node)
            if not aligned(made):
                what = f"`{write(value)}`, whose derivative has another form at other inputs,"
                raise AnotherFormError.of(self.refuse(node, what))
            self.derived[key] = made
        return self.derived[key]

    def sums_to_zero(self, node: Node, value: ast.expr, base: str) -> tuple[int, ...]:
        """The axes along which what an expression gives to a name adds up to zero: one, or all of them."""
        found: list[tuple[int, ...]] = []
        for k, execution in enumerate(self.chosen(node)[:2]):
            try:
                traced = trace_expression(value, execution, self.is_active)
                axes = sums_to_zero(traced, base, execution.scope)
            except STOPPED:
                return ()
            found = axes if k == 0 else [a for a in found if a in axes]
        return found[0] if found else ()


def _value(node: Node) -> Any:
    return node.value if isinstance(node, Step | Return) else None


def _children(node: Node) -> list[Node]:
    if isinstance(node, Loop):
        return node.body
    return [*node.body, *node.orelse] if isinstance(node, Branch) else []


def _holds(value: Any) -> bool:
    """An object or container with floating numbers in it."""
    held = getattr(value, "__dict__", None)
    if isinstance(held, dict) and not callable(value):
        return any(is_real(v) for v in held.values())
    if isinstance(value, dict):
        return any(is_real(v) or _holds(v) for v in value.values())
    return isinstance(value, list | tuple) and any(is_real(v) or _holds(v) for v in value)
