"""Ways of searching in the rules of a home-made engine, each judged by its own operation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from whygrad.checking.evidence import Claim
from whygrad.diagnosis.additions import Additions
from whygrad.diagnosis.anew import slope_anew, spread_again
from whygrad.diagnosis.differences import differences
from whygrad.diagnosis.operations import HandedBack, bench_of, handed_back
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.search import Bench, Searcher
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
                    text = self.draft.source.segment(self.draft.source.span_of(part.value))
                    if not bench.judge(text).right:
                        found.append((suspect, scope, part, bench))
        return found

    def by_operations(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """What a rule of a home-made engine hands back, made what it should by its own operation."""
        for suspect, scope, part, bench in self.faulty_operations():
            bench = bench_of(part, scope, oblong=True) or bench
            text = self.draft.source.segment(self.draft.source.span_of(part.value))
            material = self.material(suspect, scope)
            searcher = Searcher(material, 0.6)
            found = [*spread_again(text, part, bench), *searcher.expression(text, bench, deep=False)]
            found = found or [*differences(text, bench, material), *compositions(text, bench, material)]
            found = found or [*slope_anew(text, part, bench)] or searcher.expression(text, bench)
            for solution in sorted(found, key=lambda s: s.cost)[:MOST_OF_ONE]:
                yield self.fix(suspect, scope, self.whole(suspect, part.value, solution), len(bench.wants))
