"""Ways of searching in the rules of a home-made engine, each judged by its own operation."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from whygrad.checking.evidence import Claim
from whygrad.diagnosis.additions import Additions
from whygrad.diagnosis.anew import slope_anew, spread_again
from whygrad.diagnosis.applications import bench_at, operations_in, parts_of, wants_of
from whygrad.diagnosis.differences import differences
from whygrad.diagnosis.operations import HandedBack, bench_of, handed_back
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.search import Bench, Searcher
from whygrad.diagnosis.slips import Solution
from whygrad.diagnosis.suspects import Suspect, statements
from whygrad.diagnosis.synthesis import compositions
from whygrad.diagnosis.trials import Outcome
from whygrad.diagnosis.workbench import MOST_OF_ONE, Fix


@dataclass(eq=False)
class Ruling(Additions):
    """What is known of an engine's rules without running the program that uses it."""

    faulty: dict[str, list[tuple[Suspect, Scope, HandedBack, Bench]]] = field(default_factory=dict)
    """By text."""

    def faulty_operations(self) -> list[tuple[Suspect, Scope, HandedBack, Bench]]:
        """What rules of a home-made engine hand back and should not, by what their operations make."""
        found = self.faulty.get(self.draft.text)
        if found is None:
            self.faulty[self.draft.text] = found = []
            known = {(s.node.lineno, s.node.col_offset): s for s in statements(self.draft.tree)}
            for part in handed_back(self.draft.tree):
                suspect = known.get(part.place)
                scope = self.scope(suspect) if suspect is not None else Scope()
                bench = bench_of(part, scope) if scope.first else None
                if suspect is not None and bench is not None:
                    found.append((suspect, scope, part, bench))
            found += self._applications(known)
            found[:] = [rule for rule in found if not rule[3].judge(self._text(rule[2])).right]
        return found

    def _applications(
        self, known: Mapping[tuple[int, int], Suspect]
    ) -> Iterator[tuple[Suspect, Scope, HandedBack, Bench]]:
        """What backward passes of operations that are classes hand back."""
        operations = operations_in(self.draft.tree) if self.program.form == "script" else []
        points = [self.trials.evidence.points[p] for p in self.at]
        wants = wants_of(self.program, operations, points) if operations else {}
        for passes in operations:
            for place, part in enumerate(parts_of(passes)):
                suspect = known.get(part.place)
                scope = self.scope(suspect) if suspect is not None else Scope()
                bench = bench_at(scope, wants[passes.owner], place) if scope.first else None
                if suspect is not None and bench is not None:
                    yield suspect, scope, part, bench

    def _text(self, part: HandedBack) -> str:
        return self.draft.source.segment(self.draft.source.span_of(part.value))

    def by_operations(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """What a rule of a home-made engine hands back, made what it should by its own operation.

        Several parts of one statement are made right together.
        """
        answers: dict[Suspect, list[tuple[ast.expr, Solution]]] = {}
        scopes: dict[Suspect, Scope] = {}
        for suspect, scope, part, bench in self.faulty_operations():
            found = self._answers(suspect, scope, part, bench)
            for solution in found[:MOST_OF_ONE]:
                yield self.fix(suspect, scope, self.whole(suspect, part.value, solution), len(bench.wants))
            answers.setdefault(suspect, []).extend((part.value, solution) for solution in found[:1])
            scopes[suspect] = scope
        for suspect, parts in answers.items():
            if len(parts) > 1:
                together = self.wholes(suspect, sorted(parts, key=lambda p: (p[0].lineno, p[0].col_offset)))
                yield self.fix(suspect, scopes[suspect], together, 1)

    def _answers(self, suspect: Suspect, scope: Scope, part: HandedBack, bench: Bench) -> list[Solution]:
        """What the expression that a rule hands back should be, cheapest first."""
        bench = (bench_of(part, scope, oblong=True) if part.invents else None) or bench
        text = self._text(part)
        material = self.material(suspect, scope)
        searcher = Searcher(material, 0.6)
        found = [*spread_again(text, part, bench), *searcher.expression(text, bench, deep=False)]
        found = found or [*differences(text, bench, material), *compositions(text, bench, material)]
        found = found or [*slope_anew(text, part, bench)] or searcher.expression(text, bench)
        return sorted(found, key=lambda s: s.cost)
