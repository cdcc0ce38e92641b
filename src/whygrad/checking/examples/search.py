"""The search for example inputs: guess by text and name, run, read the complaint, guess better.

Each guess gives a kind of value to every parameter. Sizes that a run complains of are reconciled as often as
that works; then the kind of a parameter on the line that raised is changed. What is found is written in the
mini-language of `--input`, so that it can be shown and pinned.
"""

from __future__ import annotations

import heapq
import itertools
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from whygrad.checking.evidence import Value
from whygrad.checking.examples.arrays import Make
from whygrad.checking.examples.complaints import Complaint, complaint_of, numbers_of
from whygrad.checking.examples.dimensions import Dimensions
from whygrad.checking.examples.doubling import double
from whygrad.checking.examples.habits import entry_template
from whygrad.checking.examples.lengthening import counts_of, lengthen, shorten
from whygrad.checking.examples.narrowing import is_of_many, narrow
from whygrad.checking.examples.templates import Array, Entries, Literally, Template, dimensions_of
from whygrad.checking.miniature import parse_input
from whygrad.checking.plain import OutOfTime, steady, time_limit
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.checking.values import leaves
from whygrad.errors import UsageError

SECONDS = 4.0
"""Longest search for one unit, of processor time: a busy machine must not change what is found."""
ALL_SECONDS = 6.0
"""Longest search for one unit in all ways that it may be taken."""
WAITED = 15.0
"""Longest search by the clock."""
CALL_SECONDS = 1.0
MOST_GUESSES = 60
MOST_STEPS = 24
"""Times that one guess is mended."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """A parameter that needs a value."""

    name: str
    choices: tuple[Make, ...]
    context: str = ""


@dataclass(eq=False)
class Guess:
    """A choice for each parameter, and the dimensions found on the way."""

    places: tuple[int, ...]
    dimensions: Dimensions
    templates: dict[str, Template]
    mended: int = 0

    def copy(self) -> Guess:
        return Guess(self.places, self.dimensions.copy(), dict(self.templates), self.mended)

    def texts(self, small: bool) -> dict[str, str]:
        sizes = self.dimensions.sizes(small)
        return {name: template.text(sizes) for name, template in self.templates.items()}

    def fit_labels(self, pairs: Iterable[tuple[int, int]]) -> bool:
        """Let there be as many labels as rows, where those of a run did not go together."""
        sizes = self.dimensions.sizes(small=False)
        labels = {
            sizes[t.dimensions[0]]
            for t in self.templates.values()
            if isinstance(t, Array) and t.domain == "labels" and len(t.dimensions) == 1
        }
        return any(labels & set(pair) and self.dimensions.equate(*pair) for pair in pairs)


Call = Callable[[Mapping[str, Value]], Value]


@dataclass(eq=False)
class Search:
    """Solutions for the parameters of one unit, likeliest first."""

    wanted: tuple[Wanted, ...]
    call: Call
    """Runs the forward pass on values and returns its result; raises what it raises."""
    filename: str
    given: Mapping[str, Value] = field(default_factory=dict)
    """Values that are known already."""
    until: float = 0.0
    latest: float = 0.0
    complaint: Complaint | None = None
    """The first one: what to say where nothing is found."""
    _queue: list[tuple[float, int, tuple[int, ...]]] = field(default_factory=list)
    _seen: set[tuple[int, ...]] = field(default_factory=set)
    _counter: Iterator[int] = field(default_factory=itertools.count)
    _found: set[tuple[tuple[str, str], ...]] = field(default_factory=set)
    _guesses: int = 0

    def __post_init__(self) -> None:
        self.until = min(self.until or math.inf, time.process_time() + SECONDS)
        self.latest = time.monotonic() + WAITED
        self._push(tuple(0 for _ in self.wanted), 0.0)

    def is_late(self) -> bool:
        return time.process_time() > self.until or time.monotonic() > self.latest

    def solutions(self) -> Iterator[dict[str, str]]:
        """Texts for all parameters with which the forward pass runs and is finite.

        Between two of them `turn` may say which parameters to vary first.
        """
        while self._queue and self._guesses < MOST_GUESSES and not self.is_late():
            cost, _, places = heapq.heappop(self._queue)
            self._guesses += 1
            guess = self._guess(places)
            found, complaint = self._mended(guess)
            self.complaint = self.complaint or complaint
            blamed = self._blamed(complaint) if complaint else set()
            self._neighbours(places, cost, blamed, 1.0, 1.5 if complaint else 1.0)
            self._last, self.guess = (places, cost), guess
            if found is not None:
                key = tuple(sorted(found.items()))
                if key not in self._found:
                    self._found.add(key)
                    yield found

    def tie(self, name: str, wanted: tuple[int, ...], small: bool) -> bool:
        """Tie dimensions that only this parameter has to those of its gradient, at sizes of one kind."""
        template, dimensions = self.guess.templates.get(name), self.guess.dimensions
        if not isinstance(template, Array) or not wanted or len(template.dimensions) != len(wanted):
            return False
        roots = [dimensions.root(d) for t in self.guess.templates.values() for d in dimensions_of(t)]
        sizes = dimensions.sizes(small)
        if dimensions.roles.get(template.dimensions[0]) == "unrolled":
            dimensions.fixed[template.dimensions[0]] = wanted[0]
            return True
        tied = False
        for own, size in zip(template.dimensions, wanted, strict=True):
            if sizes[own] != size and roots.count(dimensions.root(own)) == 1:
                tied |= dimensions.equate(sizes[own], size, small)
        return tied

    def turn(self, names: Iterable[str]) -> None:
        """Vary these parameters first: with the last solution they had gradients of another shape."""
        places, cost = self._last
        for k, wanted in enumerate(self.wanted):
            if wanted.name in set(names):
                for option in range(len(wanted.choices)):
                    self._push(
                        (*places[:k], option, *places[k + 1 :]), cost * 0.1 + 0.01 * option, again=True
                    )

    def _push(self, places: tuple[int, ...], cost: float, again: bool = False) -> None:
        if places not in self._seen or again:
            self._seen.add(places)
            heapq.heappush(self._queue, (cost, next(self._counter), places))

    def _neighbours(
        self, places: tuple[int, ...], cost: float, blamed: set[str], step: float, other: float
    ) -> None:
        for k, wanted in enumerate(self.wanted):
            if places[k] + 1 < len(wanted.choices):
                near = step if wanted.name in blamed or not blamed else other + 1.0
                if not blamed and TARGET_WORDS.match(wanted.name):
                    near *= 0.4  # there are more kinds of targets than of anything else
                self._push((*places[:k], places[k] + 1, *places[k + 1 :]), cost + near)

    def _guess(self, places: tuple[int, ...]) -> Guess:
        guess = Guess(places, Dimensions(), {})
        for wanted, place in zip(self.wanted, places, strict=True):
            template = wanted.choices[place](guess.dimensions)
            if template is not None:
                guess.templates[wanted.name] = template
        return guess

    def _mended(self, guess: Guess) -> tuple[dict[str, str] | None, Complaint | None]:
        """Run a guess, mending what it complains of; the texts that run, else the last complaint."""
        complaint: Complaint | None = None
        for _ in range(MOST_STEPS):
            complaint = self.tried(guess.texts(small=False))
            if complaint is None:
                small = guess.texts(small=True)
                return (small if self.tried(small) is None else guess.texts(small=False)), None
            if self.is_late() or not self._mend(guess, complaint):
                return None, complaint
        return None, complaint

    def tried(self, texts: Mapping[str, str]) -> Complaint | None:
        """Run the forward pass; None where it runs and gives finite numbers."""
        try:
            values = {name: parse_input(text, name) for name, text in texts.items()}
        except UsageError as error:  # sizes that multiply beyond all bounds
            return Complaint("TooLarge", error.message, ())
        try:
            with steady(), time_limit(CALL_SECONDS):
                result = self.call({**self.given, **values})
                numbers = leaves(numbers_of(result))
        except OutOfTime:
            return Complaint("Timeout", "it takes too long", ())
        except RecursionError as error:
            return Complaint("RecursionError", str(error), ())
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return complaint_of(error, self.filename)
        first = result[0] if isinstance(result, tuple) and result else result  # what stands beside is a cache
        if not any(n.size for n in numbers) or (isinstance(first, np.ndarray) and not first.size):
            return Complaint("Empty", "it returns no numbers", ())
        if not all(np.isfinite(n).all() for n in numbers if n.dtype.kind == "f"):
            return Complaint("NotFinite", "its result is not finite", ())
        return None

    def _mend(self, guess: Guess, complaint: Complaint) -> bool:
        """Change the guess so that it no longer gives rise to a complaint; False if it is not known how."""
        if "could not broadcast input array" in complaint.message and self._lengthen_slice(guess, complaint):
            return True
        if any(guess.dimensions.equate(*pair) for pair in complaint.pairs):
            return True
        if any(guess.dimensions.equate(a - 1, b - 1) for a, b in complaint.pairs):
            return True  # both have one more: a column of ones
        if any(guess.dimensions.equate(a // math.gcd(a, b), b // math.gcd(a, b)) for a, b in complaint.pairs):
            return True  # both are multiples: columns of the entries of a window
        if any(guess.dimensions.retie(*pair) for pair in complaint.pairs):
            return True
        if complaint.kind == "KeyError" and self._add_key(guess, complaint):
            return True
        if complaint.limit and self._lower_labels(guess, complaint):
            return True
        if (
            complaint.kind == "IndexError"
            and "integer" in complaint.message
            and self._to_labels(guess, complaint)
        ):
            return True
        if complaint.kind == "NotFinite":
            return self._to_probabilities(guess)
        if complaint.kind == "Empty":
            return shorten(guess)
        if complaint.kind == "ManyLossesError":
            return self._to_number(guess)
        if is_of_many(complaint) and narrow(self, guess, complaint):
            return True
        if (reshaped := counts_of(complaint.message)) and guess.dimensions.refactor(*reshaped):
            return True
        if "cannot reshape" in complaint.message and lengthen(self, guess, complaint):
            return True
        if "must be square" in complaint.message and self._square(guess, complaint):
            return True
        if _DIVIDES.search(complaint.message) or complaint.divides:
            return double(self, guess, complaint)
        if any(guess.dimensions.multiply(*pair) for pair in complaint.pairs):
            return True
        if any(guess.dimensions.add_up(*pair) for pair in complaint.pairs):
            return True
        if any(1 in pair and guess.dimensions.reconcile(*pair) for pair in complaint.pairs):
            return True  # `assert AL.shape == (1, m)`: no multiple is one
        if complaint.pairs and self._multiply(guess, complaint):
            return True
        if any(guess.dimensions.reconcile(*pair) for pair in complaint.pairs):
            return True
        if complaint.kind == "ValueError" and lengthen(self, guess, complaint):
            return True
        return complaint.kind == "ValueError" and not complaint.pairs and self._equate(guess)

    def _square(self, guess: Guess, complaint: Complaint) -> bool:
        """A matrix that is inverted, or has a determinant, has as many rows as columns."""
        sizes = guess.dimensions.sizes(small=False)
        arrays = [t for t in guess.templates.values() if isinstance(t, Array) and len(t.dimensions) > 1]
        named = [t for n, t in guess.templates.items() if t in arrays and n in complaint.names]
        pairs = [[sizes[d] for d in t.dimensions[-2:]] for t in (*named, *arrays)]
        return any(guess.dimensions.equate(rows, columns) for rows, columns in pairs)

    def _add_key(self, guess: Guess, complaint: Complaint) -> bool:
        for name in reversed(complaint.names):
            template = guess.templates.get(name)
            if isinstance(template, Entries) and complaint.key and complaint.key not in template.entries:
                made = entry_template(complaint.key, name, guess.dimensions)
                if made is not None:
                    guess.templates[name] = template.with_entry(complaint.key, made)
                    return True
        return False

    def _lengthen_slice(self, guess: Guess, complaint: Complaint) -> bool:
        """`joined[:n] = a` where `n` went past the end: `n` is meant to be the length of `a`."""
        pairs = [pair for pair in complaint.pairs if pair[0] != pair[1]]
        beyond = [size for size in complaint.counts if pairs and size > max(pairs[0])]
        return any(guess.dimensions.equate(size, length) for size in beyond for length in pairs[0])

    def _lower_labels(self, guess: Guess, complaint: Complaint) -> bool:
        labels = {
            name: t
            for name, t in guess.templates.items()
            if isinstance(t, Array) and t.domain in ("labels", "indices")
        }
        for name, template in labels.items():
            if template.classes > complaint.limit >= 2 and name in complaint.names:
                guess.templates[name] = replace(template, classes=complaint.limit)
                return True
        if guess.dimensions.extend(complaint.index, complaint.limit):
            return True
        # `for i in range(N): x[i]` went past the end: N is another dimension than that of x.
        return any(
            size > complaint.limit and guess.dimensions.reconcile(size, complaint.limit)
            for size in complaint.sizes
        )

    def _to_labels(self, guess: Guess, complaint: Complaint) -> bool:
        """What is used as an index holds whole numbers; where no name says which, it is the last input."""
        arrays = [n for n, t in guess.templates.items() if isinstance(t, Array) and t.domain == "real"]
        named = [n for n in arrays if n in complaint.names] or arrays[1:][-1:]
        for name in named[-1:]:
            template = guess.templates[name]
            assert isinstance(template, Array)
            guess.templates[name] = replace(template, domain="labels", classes=3)
            return True
        return False

    def _to_number(self, guess: Guess) -> bool:
        """What scales a loss is a number, not an array; or one index makes one loss."""
        for domain in ("real", "labels"):
            for name, template in guess.templates.items():
                if not isinstance(template, Array) or template.domain != domain:
                    continue
                trial = guess.copy()
                trial.templates[name] = (
                    Literally("1") if domain == "labels" else replace(template, dimensions=())
                )
                complaint = self.tried(trial.texts(small=False))
                if complaint is None or (domain == "real" and complaint.kind not in _NO_NUMBER):
                    guess.templates = trial.templates
                    return True
        return False

    def _to_probabilities(self, guess: Guess) -> bool:
        changed = False
        for name, template in guess.templates.items():
            if isinstance(template, Array) and template.domain == "real":
                guess.templates[name] = replace(template, domain="probability")
                changed = True
        return changed

    def _multiply(self, guess: Guess, complaint: Complaint) -> bool:
        """A dimension may be a multiple of another: the gates of an LSTM side by side."""
        if guess.mended:
            return False
        sizes = guess.dimensions.sizes(small=False)
        known = [n for n in guess.dimensions.free() if sizes[n] in complaint.sizes]
        for factor in (4, 3, 2):
            for owner, part in itertools.permutations(known, 2):
                trial = guess.copy()
                trial.dimensions.bound[owner] = ("product", factor, (part,))
                if self.runs(trial):
                    guess.dimensions, guess.mended = trial.dimensions, 1
                    return True
                if self.is_late():
                    return False
        return False

    def _equate(self, guess: Guess) -> bool:
        """Where a run says nothing of sizes, any two of them may have to be equal; or twice two."""
        pairs = list(itertools.combinations(guess.dimensions.free(), 2))
        for chosen in (*((p,) for p in pairs), *itertools.combinations(pairs, 2)):
            if self.is_late():
                return False
            trial = guess.copy()
            made = [trial.dimensions.unify(b, a) for a, b in chosen]
            if all(made) and self.runs(trial):
                guess.dimensions = trial.dimensions
                return True
        return False

    def runs(self, trial: Guess) -> bool:
        """Does a guess run, once sizes that it complains of are made equal?"""
        for _ in range(6):
            complaint = self.tried(trial.texts(small=False))
            if complaint is None:
                return True
            if not any(trial.dimensions.equate(*pair) for pair in complaint.pairs):
                return False
        return False

    def _blamed(self, complaint: Complaint) -> set[str]:
        known = {wanted.name for wanted in self.wanted}
        return known & set(complaint.names)


_NO_NUMBER = ("ManyLossesError", "TypeError")
"""Complaints of a number in the place of an array."""
_DIVIDES = re.compile(r"cannot reshape|equal division|divisible|divide|multiple of")
