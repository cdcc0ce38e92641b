"""From the user's statements to the tree: `x += y`, `a, b = u, v`, loops over lists, comprehensions and early
returns are brought to its few kinds of nodes.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from typing import Any

from whygrad.emission.comprehensions import Comprehensions, is_call
from whygrad.emission.entries import appended, at, entry, loaded
from whygrad.emission.leaves import write
from whygrad.emission.returning import ends, is_guard, settled
from whygrad.emission.tree import Branch, Break, Loop, Node, Plain, Return, Step, stored
from whygrad.errors import EmissionError
from whygrad.source import Source


class Builder:
    """Makes the tree of a body of statements. `taken` are names that may not be made up."""

    def __init__(self, source: Source, taken: set[str], kept: set[str] = frozenset(), first: int = 0) -> None:  # type: ignore[assignment]
        self.bound = set[str]()
        """Names that the function itself binds, outside of comprehensions."""
        self.lists, self.growing = set[str](), set[str]()
        """Names that hold lists; of lists that are as long as there were passes through a loop."""
        self.source, self.taken, self.count, self.depth = source, taken, first, 0
        self.kept = kept
        """Functions of the user's that keep a backward pass of their own."""

    def fresh(self, *names: str) -> str:
        """The first of some names that is free, or one with a number."""
        number = 1
        while True:
            for name in names:
                candidate = name if number == 1 else f"{name}{number}"
                if candidate not in self.taken:
                    self.taken.add(candidate)
                    return candidate
            number += 1

    def number(self) -> int:
        self.count += 1
        return self.count

    def refuse(self, node: ast.stmt, what: str, hint: str | None = None) -> EmissionError:
        place = self.source.place(self.source.span_of(node))
        return EmissionError(f"{what} in line {node.lineno} cannot be derived", hint=hint, place=place)

    def block(self, body: Sequence[ast.stmt]) -> list[Node]:
        """The nodes of a block. What follows a branch that returns becomes its other arm."""
        nodes: list[Node] = []
        body = settled(body, self.depth > 0)
        for k, statement in enumerate(body):
            rest = body[k + 1 :]
            if isinstance(statement, ast.If) and rest and (ends(statement.body) or ends(statement.orelse)):
                nodes.append(self.split(statement, rest))
                return nodes
            nodes.extend(self.statement(statement))
            if isinstance(statement, ast.Return | ast.Break | ast.Continue):
                break
        return nodes

    def inside(self, body: Sequence[ast.stmt]) -> list[Node]:
        """The nodes of the body of a loop."""
        self.depth += 1
        made = self.block(body)
        self.depth -= 1
        return made

    def split(self, node: ast.If, rest: Sequence[ast.stmt]) -> Branch:
        """`if c: return a` with what follows it."""
        number, arms = self.number(), [list(node.body), list(node.orelse)]
        other = 1 if ends(node.body) else 0
        own = len(self.block(arms[other]))
        made = [self.block([*arm, *(rest if k == other else [])]) for k, arm in enumerate(arms)]
        return Branch(node, number, node.test, made[0], made[1], rest=max(len(made[other]) - own, 0))

    def statement(self, node: ast.stmt) -> list[Node]:
        """The nodes of one statement, after those of comprehensions and calls within it."""
        if steps := appended(node, self.lists):
            return [n for step in steps for n in self.statement(step)]
        if isinstance(node, ast.Assign | ast.Return) and isinstance(node.value, ast.IfExp):
            return [self.conditional(node, node.value)]
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Return) and node.value is not None:
            found = Comprehensions(self, node)
            twin = copy.copy(node)
            twin.value = found.whole(copy.deepcopy(node.value), node)
            if found.before:
                for loop in found.before:
                    if isinstance(loop, Loop):
                        loop.within = twin
                return [*found.before, *([] if twin.value is None else self.remade(twin))]
        return self.plain_or_calls(node)

    def conditional(self, node: Any, value: ast.IfExp) -> Branch:
        """`y = a if c else b` as a branch."""
        number, arms = self.number(), []
        for part in (value.body, value.orelse):
            twin = copy.copy(node)
            twin.value = part
            twin.rewritten = True
            arms.append(self.statement(twin))
        instead = "" if isinstance(node, ast.Return) else write(node)
        return Branch(node, number, value.test, arms[0], arms[1], instead=instead)

    def remade(self, node: ast.stmt) -> list[Node]:
        """A statement that is no more what the user wrote."""
        node.rewritten = True  # type: ignore[attr-defined]
        return self.plain_or_calls(node)

    def plain_or_calls(self, node: ast.stmt) -> list[Node]:
        """The nodes of a statement without comprehensions."""
        if self.kept and isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
            return self.with_calls(node)
        return self.simple(node)

    def with_calls(self, node: Any) -> list[Node]:
        """Calls of functions that keep their own backward pass become statements of their own."""
        if node.value is None or not any(self.is_kept(n) for n in ast.walk(node.value)):
            return self.simple(node)
        before: list[Node] = []
        twin = copy.deepcopy(node)
        whole = isinstance(twin, ast.Assign) and self.is_kept(twin.value)
        if whole:
            twin.value.args = [self.apart(a, before, node) for a in twin.value.args]
        else:
            twin.value = _Calls(self, before, node).visit(twin.value)
        nodes = self.simple(twin)
        for made in nodes:
            if isinstance(made, Step | Return):
                self.mark(made, twin)
        return [*before, *nodes]

    def mark(self, made: Any, text: ast.stmt) -> None:
        if isinstance(made, Step):
            made.changed = True
            if self.is_kept(made.value):
                made.calls = made.value.func.id  # type: ignore[attr-defined]
                made.cache = self.fresh(f"{made.calls}_cache")

    def apart(self, argument: ast.expr, before: list[Node], node: ast.stmt) -> ast.expr:
        """An argument as a name, unless it is a place already."""
        if all(
            isinstance(n, ast.Name | ast.Attribute | ast.Subscript | ast.Constant | ast.expr_context)
            for n in ast.walk(argument)
        ):
            return argument
        argument = _Calls(self, before, node).visit(argument)
        if isinstance(argument, ast.Name):
            return argument
        name = self.fresh("argument")
        step = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], argument), node)
        before.append(
            Step(ast.fix_missing_locations(step), self.number(), step.targets[0], argument, changed=True)
        )
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def is_kept(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.kept

    def simple(self, node: ast.stmt) -> list[Node]:
        """The nodes of one statement without such calls, or that is one."""
        number = self.number()
        if isinstance(node, ast.Return):
            return [Return(node, number, node.value)]
        if isinstance(node, ast.Break | ast.Continue):
            return [Break(node, number)]
        if is_guard(node):
            return [Plain(node, number)]
        if isinstance(node, ast.If):
            return [Branch(node, number, node.test, self.block(node.body), self.block(node.orelse))]
        if isinstance(node, ast.For):
            before, node = self.named_items(node)
            return [*before, self.loop(node, self.number())]
        if isinstance(node, ast.While):
            if node.orelse:
                raise self.refuse(node, "a loop with `else`", "put what follows the loop after it")
            return [Loop(node, number, test=node.test, body=self.inside(node.body))]
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            return self.assignment(node, number)
        if isinstance(node, ast.Expr):
            return [self.expression(node, number)]
        if isinstance(node, ast.Try | ast.With | ast.Match | ast.AsyncFor | ast.AsyncWith):
            raise self.refuse(
                node, f"a `{type(node).__name__.lower()}` block", "move the computation out of it"
            )
        if isinstance(node, ast.Delete | ast.Global | ast.Nonlocal):
            raise self.refuse(node, f"`{type(node).__name__.lower()}`")
        return [Plain(node, number)]

    def expression(self, node: ast.Expr, number: int) -> Node:
        call = node.value
        if not isinstance(call, ast.Call):
            return Plain(node, number)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "append" and len(call.args) == 1:
            return Step(node, number, call.func.value, call.args[0], appends=True)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "reverse" and not call.args:
            return self.turned(node, number, call.func.value)
        if write(call.func) == "np.add.at" and len(call.args) == 3:
            owner, key, value = call.args
            place = ast.copy_location(ast.Subscript(owner, key, ast.Store()), node)
            return Step(node, number, ast.fix_missing_locations(place), value, at=True)
        if write(call.func) == "np.fill_diagonal" and len(call.args) == 2:
            return self.on_diagonal(node, number, *call.args)
        return Plain(node, number)

    def on_diagonal(self, node: ast.Expr, number: int, owner: ast.expr, value: ast.expr) -> Node:
        """`np.fill_diagonal(s, value)` as the assignment that it is."""
        key = ast.parse(f"np.diag_indices_from({write(owner)})", mode="eval").body
        made = ast.Assign([ast.Subscript(loaded(owner), key, ast.Store())], value)
        ast.fix_missing_locations(ast.copy_location(made, node))
        return Step(node, number, made.targets[0], value)

    def turned(self, node: ast.Expr, number: int, owner: ast.expr) -> Node:
        """`hs.reverse()` as `hs = hs[::-1]`."""
        turned = ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))
        made = ast.Assign([owner], ast.Subscript(loaded(owner), turned, ast.Load()))
        made.targets[0].ctx = ast.Store()  # type: ignore[attr-defined]
        ast.fix_missing_locations(ast.copy_location(made, node))
        made.rewritten = True  # type: ignore[attr-defined]
        return Step(made, number, made.targets[0], made.value)

    def assignment(self, node: Any, number: int) -> list[Node]:
        if isinstance(node, ast.AugAssign):
            read = copy.deepcopy(node.target)
            read.ctx = ast.Load()
            return [Step(node, number, node.target, ast.BinOp(read, node.op, node.value))]
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is None:
            return [Plain(node, number)]
        if len(targets) > 1:
            first, *others = targets
            plain = isinstance(node.value, ast.Constant)  # `x = y = 0.0`: two names of nothing shared
            loads = [
                ast.copy_location(ast.Assign([t], copy.copy(node.value) if plain else loaded(first)), node)
                for t in others
            ]
            return [*self.pairs(node, number, first, node.value), *(n for s in loads for n in self.made(s))]
        return self.pairs(node, number, targets[0], node.value)

    def made(self, statement: ast.stmt) -> list[Node]:
        nodes = self.statement(ast.fix_missing_locations(statement))
        for n in nodes:
            if isinstance(n, Step):
                n.made = True
        return nodes

    def pairs(self, node: ast.stmt, number: int, target: ast.expr, value: ast.expr) -> list[Node]:
        """`a, b = x, y` as two steps, where the second does not read what the first assigns."""
        if isinstance(value, ast.Dict) and isinstance(target, ast.Name) and value.keys:
            return self.entries(node, number, target, value)
        if not isinstance(target, ast.Tuple | ast.List):
            return [Step(node, number, target, value)]
        if any(isinstance(t, ast.Starred) for t in target.elts):
            raise self.refuse(node, "a starred target", "take the parts by name: first, rest = x[0], x[1:]")
        if isinstance(value, ast.Name | ast.Subscript) and all(isinstance(t, ast.Name) for t in target.elts):
            return [
                Step(node, number if k == 0 else self.number(), t, at(value, k, node), shared=True)
                for k, t in enumerate(target.elts)
            ]
        if not isinstance(value, ast.Tuple | ast.List) or len(value.elts) != len(target.elts):
            return [Step(node, number, target, value)]
        crossed = [
            k
            for k, t in enumerate(target.elts)
            if stored(t) & {n.id for e in value.elts[k + 1 :] for n in ast.walk(e) if isinstance(n, ast.Name)}
        ]
        if crossed:
            return self.exchange(node, target.elts, value.elts, crossed)
        return [
            Step(node, number if k == 0 else self.number(), t, v, shared=True)
            for k, (t, v) in enumerate(zip(target.elts, value.elts, strict=True))
        ]

    def exchange(
        self, node: ast.stmt, targets: Sequence[ast.expr], values: Sequence[ast.expr], crossed: Sequence[int]
    ) -> list[Node]:
        """`a, b = b, a + b`: what is still read under its old name is assigned last."""
        first: list[ast.stmt] = []
        last: list[ast.stmt] = []
        for k, (target, value) in enumerate(zip(targets, values, strict=True)):
            if k not in crossed:
                first.append(ast.Assign([target], value))
                continue
            name = self.fresh(f"{target.id}_next" if isinstance(target, ast.Name) else "entry_next")
            first.append(ast.Assign([ast.Name(name, ast.Store())], value))
            last.append(ast.Assign([target], ast.Name(name, ast.Load())))
        nodes: list[Node] = []
        for statement in (*first, *last):
            ast.fix_missing_locations(ast.copy_location(statement, node))
            statement.rewritten = True  # type: ignore[attr-defined]
            nodes += self.statement(statement)
        return nodes

    def entries(self, node: ast.stmt, number: int, target: ast.Name, value: ast.Dict) -> list[Node]:
        """A dictionary written out: each of its entries is a step."""
        if not all(isinstance(k, ast.Constant) and isinstance(k.value, str) for k in value.keys):
            return [Step(node, number, target, value)]
        steps: list[Node] = [Step(node, number, target, ast.Dict([], []), shared=True)]
        for k, v in zip(value.keys, value.values, strict=True):
            assert k is not None
            place = ast.Subscript(ast.Name(target.id, ast.Load()), k, ast.Store())
            ast.fix_missing_locations(ast.copy_location(place, node))
            steps.append(Step(node, self.number(), place, v, shared=True))
        return steps

    def named_items(self, node: ast.For) -> tuple[list[Node], ast.For]:
        """A loop over what a name holds, where it is one over an expression: `for v in x * 2`."""
        before: list[Node] = []
        twin = copy.copy(node)

        def named(items: Any) -> Any:
            if is_call(items, "range"):
                return items
            if any(is_call(items, n) for n in ("enumerate", "zip", "reversed")):
                made, count = copy.copy(items), 1 if is_call(items, "enumerate") else len(items.args)
                made.args = [*(named(a) for a in items.args[:count]), *items.args[count:]]
                return made
            picked = any(isinstance(n, ast.Call) for n in ast.walk(items))  # x[np.argsort(x)] is a copy
            if isinstance(items, ast.Name | ast.Attribute | ast.Subscript) and not picked:
                return items
            name = self.fresh("items")
            step = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], items), node)
            step.rewritten = True  # type: ignore[attr-defined]
            before.extend(self.statement(ast.fix_missing_locations(step)))
            return ast.copy_location(ast.Name(name, ast.Load()), items)

        twin.iter = named(node.iter)
        return before, twin

    def loop(self, node: ast.For, number: int) -> Loop:
        """A loop over numbers; one over the entries of something gets an index."""
        if node.orelse:
            raise self.refuse(node, "a loop with `else`", "put what follows the loop after it")
        items, target = node.iter, node.target
        if is_call(items.args[0] if is_call(items, "reversed") else items, "range"):  # type: ignore[attr-defined]
            return Loop(node, number, target, items, body=self.inside(node.body))
        index, pieces = self.pieces(items, target, node)
        steps = [n for t, v, _ in pieces for n in self.made(ast.copy_location(ast.Assign([t], v), node))]
        length = ast.Call(ast.Name("len", ast.Load()), [copy.deepcopy(pieces[0][2])], [])
        counted = ast.Call(ast.Name("range", ast.Load()), [length], [])
        ast.fix_missing_locations(ast.copy_location(counted, node))
        return Loop(node, number, index, counted, body=[*steps, *self.inside(node.body)])

    def pieces(
        self, items: ast.expr, target: ast.expr, node: ast.For
    ) -> tuple[ast.expr, list[tuple[Any, Any, ast.expr]]]:
        """The index, and what each name of the loop's target is an entry of."""
        index: ast.expr | None = None
        counted: list[tuple[Any, Any, ast.expr]] = []
        if is_call(items, "enumerate") and isinstance(target, ast.Tuple):
            counter, start = target.elts[0], first_count(items)
            target, items = target.elts[1], items.args[0]  # type: ignore[attr-defined]
            if start is None:
                index = counter
            else:  # `enumerate(xs, start=1)`
                index = ast.Name(self.fresh("k", "i", "j", "index"), ast.Store())
                counted = [(counter, ast.BinOp(loaded(index), ast.Add(), start), items)]
        if index is None:
            index = ast.Name(self.fresh("k", "i", "j", "index"), ast.Store())
        if is_call(items, "zip") and isinstance(target, ast.Tuple):
            found = list(zip(target.elts, items.args, strict=False))  # type: ignore[attr-defined]
        else:
            found = [(target, items)]
        made: list[tuple[Any, Any, ast.expr]] = []
        for t, v in found:
            back = is_call(v, "reversed") and len(v.args) == 1
            owner = v.args[0] if back else v
            if not isinstance(owner, ast.Name | ast.Attribute | ast.Subscript):
                raise self.refuse(node, f"a loop over `{write(items)}`", "give it a name before the loop")
            made.append((t, entry(owner, index, back), owner))
        return index, [*made, *counted]


class _Calls(ast.NodeTransformer):
    """Takes calls out of an expression; `before` receives them as statements."""

    def __init__(self, builder: Builder, before: list[Node], node: ast.stmt) -> None:
        self.builder, self.before, self.node = builder, before, node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not self.builder.is_kept(node):
            return self.generic_visit(node)
        node.args = [self.builder.apart(a, self.before, self.node) for a in node.args]
        name = self.builder.fresh(f"{node.func.id}_out")  # type: ignore[attr-defined]
        statement = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], node), self.node)
        step = Step(ast.fix_missing_locations(statement), self.builder.number(), statement.targets[0], node)
        self.builder.mark(step, statement)
        self.before.append(step)
        return ast.copy_location(ast.Name(name, ast.Load()), node)


def first_count(call: Any) -> ast.expr | None:
    """Where `enumerate` starts to count, if not at zero."""
    given = [*call.args[1:], *(k.value for k in call.keywords if k.arg == "start")]
    start = given[0] if given else None
    return None if isinstance(start, ast.Constant) and start.value == 0 else start
