"""Gradients whose names say nothing of what they are of: by value, then by the shape that is left.

One that is wrong equals no true gradient, and must not go unnoticed for that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from whygrad.checking import judging
from whygrad.checking.measured import Measured, signed, truth_of
from whygrad.checking.naming import best, last_word, stems
from whygrad.checking.pairing import Pairing
from whygrad.checking.programs import Program
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.checking.values import is_numeric, shape_of, vector
from whygrad.checking.variables import base_name, dependencies, gradient_word

if TYPE_CHECKING:
    from whygrad.checking.roles import Roles

ALIKE = 0.4
"""Similarity from which some name of the text may be what a gradient is called after."""
_PARAMETER = re.compile(r"(?i)(theta|w|weights?|b|bias(es)?|params?|beta|coef\w*)_?\d*$")
"""What a weak name (`dtheta1`) must go on with in a script, where much begins with a `d`."""


def settle_unsure(roles: Roles, measured: list[Measured]) -> None:
    """Pair what its name leaves open by value: equal to a gradient at several points is certain."""
    for place, pairing in enumerate(roles.finals):
        options = [Pairing(pairing.name, of, 1.0) for of in (pairing.of, *pairing.rivals)]
        fitting = [p for p in options if all(_value_equals(m, p) for m in measured)]
        if pairing.rivals and fitting and len(measured) > 2:
            roles.finals[place] = fitting[0]
    for name in list(roles.unsure):
        for candidate in (*roles.candidates, *roles.roots):
            pairing = Pairing(name, candidate, 1.0)
            if all(_value_equals(m, pairing) for m in measured) and len(measured) > 2:
                roles.finals.append(pairing)
                roles.unsure.remove(name)
                break


def _value_equals(m: Measured, pairing: Pairing) -> bool:
    try:
        value = m.forward.program.value(pairing.name, m.observation.namespace)
    except LookupError:
        return False
    want = signed(truth_of(m, pairing.of), pairing.sign)
    return want is not None and judging.agrees(value, want)


def presumed(program: Program, roles: Roles, measured: Sequence[Measured]) -> list[Pairing]:
    """Pairings of names that nothing in the text bears with the only inputs of their shapes that are left.

    None where the inputs were found: what they fit may be another thing.
    """
    if program.assumed or program.engine or len(measured) < 3 or not roles.unsure:
        return []
    first = measured[0]
    claims = [p.name for p in (*roles.finals, *roles.intermediates)] + roles.unsure
    needs = dependencies(first.observation, program.backward_function)
    feeding = {
        name for other in claims for name in needs.get(base_name(other), ()) if name != base_name(other)
    }
    known = _names_in(program.source.text) - {base_name(name) for name in claims}
    plain = program.form == "script"
    open_ = [n for n in roles.unsure if base_name(n) not in feeding]
    open_ = [n for n in open_ if _says_nothing(gradient_word(n), known, plain)]
    taken = {base_name(p.of) for p in (*roles.finals, *roles.intermediates)}
    left = [name for name in roles.candidates if name not in taken and _is_used(first, name)]
    shapes = {name: _shape(program, first, name) for name in open_}
    found: list[Pairing] = []
    for shape in dict.fromkeys(shapes.values()):
        names = [name for name in open_ if shapes[name] == shape]
        fitting = [name for name in left if shape is not None and shape_of(first.inputs[name]) == shape]
        if len(names) == len(fitting):
            found += [Pairing(name, of, 0.3) for name, of in zip(sorted(names), fitting, strict=True)]
    return found


def _names_in(text: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(text)))
    found = {n.id for n in nodes if isinstance(n, ast.Name)} | {
        n.arg for n in nodes if isinstance(n, ast.arg)
    }
    return found | {n.attr for n in nodes if isinstance(n, ast.Attribute)}


def _says_nothing(word: str, known: set[str], script: bool) -> bool:
    """Is nothing of the text called as a name says?"""
    meant = stems(word)
    if script and not any(not weak or _PARAMETER.match(stem) for stem, weak in meant if stem):
        return False
    ranked = best(word, sorted(known))
    return bool(meant) and (not ranked or ranked[0][0] < ALIKE)


def _is_used(m: Measured, name: str) -> bool:
    """Does the output depend on an input that is no target?"""
    numbers = vector(truth_of(m, name)) if name in m.inputs else None
    return numbers is not None and bool(numbers.any()) and not TARGET_WORDS.match(last_word(name))


def _shape(program: Program, m: Measured, name: str) -> tuple[object, ...] | None:
    try:
        value = program.value(name, m.observation.namespace)
    except LookupError:
        return None
    return shape_of(value) if is_numeric(value) and shape_of(value) else None
