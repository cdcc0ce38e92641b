"""Ways of searching in the sweep of a home-made engine whose rules are right: its order, its start."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whygrad.checking.evidence import Claim
from whygrad.checking.naming import stems
from whygrad.diagnosis.moves import swapped
from whygrad.diagnosis.ruling import Ruling
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.slips import Slip, Solution
from whygrad.diagnosis.suspects import Suspect, reads_gradient, statements
from whygrad.diagnosis.traversals import in_order, traversals
from whygrad.diagnosis.trials import Outcome
from whygrad.diagnosis.unfinished import unattached, unmarked
from whygrad.diagnosis.workbench import Fix
from whygrad.source import Span


@dataclass(eq=False)
class Sweeping(Ruling):
    """What is known of an engine whose rules are right by their own operations, and its gradients wrong."""

    def by_sweeping(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A missing line, the start, a sum, a loop the other way round, a line behind it, a new order."""
        plain = [*self._finished(), *self._cleared(), *self._begun(), *self._turned(), *self._swapped()]
        both = [fix for first in self._swapped() for fix in self._turned(first)]
        for fix in (*plain, *both, *self._ordered()):
            if not self.late() and self.trials.judge(fix.draft, base, wanted).right:
                yield fix
                return

    def _sweeps(self) -> list[range]:
        """Lines of functions that run in the backward pass alone."""
        late = {s.line for s in self.trials.evidence.statements if s.part == "backward"}
        late -= {s.line for s in self.trials.evidence.statements if s.part == "forward"}
        functions = [n for n in ast.walk(self.draft.tree) if isinstance(n, ast.FunctionDef)]
        spans = [range(f.lineno, (f.end_lineno or f.lineno) + 1) for f in functions]
        return [span for span in spans if late & {*span}]

    def _cleared(self) -> Iterator[Fix]:
        """Gradients set to zero before the sweep, which an earlier one has left its own in."""
        own = [s for s in statements(self.draft.tree) if not s.function]
        reading = [s for s in own if reads_gradient(s.node)]
        read = [ast.unparse(n) for s in reading for n in _read_off(s.node)]
        calls = [s for s in own if isinstance(s.node, ast.Expr) and reading and s.line < reading[0].line]
        if read and calls:
            text = " = ".join([*dict.fromkeys(read), "0.0"])
            more = self.draft.with_more(calls[-1].node, text, before=True)
            slip = Slip("clear", ", ".join(dict.fromkeys(read)), text, 0, 1.0)
            yield self.fix(calls[-1], Scope(), Solution(more, (slip,)))

    def _finished(self) -> Iterator[Fix]:
        """The line that notes a node as seen, and the one that keeps a rule with its node."""
        late = self._sweeps()
        known = {(s.node.lineno, s.node.col_offset): s for s in self._standing()}
        marks = [(n, t) for n, t in unmarked(self.draft.tree) if any(n.lineno in span for span in late)]
        for kind, lines in (("mark", marks), ("attach", [*unattached(self.draft.tree)])):
            for node, line in lines:
                more = self.draft.with_more(node, line, before=True)
                suspect = known[node.lineno, node.col_offset]
                yield self.fix(suspect, Scope(), Solution(more, (Slip(kind, "", line, 0, 1.0),)))

    def _standing(self) -> Iterator[Suspect]:
        """All statements, loops and branches too, before which a line may stand."""
        for node in ast.walk(self.draft.tree):
            if isinstance(node, ast.stmt):
                yield Suspect(node, "", False)

    def _begun(self) -> Iterator[Fix]:
        """A node begun with ones, or given what arrives on top of what it has."""
        late = self._sweeps()
        for suspect in statements(self.draft.tree):
            node = suspect.node
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if not isinstance(target, ast.Attribute) or not any(suspect.line in span for span in late):
                continue
            if not any(not stem for stem, _ in stems(target.attr)):
                continue
            held, value = ast.unparse(target), ast.unparse(node.value)  # type: ignore[attr-defined]
            options = [f"{held} += {value}", f"{held} = {value} if {held} is None else {held} + {value}"]
            if not suspect.in_loop:
                like = [f"np.ones_like({held.rpartition('.')[0]}.{slot})" for slot in self._values()]
                options = [f"{held} = {ones}" for ones in ("1.0", *like)]
            for text in options:
                new = text.removeprefix(f"{held} = ")
                kind = "augment" if suspect.in_loop else "constant"
                yield self.fix(suspect, Scope(), Solution(text, (Slip(kind, value, new, 0, 1.0),)))

    def _values(self) -> list[str]:
        """The attributes by which nodes hold their values, as far as rules are known."""
        return [
            *dict.fromkeys(part.leaf.partition(".")[2] for _, _, part, _ in self.rules() if "." in part.leaf)
        ]

    def _turned(self, before: Fix | None = None) -> Iterator[Fix]:
        """`for node in reversed(order)` for `for node in order`, and the other way round."""
        draft = before.draft if before else self.draft
        late = self._sweeps()
        for loop in (n for n in ast.walk(draft.tree) if isinstance(n, ast.For)):
            if not any(loop.lineno in span for span in late):
                continue
            old = draft.source.segment(draft.source.span_of(loop.iter))
            new = old.removeprefix("reversed(")[:-1] if old.startswith("reversed(") else f"reversed({old})"
            new = old.removesuffix("[::-1]") if old.endswith("[::-1]") else new
            first = next((s for s in statements(draft.tree) if s.line > loop.lineno), None)
            if first is None:
                continue
            made = draft.replaced(draft.source.span_of(loop.iter), new)
            slip = Slip("rounds", old, new, 0, 1.0)
            slips = (*before.solution.slips, slip) if before else (slip,)
            at = before.span if before else draft.source.span_of(loop.iter)
            yield Fix(self.draft, made, before.suspect if before else first, at,
                      before.text if before else old, Solution(new, slips), Scope())  # fmt: skip

    def _swapped(self) -> Iterator[Fix]:
        """A statement of a sweep that stands before a loop, behind it."""
        late = self._sweeps()
        for suspect in statements(self.draft.tree):
            if any(suspect.line in span for span in late):
                for move in swapped(self.draft, suspect):
                    yield Fix(self.draft, move.draft, suspect, move.span, move.text, move.solution, Scope())

    def _ordered(self) -> Iterator[Fix]:
        """A visit that works on nodes as it meets them, so that each waits for all its users."""
        late = self._sweeps()
        known = {(s.node.lineno, s.node.col_offset): s for s in statements(self.draft.tree)}
        for found in traversals(self.draft.tree):
            body = found.outer.body
            body = body[1:] if ast.get_docstring(found.outer) else body
            blamed = found.blamed
            suspect = known.get((blamed.lineno, blamed.col_offset)) if blamed is not None else None
            if suspect is None or not any(found.outer.lineno in span for span in late):
                continue
            first, last = body[0], body[-1]
            span = Span(first.lineno, first.col_offset + 1, last.end_lineno or last.lineno,
                        (last.end_col_offset or 0) + 1)  # fmt: skip
            made = self.draft.replaced(span, in_order(found, first.col_offset))
            here = self.draft.source.span_of(suspect.node)
            text = self.draft.source.segment(here)
            slip = Slip("order", text, ast.unparse(found.parents).split("\n")[0], 0, 1.4)
            yield Fix(self.draft, made, suspect, here, text, Solution(text, (slip,)), Scope())


def _read_off(node: ast.stmt) -> list[ast.expr]:
    """The attributes that a statement reads off objects: `a.grad` and `b.grad`."""
    value = getattr(node, "value", None)
    return list(value.elts) if isinstance(value, ast.Tuple | ast.List) else [value] if value else []
