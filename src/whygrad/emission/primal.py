"""The forward pass again: the user's own lines, without those that nothing needs, with what is saved."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from whygrad.emission import layout
from whygrad.emission.leaves import names_read, write
from whygrad.emission.plan import Plan, Tape, push
from whygrad.emission.returning import is_guard
from whygrad.emission.tree import Branch, Break, Loop, Node, Plain, Return, Step, assigned, own, raises, walk
from whygrad.source import Source

SILENT = ("print",)


def kept_nodes(block: Sequence[Node], needed: set[str], guards: bool = False) -> set[Node]:
    """The nodes that the needed names depend on; with `guards`, also what refuses wrong arguments."""
    nodes, kept = list(walk(block)), set[Node]()
    needed = set(needed)
    parents = {inner: node for node in nodes for inner in _inner(node)}
    grew = True
    while grew:
        grew = False
        for node in nodes:
            if node in kept or not _serves(node, needed, guards):
                continue
            at: Node | None = node
            while at is not None:
                if at not in kept:
                    kept.add(at)
                    needed |= reads(at)
                    grew = True
                at = parents.get(at)
        for node in nodes:  # a loop that is kept is left where it was left
            above = _above(node, parents) if isinstance(node, Break) and node.stops else []
            if node not in kept and any(a in kept for a in above):
                kept.add(node)
                for at in above:
                    needed |= reads(at)
                    kept.add(at)
                grew = True
        for node in nodes:  # an arm that raises stays the other way that it is
            if isinstance(node, Branch) and node in kept:
                arms = [n for arm in (node.body, node.orelse) if raises(arm) for n in walk(arm)]
                for inner in [n for n in arms if n not in kept]:
                    kept.add(inner)
                    needed |= reads(inner)
                    grew = True
    return kept


def _above(node: Node, parents: dict[Node, Node]) -> list[Node]:
    """The nodes around a node up to its loop."""
    found: list[Node] = []
    at = parents.get(node)
    while at is not None:
        found.append(at)
        if isinstance(at, Loop):
            break
        at = parents.get(at)
    return found


def _inner(node: Node) -> list[Node]:
    if isinstance(node, Loop):
        return node.body
    return [*node.body, *node.orelse] if isinstance(node, Branch) else []


def _serves(node: Node, needed: set[str], guards: bool) -> bool:
    if isinstance(node, Step | Plain) and assigned(node) & needed:
        return True
    if guards and isinstance(node, Plain) and (isinstance(node.node, ast.Assert) or is_guard(node.node)):
        return True
    if isinstance(node, Plain):
        if isinstance(node.node, ast.Import | ast.ImportFrom):
            bound = {(a.asname or a.name).split(".")[0] for a in node.node.names}
            return bool(bound & needed)
        call = node.node.value if isinstance(node.node, ast.Expr) else None
        return isinstance(call, ast.Call) and getattr(call.func, "id", "") not in SILENT
    return False


def reads(node: Node) -> set[str]:
    """Names that a node itself reads."""
    if isinstance(node, Step):
        inner = names_read(node.value) | {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
        return inner if not isinstance(node.target, ast.Name) else names_read(node.value)
    if isinstance(node, Loop):
        return (names_read(node.items) if node.items is not None else set()) | (
            names_read(node.test) if node.test is not None else set()
        )
    if isinstance(node, Branch):
        return names_read(node.test)
    return names_read(node.node) if isinstance(node, Plain) else set()


class Primal:
    """Writes the forward pass. `on_return` gives the lines in place of a return."""

    def __init__(
        self,
        source: Source,
        plan: Plan,
        kept: set[Node],
        on_return: Callable[[Return], list[str]],
        called: Callable[[Step], str],
    ) -> None:
        self.source, self.plan, self.kept = source, plan, kept
        self.on_return, self.called = on_return, called
        self.written = set[ast.stmt]()
        self.placed = set[int]()
        """Branches above which their copies stand already, with what is kept of the pass."""
        self.open: list[Tape | None] = []
        """The lists of the pass through the innermost loop and of the arms that it is in, outermost first."""
        loops = [n for n in kept if isinstance(n, Loop) and n.instead and plan.tape(n.number) is not None]
        self.started = {n.instead.split(" = ")[0] for n in loops}
        """Sums and lists of comprehensions that are written as loops, since something is saved in them."""

    def block(self, nodes: Sequence[Node], depth: int) -> list[str]:
        out: list[str] = []
        for node in nodes:
            out += self.around(self.node(node, depth), node, depth, nodes)
        return out

    def around(self, lines: list[str], node: Node, depth: int, nodes: Sequence[Node]) -> list[str]:
        """The lines of a node between what is saved before and after it.

        What the steps of one statement save before it, as `a, b = b, c` does, is saved before the whole.
        """
        pad, steps = "    " * depth, [node]
        if isinstance(node, Step) and node.shared and node.node in self.written and not self.plan.indexed:
            steps = [n for n in nodes if isinstance(n, Step) and n.node is node.node] if lines else []
        saved = [n for n in steps if n.number not in self.placed]
        before = [pad + line for n in saved for line in self.plan.before.get(n.number, ())]
        after = [pad + line for line in self.plan.after.get(node.number, ())]
        said = next((k for k, line in enumerate(lines) if not line.lstrip().startswith("#")), len(lines))
        return [*lines[:said], *before, *lines[said:], *after]

    def node(self, node: Node, depth: int) -> list[str]:
        if isinstance(node, Return):
            return [part for line in self.on_return(node) for part in layout.fitted(line, depth)]
        if node not in self.kept or isinstance(node, Break):
            return []
        if isinstance(node, Loop):
            return self.loop(node, depth)
        if isinstance(node, Branch):
            return self.branch(node, depth)
        if isinstance(node, Step) and node.made and write(node.target) in self.started and not node.appends:
            return [f"{'    ' * depth}{write(node.target)} = {write(node.value)}"]
        if isinstance(node, Step) and node.made and self.plan.indexed:
            text = write(node.node) if node.appends else f"{write(node.target)} = {write(node.value)}"
            return [f"{'    ' * depth}{text}"]
        if isinstance(node, Step) and (node.made or (node.shared and node.node in self.written)):
            return []
        self.written.add(node.node)
        if isinstance(node, Step) and node.calls:
            return [*self.remarks(node.node, depth), f"{'    ' * depth}{self.called(node)}"]
        if (isinstance(node, Step) and node.changed) or getattr(
            node.node, "rewritten", getattr(node.node, "inner", False)
        ):
            return [f"{'    ' * depth}{write(node.node)}"]
        return self.own(node.node, depth)

    def own(self, statement: ast.stmt, depth: int) -> list[str]:
        """The user's lines of a statement, with the comments above it."""
        last, shift = statement.end_lineno or statement.lineno, statement.col_offset
        own = [self._cut(self.source.line(n), shift) for n in range(statement.lineno, last + 1)]
        return [*self.remarks(statement, depth), *("    " * depth + line for line in own)]

    def remarks(self, statement: ast.stmt, depth: int) -> list[str]:
        """The user's comments above a statement."""
        first = getattr(statement, "lineno", 1)
        while first > 1 and self.source.line(first - 1).strip().startswith("#"):
            first -= 1
        return ["    " * depth + self.source.line(n).strip() for n in range(first, statement.lineno)]

    @staticmethod
    def _cut(line: str, shift: int) -> str:
        return line[shift:] if not line[:shift].strip() else line.strip()

    def loop(self, node: Loop, depth: int) -> list[str]:
        pad = "    " * depth
        statement = node.node
        if isinstance(statement, ast.For):
            header = f"for {bare(statement.target)} in {write(statement.iter)}:"
            if self.plan.indexed and node.target is not None and node.items is not None:
                header = f"for {bare(node.target)} in {write(node.items)}:"
        else:
            header = f"while {write(node.test)}:"  # type: ignore[arg-type]
        tape = self.plan.tape(node.number)
        early = self.kept_early(node, tape)
        around, self.open = self.open, [None if early is not None else tape]
        place = node.body.index(early) if early is not None else len(node.body)
        body = self.block(node.body[:place], depth + 1)
        if early is not None:
            assert tape is not None
            copies = self.plan.before.get(early.number, ())
            self.placed.add(early.number)
            body += [f"{pad}    {line}" for line in (*copies, push(tape))]
            body += self.block(node.body[place:], depth + 1)
        self.open = around
        if node.instead and tape is None and not self.plan.indexed:
            return [] if node.silent else [pad + node.instead]
        if tape is not None and early is None:
            body.append(f"{pad}    {push(tape)}")
        said = self.remarks(statement, depth) if isinstance(statement, ast.For | ast.While) else []
        return [*said, pad + header, *(body or [f"{pad}    pass"])]

    def branch(self, node: Branch, depth: int) -> list[str]:
        pad = "    " * depth
        plain = not any(self.saves(n) for n in (*node.body, *node.orelse))
        if node.instead and plain and all(self.plan.tape(node.number, a) is None for a in ("body", "orelse")):
            return [pad + node.instead]
        follows = node.leaves and not getattr(node.node, "orelse", None)
        body = self.arm(node, "body", node.body, depth + 1)
        orelse = self.arm(node, "orelse", node.orelse, depth + (not follows))
        said = self.remarks(node.node, depth) if isinstance(node.node, ast.If) else []
        out = [*said, f"{pad}if {write(node.test)}:", *(body or [f"{pad}    pass"])]
        if follows:
            return [*out, *orelse]
        return [*out, *otherwise(orelse, depth)] if orelse else out

    def saves(self, node: Node) -> bool:
        """Is anything saved before or after a node?"""
        return node.number in self.plan.before or node.number in self.plan.after

    def arm(self, node: Branch, name: str, nodes: Sequence[Node], depth: int) -> list[str]:
        tape, pad = self.plan.tape(node.number, name), "    " * depth
        self.open.append(tape)
        lines = self.block(nodes, depth)
        end = nodes[-1] if nodes else None
        if isinstance(end, Break) and (end in self.kept or not end.stops):
            lines += [pad + push(t) for t in reversed(self.open) if t is not None and not node.ends]
            lines.append(pad + write(end.node))
        elif tape is not None:
            lines.append(pad + push(tape))
        self.open.pop()
        return lines

    def kept_early(self, node: Loop, tape: Tape | None) -> Node | None:
        """The branch that may leave a pass, if what is kept of the pass is known before it."""
        branches = [n for n in node.body if isinstance(n, Branch) and not n.ends]
        leaving = [n for n in branches if any(isinstance(b, Break) for b in own([n]))]
        if not leaving or tape is None:
            return None
        rest = list(walk(node.body[node.body.index(leaving[0]) :]))
        later = {name for n in rest for name in assigned(n)}
        lines = [line for n in rest[1:] for line in self.plan.before.get(n.number, ())]
        lines += [line for n in rest for line in self.plan.after.get(n.number, ())]
        later |= {line.split(" = ")[0] for line in lines}
        return None if later & set(tape.values) else leaving[0]


def otherwise(lines: list[str], depth: int) -> list[str]:
    """The other arm: `elif` where it is nothing but another branch."""
    pad = "    " * depth
    inner = [line for line in lines if not line.startswith(f"{pad}     ")]
    if (
        lines[0].startswith(f"{pad}    if ")  # not after a comment
        and all(line.strip().startswith(("if ", "elif ", "else:")) for line in inner)
        and sum(line.strip().startswith("if ") for line in inner) == 1
    ):
        return [pad + "el" + lines[0].strip(), *(line[4:] for line in lines[1:])]
    return [f"{pad}else:", *lines]


def bare(target: ast.expr) -> str:
    """A target without the parentheses of a tuple."""
    text = write(target)
    return text[1:-1] if isinstance(target, ast.Tuple) and text.startswith("(") else text
