"""One slip in each of two statements, where the value between them is not known.

Neither edit alone makes anything right, so that every pair must be run: of likely edits, on a program that is
compiled once for all of them.
"""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from whygrad.checking.evidence import Claim, Value
from whygrad.checking.values import vector
from whygrad.diagnosis.factors import factors
from whygrad.diagnosis.moves import Move
from whygrad.diagnosis.mutation import variants
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.slips import Solution, Variant
from whygrad.diagnosis.stages import Stages
from whygrad.diagnosis.suspects import Suspect, behind, statements
from whygrad.diagnosis.switching import AT_ONCE, Choice, Place, Switched
from whygrad.diagnosis.trials import Outcome
from whygrad.diagnosis.workbench import Fix
from whygrad.source import Span

MOST_STATEMENTS = 7
MOST_BEHIND = 3
"""Of functions that they call."""
MOST_EACH = (30, 90)
"""Variants of a statement that are tried with those of another one: the likeliest, then more."""
MOST_OF_KIND = 14
CLOSE = 1e-6


@dataclass(frozen=True, eq=False)
class Options:
    """A statement and what it may have been meant to be, likeliest first."""

    suspect: Suspect
    scope: Scope
    text: str
    variants: Sequence[Variant]


@dataclass(eq=False)
class Pairing(Stages):
    """The search for pairs of edits."""

    def by_pairs_of_statements(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """One slip in each of two statements, judged by running the program."""
        options = self._several(suspects)
        pairs = [*itertools.combinations(range(len(options)), 2)]
        # Slips that meet are likely beside each other.
        pairs.sort(key=lambda pair: pair[1] - pair[0])
        name, fits = self._fitting(claim, base)
        places = [Place(o.suspect.node, [o.text, *(v.text for v in o.variants)]) for o in options]
        point = self.trials.evidence.points[self.trials.points()[0]]
        program = Switched.of(self.program, point, places) if pairs and fits else None
        if program is None or fits is None:
            return
        for least, most in itertools.pairwise((0, *MOST_EACH)):
            found = False
            for one, two in pairs:
                choices = _choices(len(places), one, two, [len(p.texts) for p in places], least, most)
                for chosen in self._those(program, name, fits, choices):
                    for texts in self._enough(program, name, fits, chosen):
                        fix = self._of(options, texts)
                        if self.trials.judge(fix.draft, base, wanted).right:
                            found = True
                            yield fix
                            break
                if self.late():
                    return
            if found:
                return

    def _enough(
        self, program: Switched, name: str, fits: Callable[[Value], bool], chosen: Choice
    ) -> Iterator[dict[int, int]]:
        """One text of a choice of two where that may do (the other says `-np.zeros(n)`), then both."""
        texts = {k: i for k, i in enumerate(chosen) if i}
        for k, i in texts.items():
            if program.those([_chosen(len(chosen), {k: i})], name, fits):
                yield {k: i}
        yield texts

    def _of(self, options: Sequence[Options], texts: Mapping[int, int]) -> Fix:
        """The edit that a choice of texts is."""
        edits = [(options[k].suspect, options[k].scope, options[k].variants[i - 1]) for k, i in texts.items()]
        if len(edits) > 1:
            return self.together(edits)
        ((suspect, scope, variant),) = edits
        return self.fix(suspect, scope, Solution(variant.text, (variant.slip,)))

    def by_place_and_slip(
        self, claim: Claim, suspects: Sequence[Suspect], base: Outcome, wanted: frozenset[str]
    ) -> Iterator[Fix]:
        """A statement that stands in the wrong place, and one slip in a statement."""
        name, fits = self._fitting(claim, base)
        if fits is None:
            return
        options = self._several(suspects)
        for move in self.placed([*suspects, *behind(self.trials.evidence, self.draft.tree)]):
            # What was the only statement of a loop leaves none.
            for fix in self._with_slip(move, options, name, fits) if _is_python(move.draft.text) else ():
                if self.trials.judge(fix.draft, base, wanted).right:
                    yield fix
            if self.late():
                return

    def _with_slip(
        self, move: Move, options: Sequence[Options], name: str, fits: Callable[[Value], bool]
    ) -> Iterator[Fix]:
        """One slip in a statement of a text in which one was moved, that may make a gradient right."""
        known = {ast.unparse(s.node): s.node for s in statements(move.draft.tree)}
        there = [(o, known[text]) for o in options if (text := ast.unparse(o.suspect.node)) in known]
        places = [Place(node, [o.text, *(v.text for v in o.variants)]) for o, node in there]
        point = self.trials.evidence.points[self.trials.points()[0]]
        program = Switched.of(self.program.with_text(move.draft.text), point, places) if places else None
        singles = (_chosen(len(places), {k: i}) for k, p in enumerate(places) for i in range(1, len(p.texts)))
        for chosen in self._those(program, name, fits, singles) if program is not None else ():
            k = next(k for k, i in enumerate(chosen) if i)
            option, node = there[k]
            yield self._joined(move, option, node, option.variants[chosen[k] - 1])

    def _joined(self, move: Move, option: Options, node: ast.stmt, variant: Variant) -> Fix:
        """A move and an edit of another statement as one edit of the lines that they span."""
        after = move.draft.replaced(move.draft.source.span_of(node), variant.text)
        cells = after.changed(self.draft)
        first, last = cells[0], cells[-1]
        before = "\n".join(self.draft.cells[first - 1 : last])
        solution = "\n".join(after.cells[first - 1 : last])
        line = 1 + sum(cell.count("\n") + 1 for cell in self.draft.cells[: first - 1])
        end = len(before) - (before.rfind("\n") + 1) + 1
        span = Span(line, 1, line + before.count("\n"), end)
        (moved,) = move.solution.slips
        slips = (
            replace(moved, start=max(0, before.find(moved.old))),
            replace(variant.slip, start=max(0, before.find(option.text)) + variant.slip.start),
        )
        return Fix(self.draft, after, option.suspect, span, before, Solution(solution, slips), option.scope)

    def _several(self, suspects: Sequence[Suspect]) -> list[Options]:
        """What the statements in question may have been meant to be, in their order."""
        among = [s for s in suspects if not s.innocent][:MOST_STATEMENTS]
        nodes = [s.node for s in among]
        aside = [s for s in behind(self.trials.evidence, self.draft.tree) if s.node not in nodes]
        found = filter(None, map(self._options, (*among, *aside[-MOST_BEHIND:])))
        return sorted(found, key=lambda o: o.suspect.line)

    def _those(
        self, program: Switched, name: str, fits: Callable[[Value], bool], choices: Iterable[Choice]
    ) -> Iterator[Choice]:
        rest = iter(choices)
        while (batch := [*itertools.islice(rest, AT_ONCE)]) and not self.late():
            yield from program.those(batch, name, fits)

    def _options(self, suspect: Suspect) -> Options | None:
        scope = self.scope(suspect)
        if not scope.first or self.late():
            return None
        text = self.draft.source.segment(self.draft.source.span_of(suspect.node))
        material = self.material(suspect, scope)
        fits = self.kept_place(suspect, scope)
        count: Counter[str] = Counter()
        found = []
        every = itertools.chain(variants(text, material), factors(text, material))
        for variant in sorted(every, key=lambda v: v.slip.cost):
            count[variant.slip.kind] += 1
            if count[variant.slip.kind] <= MOST_OF_KIND and fits(variant.text) and _is_python(variant.text):
                found.append(variant)
        return Options(suspect, scope, text, found[: MOST_EACH[-1]]) if found else None

    def _fitting(self, claim: Claim, base: Outcome) -> tuple[str, Callable[[Value], bool] | None]:
        """Has a final gradient the number that it should, where that is largest? None where it is unknown."""
        if claim.role != "final":
            # What a value on the way should be shows in a gradient that comes of it.
            finals = [c for c in self.trials.finals if c.name in base.wrong]
            claim = next((c for c in finals if c.verdict == "inherited"), finals[0] if finals else claim)
        point = self.trials.points()[0]
        want = vector(claim.truth[point]) if self.trials.usable(claim, point) else None
        if want is None or not want.size:
            return claim.name, None
        at, size = int(np.argmax(np.abs(want))), want.size
        low, high = sorted((want[at] * (1 - CLOSE), want[at] * (1 + CLOSE)))

        def fits(value: Value) -> bool:
            got = vector(value)
            return got is not None and got.size == size and bool(low <= got[at] <= high)

        return claim.name, fits


def _is_python(text: str) -> bool:
    try:
        ast.parse(text.strip())
    except SyntaxError:
        return False
    return True


def _choices(count: int, one: int, two: int, sizes: Sequence[int], least: int, most: int) -> Iterator[Choice]:
    """Choices of two places, likeliest first, of which not both are among the first few."""
    first, second = range(1, min(sizes[one], most)), range(1, min(sizes[two], most))
    for i, j in sorted(itertools.product(first, second), key=sum):
        if max(i, j) >= least:
            yield _chosen(count, {one: i, two: j})


def _chosen(count: int, texts: Mapping[int, int]) -> Choice:
    """A choice of some texts, and of what stands there at the other places."""
    return tuple(texts.get(k, 0) for k in range(count))
