"""Which gradient belongs to which variable: by hint, by name, by likeness of name and shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from whygrad.checking.evidence import Hints, Value
from whygrad.checking.naming import EXACT, FORCE, LIKELY_INPUT, best, stems
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.checking.values import count, has_float, is_numeric, shape_of
from whygrad.checking.variables import Variable, base_name, gradient_word

_INPUT_GRADIENT = re.compile(r"(?i)(inputs?|x|in|data|z|pred\w*|logits|scores)(_?(grad\w*|delta))?$")
_SUM_OR_OUTPUT = re.compile(r"(?i)(z|pred\w*|logits|scores)(_?(grad\w*|delta))?$")
"""Of these, what is the input of a loss or an activation, and within a layer what it makes of its input."""
_PREDICTED = re.compile(r"(?i)pred|hat|prob|logit|score|^(yp|p|a|al|out\w*)$")
_NAMELESS = re.compile(r"d\d+$")
"""What a driver calls a result that has no name."""
SAME = 0.48
"""Similarity of a weak name from which it means the output: `dE` where the energy is called `energy`."""
FUZZY = 0.25
"""Similarity from which a name may be meant, if shapes agree."""


@dataclass(frozen=True)
class Pairing:
    """A gradient variable and the variable it is the gradient of."""

    name: str
    of: str
    certainty: float
    rivals: tuple[str, ...] = ()
    """Other inputs that a bare `grad` may mean; values decide."""
    descent: bool = False
    """A direction of descent, which a step adds: minus the gradient."""

    @property
    def sign(self) -> float:
        """-1 for a force and for a direction of descent."""
        return -1.0 if self.descent or FORCE.search(gradient_word(self.name)) else 1.0


def paired(
    claims: list[str],
    subjects: Mapping[str, Variable],
    values: Mapping[str, Value],
    hints: Hints,
    needs: Mapping[str, set[str]],
    outputs: set[str],
    first_input: str = "",
    arriving: frozenset[str] = frozenset(),
    local: frozenset[str] = frozenset(),
) -> tuple[list[Pairing], list[str]]:
    """Pair gradients with variables: hints, then plain names, then likeness of name with equal shape.

    `dE` of the shape of the positions is no gradient of the energy `E`, but of what it is computed from. What
    is `local` to a backward method is not handed on: its `dz` is no gradient of the layer's input.
    """
    names = list(subjects)
    floats = [n for n in names if has_float(subjects[n].value)]
    pairs: dict[str, Pairing] = {}
    for claim in claims:
        if claim in hints.gradients:
            pairs[claim] = Pairing(claim, hints.gradients[claim], 1.0)
            continue
        ranked = best(gradient_word(claim), names)
        # `dV` is not the gradient of the vocabulary's size `V`: whole numbers must at least fit in shape.
        ranked = [
            (s, n)
            for s, n in ranked
            if s >= EXACT
            and not (n in outputs and shape_of(subjects[n].value) != shape_of(values[claim]))
            and (has_float(subjects[n].value) or shape_of(subjects[n].value) or not shape_of(values[claim]))
        ]
        if ranked:
            fuller = _fuller(ranked[0][1], shape_of(values[claim]), floats, subjects, needs)
            pairs[claim] = Pairing(claim, fuller or ranked[0][1], ranked[0][0])
    for known in [*pairs.values()]:
        # `da` is not of `A`, which `dA` is of, where it has not even its shape.
        plainer = any(p.of == known.of and p.certainty > known.certainty for p in pairs.values())
        of = subjects.get(known.of)
        if plainer and of is not None and shape_of(values[known.name]) != shape_of(of.value):
            del pairs[known.name]
    unsure = []
    if first_input:
        roots = [n for n in floats if n not in outputs and not _computed(n, floats, needs)]
        pairs |= {p.name: p for p in map(_of_predictions(pairs, roots, subjects), pairs.values())}
    for claim in claims:
        if claim in pairs:
            continue
        taken = {pair.of for pair in pairs.values()}
        # What other gradients are made of came from below: `dh` of a loop is not that of the input `h_prev`.
        taken |= {n for n in names if _feeds(claim, claims, needs) and not _computed(n, floats, needs)}
        ranked = [
            (s, n)
            for s, n in best(gradient_word(claim), names)
            if n not in taken and shape_of(values[claim]) == shape_of(subjects[n].value)
        ]
        if ranked and ranked[0][0] >= FUZZY:
            pairs[claim] = Pairing(claim, ranked[0][1], ranked[0][0])
        else:
            unsure.append(claim)
    if first_input and not any(p.of == first_input for p in pairs.values()):
        # `dinputs` of `forward(self, y_pred)`: the gradient of a layer's input, whatever it is called.
        # `return grad` where `grad` arrived: what leaves the layer under the name of what came in.
        named = [claim for claim in unsure if _INPUT_GRADIENT.search(claim) or claim in arriving]
        named = [claim for claim in named if claim not in local or not _SUM_OR_OUTPUT.search(claim)]
        shape = shape_of(subjects[first_input].value)
        for claim in ([c for c in named if shape_of(values[c]) == shape] or named)[:1]:
            pairs[claim] = Pairing(claim, first_input, 0.5)
            unsure.remove(claim)
    for claim in list(unsure):
        word, shape = gradient_word(claim), shape_of(values[claim])
        meant = {
            n
            for s, n in best(word, names)
            if n in outputs and s >= SAME and shape_of(subjects[n].value) != shape
        }
        whole = bool(meant) or any(stem in outputs for stem, _ in stems(word))
        inputs = {n: v for n, v in subjects.items() if n not in outputs} if whole else subjects
        pair = (
            None
            if _feeds(claim, claims, needs)
            else _last_resort(claim, inputs, values, {p.of for p in pairs.values()}, whole)
        )
        if pair:
            pairs[claim] = pair
            unsure.remove(claim)
    return [pairs[claim] for claim in claims if claim in pairs], unsure


def _fuller(
    name: str,
    shape: object,
    floats: list[str],
    subjects: Mapping[str, Variable],
    needs: Mapping[str, set[str]],
) -> str:
    """`hidden_weights` for `hidden`, where `hidden_gradients` has its shape and not that of what it makes."""
    held = subjects[name].value
    # Of `h[t]` in a table of states, which all have that shape, `dh` is the gradient.
    if isinstance(held, dict) or shape_of(held) == shape or not _computed(name, floats, needs):
        return ""
    longer = [n for n in floats if n.startswith(f"{name}_") and shape_of(subjects[n].value) == shape]
    longer = [n for n in longer if not _computed(n, floats, needs)]
    return longer[0] if len(longer) == 1 else ""


def _of_predictions(
    pairs: Mapping[str, Pairing], roots: list[str], subjects: Mapping[str, Variable]
) -> Callable[[Pairing], Pairing]:
    """`dL_dy` of a loss of `y` and `y_pred` is that of the predictions, unless values say otherwise."""
    taken = {pair.of for pair in pairs.values()}

    def meant(pair: Pairing) -> Pairing:
        if pair.of not in roots or not TARGET_WORDS.match(pair.of):
            return pair
        shape = shape_of(subjects[pair.of].value)
        others = [n for n in roots if n not in taken and _PREDICTED.search(n)]
        others = [n for n in others if shape_of(subjects[n].value) == shape]
        return Pairing(pair.name, others[0], pair.certainty, (pair.of,)) if len(others) == 1 else pair

    return meant


def _feeds(claim: str, claims: list[str], needs: Mapping[str, set[str]]) -> bool:
    """Is another gradient made of this one?"""
    return any(base_name(claim) in needs.get(base_name(other), set()) for other in claims if other != claim)


def _computed(name: str, names: list[str], needs: Mapping[str, set[str]]) -> bool:
    """Is a variable made of another one that may have a gradient?"""
    return bool(needs.get(base_name(name), set()) & ({base_name(n) for n in names} - {base_name(name)}))


def _last_resort(
    claim: str,
    subjects: Mapping[str, Variable],
    values: Mapping[str, Value],
    taken: set[str],
    bare: bool = False,
) -> Pairing | None:
    """A bare `grad`: the one input of its shape, if there is just one; a likely name of another shape."""
    floats = [n for n, v in subjects.items() if has_float(v.value)]
    ranked = [(s, n) for s, n in best(gradient_word(claim), floats) if n not in taken]
    if ranked and ranked[0][0] >= 0.4:
        return Pairing(claim, ranked[0][1], 0.4)
    nameless = _NAMELESS.match(claim) is not None
    if not bare and not nameless and not any(not stem for stem, _ in stems(gradient_word(claim))):
        return None
    shape = shape_of(values[claim])
    fitting = [
        n
        for n, v in subjects.items()
        if n not in taken and "[" not in n and has_float(v.value) and shape_of(v.value) == shape
    ]
    fitting.sort(key=lambda n: (bool(TARGET_WORDS.match(n)), not nameless and not LIKELY_INPUT.match(n)))
    return Pairing(claim, fitting[0], 0.3, tuple(fitting[1:])) if fitting else None


def of_whole_numbers(
    unsure: list[str], subjects: Mapping[str, Variable], values: Mapping[str, Value]
) -> list[Pairing]:
    """Gradients without names that fit no real input, with the one array of whole numbers of their shape."""
    found = []
    for name in unsure:
        fitting = {
            n: has_float(v.value)
            for n, v in subjects.items()
            if is_numeric(values[name]) and count(v.value) > 1 and shape_of(v.value) == shape_of(values[name])
        }
        whole = [n for n in fitting if not TARGET_WORDS.match(n)]
        if len(whole) == 1 and not any(fitting.values()):
            found.append(Pairing(name, whole[0], FUZZY))
    return found


def unmatched_in(
    found: Mapping[str, Variable],
    claims: Collection[str],
    pairings: Sequence[Pairing],
    subjects: Mapping[str, Variable],
    needs: Mapping[str, set[str]],
) -> list[str]:
    """`dtheta`, made of a gradient and of the shape of an input that has none: nothing says of what."""
    known, covered = {p.name for p in pairings}, {p.of for p in pairings}
    inputs = [n for n in subjects if n not in covered and not needs.get(n, set()) & set(subjects)]
    free = {shape_of(subjects[n].value) for n in inputs} - {()}
    named = [n for n in found if n not in claims and n not in subjects and "[" not in n and n[0] in "dDg"]
    named = [n for n in named if stems(gradient_word(n)) and needs.get(n, set()) & known]
    return [n for n in named if shape_of(found[n].value) in free]
