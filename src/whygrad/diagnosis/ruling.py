"""Ways of searching in the rules of a home-made engine, each judged by its own operation."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from whygrad.checking.evidence import Claim
from whygrad.checking.plain import OutOfTime, execute, time_limit
from whygrad.diagnosis.additions import Additions
from whygrad.diagnosis.anew import slope_anew, spread_again
from whygrad.diagnosis.applications import bench_at, operations_in, parts_of, wants_of
from whygrad.diagnosis.differences import differences
from whygrad.diagnosis.factors import factors
from whygrad.diagnosis.mutation import variants
from whygrad.diagnosis.operations import HandedBack, bench_of, handed_back
from whygrad.diagnosis.scopes import Scope, fresh
from whygrad.diagnosis.search import SIMPLE, Bench, Searcher
from whygrad.diagnosis.slips import Solution
from whygrad.diagnosis.suspects import Suspect, statements
from whygrad.diagnosis.synthesis import compositions
from whygrad.diagnosis.trials import Outcome
from whygrad.diagnosis.workbench import MOST_OF_ONE, Fix
from whygrad.source import tree_of

SECONDS = 0.03
"""An edited function that runs longer is none."""
Rule = tuple[Suspect, Scope, HandedBack, Bench]
"""What a rule hands back, where it stands, with what it should hand back."""


@dataclass(eq=False)
class Ruling(Additions):
    """What is known of an engine's rules without running the program that uses it."""

    known_rules: dict[str, list[Rule]] = field(default_factory=dict)
    """By text."""

    def faulty_operations(self) -> list[Rule]:
        """What rules of a home-made engine hand back and should not, by what their operations make."""
        return [rule for rule in self.rules() if not rule[3].judge(self._text(rule[2])).right]

    def rules(self) -> list[Rule]:
        """What rules of a home-made engine hand back, with what they should."""
        found = self.known_rules.get(self.draft.text)
        if found is None:
            self.known_rules[self.draft.text] = found = []
            known = {(s.node.lineno, s.node.col_offset): s for s in statements(self.draft.tree)}
            for part in handed_back(self.draft.tree):
                suspect = known.get(part.place)
                scope = self.scope(suspect) if suspect is not None else Scope()
                bench = bench_of(part, scope) if scope.first else None
                if suspect is not None and bench is not None:
                    found.append((suspect, scope, part, bench))
            found += self._applications(known)
        return found

    def _applications(self, known: Mapping[tuple[int, int], Suspect]) -> Iterator[Rule]:
        """What backward passes of operations that are classes hand back."""
        operations = operations_in(self.draft.tree) if self.program.form == "script" else []
        points = [self.trials.evidence.points[p] for p in self.at]
        wants = wants_of(self.program, operations, points) if operations else {}
        for passes in operations:
            for place, part in parts_of(passes):
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
        called = [*self._in_called()]
        yield from called
        if called:
            return
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

    def _in_called(self) -> Iterator[Fix]:
        """One slip in a function that a wrong rule calls, after which all rules that call it are right."""
        own = {n.name: n for n in self.draft.tree.body if isinstance(n, ast.FunctionDef)}
        faulty = self.faulty_operations()
        wrong = {name for rule in faulty for name in _calls(rule[2].value)} & {*own}
        for name in sorted(wrong):
            calling = [rule for rule in self.rules() if name in _calls(rule[2].value)]
            calling.sort(key=lambda rule: rule not in faulty)
            judged = [(self._text(part), bench) for _, _, part, bench in calling]
            inside = [s for s in statements(self.draft.tree) if s.function == name]
            for fix in (fix for s in inside for fix in self._slips_in(s)):
                function = _function(fix.draft.text, name)
                if function is not None and _all_right(judged, function):
                    yield fix

    def _slips_in(self, suspect: Suspect) -> Iterator[Fix]:
        """One slip in a statement, whatever it leads to."""
        scope = self.scope(suspect)
        text = self.draft.source.segment(self.draft.source.span_of(suspect.node))
        for variant in variants(text, self.material(suspect, scope)) if scope.first else ():
            fix = self.fix(suspect, scope, Solution(variant.text, (variant.slip,)))
            if variant.slip.cost < SIMPLE and not self.late():
                yield fix

    def _answers(self, suspect: Suspect, scope: Scope, part: HandedBack, bench: Bench) -> list[Solution]:
        """What the expression that a rule hands back should be, cheapest first."""
        bench = (bench_of(part, scope, oblong=True) if part.invents else None) or bench
        text = self._text(part)
        material = self.material(suspect, scope)
        searcher = Searcher(material, 0.6)
        found = [*spread_again(text, part, bench), *searcher.expression(text, bench, deep=False)]
        if not found:
            found = [*differences(text, bench, material), *compositions(text, bench, material)]
            within = (Solution(v.text, (v.slip,)) for v in factors(text, material, enclosed=True))
            found += [s for s in within if bench.judge(s.text).right]
            # What only takes out what is too much is longer than the slope itself.
            anew = [*slope_anew(text, part, bench)]
            shorter = [s for s in found if not anew or len(s.text) <= len(anew[0].text)]
            found = shorter or anew
        return sorted(found or searcher.expression(text, bench), key=lambda s: s.cost)


def _calls(value: ast.expr) -> set[str]:
    """Names of functions that an expression calls."""
    called = (n.func for n in ast.walk(value) if isinstance(n, ast.Call))
    return {f.id for f in called if isinstance(f, ast.Name)}


def _function(text: str, name: str) -> ast.FunctionDef | None:
    """The function of a name in a text; None where an edit left no Python."""
    try:
        return next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == name)
    except SyntaxError:
        return None


def _all_right(judged: Sequence[tuple[str, Bench]], function: ast.FunctionDef) -> bool:
    """Are expressions what they should be, with another function in place of the one of its name?"""
    # It is made before the time runs, for a time limit within another one ends both.
    made: dict[str, Any] = dict(judged[0][1].shared)
    execute(compile(ast.Module([function], []), "<candidate>", "exec"), made, SECONDS)
    own = {function.name: made.get(function.name)}
    try:
        with time_limit(SECONDS):
            return all(_is_right(text, bench, own) for text, bench in judged)
    except OutOfTime:  # a loop whose end depends on what was edited
        return False


def _is_right(text: str, bench: Bench, own: Mapping[str, Any]) -> bool:
    """Is an expression right with other functions of the user's, which may write into what they are given?"""
    read = {n.id for n in ast.walk(tree_of(text)) if isinstance(n, ast.Name)}
    for environment, want in zip(bench.environments, bench.wants, strict=True):
        given = fresh({n: v for n, v in environment.items() if n in read})
        if not Bench([given], [want], {**bench.shared, **own}, bench.spread).judge(text).right:
            return False
    return True
