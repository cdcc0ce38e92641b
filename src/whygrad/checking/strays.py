"""Names that only look like gradients of the output: local derivatives, time steps, time derivatives."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import lru_cache

from whygrad.checking.evidence import Hints
from whygrad.checking.naming import (
    EXACT,
    OUTPUT_WORDS,
    PLAIN_OUTPUT_WORDS,
    STEP_WORDS,
    best,
    is_change,
    quotients,
    stems,
)
from whygrad.checking.observing import Observation
from whygrad.checking.pairing import FUZZY
from whygrad.checking.values import count, has_float, is_number
from whygrad.checking.variables import Variable, base_name, first_numbers, gradient_word
from whygrad.source import tree_of

_MAKES = re.compile(r"@|\b(?:dot|matmul|outer|einsum|sum|mean)\(")
"""What a gradient by a weight is made with."""
_RATE = re.compile(rf"{STEP_WORDS.pattern}|(?<![\w.])0?\.(?!50*\b)\d|\d+e-\d|sqrt")
"""What a step is made with: a rate, by name or as a number."""
_QUOTIENT = re.compile(r"^d_?(?P<above>[A-Za-z]\w*?)_d_?(?P<below>\w+)$")


def of_the_last(
    gradients: set[str], found: Mapping[str, Variable], needs: Mapping[str, set[str]], hints: Hints
) -> tuple[set[str], dict[str, str]]:
    """Gradients without local derivatives (`dy_dz` beside `dL_dy`); what is differentiated, where named.

    `dxdt` is no derivative that could be checked where `x` was not computed from `t`.
    """
    gradients = gradients - ((_links(gradients) | _slopes(gradients, found, needs)) - set(hints.gradients))
    above: dict[str, str] = {}
    kept = set()
    for name in gradients:
        pairs = [p for p in quotients(gradient_word(name)) if p[0] in found and p[1] in found]
        pairs = [p for p in pairs if found[p[0]].first < found[name].first] if name in found else []
        related = [top for top, bottom in pairs if bottom in needs.get(top, set())]
        if name in hints.gradients or not pairs or (stems(name)[0][1] is False and not related):
            kept.add(name)
        elif related:
            kept.add(name)
            above[name] = related[0]
    tops = set(above.values())
    inner = {
        top
        for top in tops
        if any(top in needs.get(o, set()) and o not in needs.get(top, set()) for o in tops - {top})
    }
    # `dlda` beside `dadz`: an output that goes by another name depends on `a`.
    plain = {stem for name in kept if name not in above for stem, _ in stems(gradient_word(name))}
    ends = [n for n in found if n not in gradients and OUTPUT_WORDS.search(n) and is_number(found[n].value)]
    inner |= {top for top in tops & plain if any(top in needs.get(end, set()) for end in ends)}
    if hints.output:
        inner = tops - {hints.output}
    return {n for n in kept if above.get(n) not in inner}, {n: t for n, t in above.items() if t not in inner}


def losses_by_name(gradients: set[str], found: Mapping[str, Variable]) -> set[str]:
    """Numbers such as the `d_loss` of a discriminator, where there is no `loss`."""
    return {
        name
        for name in gradients
        if name in found
        and is_number(found[name].value)
        and any(PLAIN_OUTPUT_WORDS.search(stem) and stem not in found for stem, _ in stems(name))
    }


def _links(gradients: set[str]) -> set[str]:
    """Local derivatives by name alone: `d_ypred_d_h1` beside `d_L_d_ypred`, whatever holds that."""
    found = {name: match for name in gradients if (match := _QUOTIENT.match(gradient_word(name)))}
    below = {match["below"] for match in found.values() if match["above"] != match["below"]}
    return {name for name, match in found.items() if match["above"] in below}


def _slopes(gradients: set[str], found: Mapping[str, Variable], needs: Mapping[str, set[str]]) -> set[str]:
    """`dK_dlength` of an array `K`, from which `d_length` is made."""
    slopes: set[str] = set()
    for name in gradients & {*found}:
        for above, below in quotients(gradient_word(name)):
            whole = above in found and below in found and count(found[above].value) > 1
            made = {g for g in gradients - {name} if name in needs.get(g, set())} if whole else set()
            if any(stem == below for g in made for stem, _ in stems(gradient_word(g))):
                slopes.add(name)
    return slopes


def mere_steps(gradients: set[str], found: Mapping[str, Variable], observation: Observation) -> set[str]:
    """Changes (`w_update`) that may be no gradients: of a variable that has one, made with a rate, scaled.

    One that a product or a sum makes in its own line is a gradient, as a step of Adam is not.
    """
    changes = {n for n in gradients if is_change(gradient_word(n)) and n in found}
    plain = [n for n in found if n not in gradients]
    meant = {n: next((of for _, of in best(gradient_word(n), plain)), "") for n in gradients}
    others = {meant[n] for n in gradients - changes} - {""}
    texts = {n: observation.statements[found[n].index].text for n in changes}
    return {n for n in changes if meant[n] in others or not _MAKES.search(texts[n]) or _RATE.search(texts[n])}


def of_the_forward_pass(
    gradients: set[str],
    found: Mapping[str, Variable],
    needs: Mapping[str, set[str]],
    hints: Hints,
    observation: Observation,
) -> set[str]:
    """Names that only look like those of gradients, of what the output is made of: `cbar` of an LSTM."""
    outputs = [
        v for n, v in found.items() if n not in gradients and OUTPUT_WORDS.search(n) and is_number(v.value)
    ]
    plain = {n for n in gradients if n in found and _is_weak(n)}
    plain = {n for n in plain - set(hints.gradients) if not gradient_word(n).startswith(("d", "D"))}
    others = [n for n in found if n not in gradients]
    # `d_pos` of a triplet, a distance: there is no `pos` that it could be the gradient of.
    plain |= {n for n in gradients - set(hints.gradients) if n in found and _names_nothing(n, others)}
    made = {
        n for n in plain if any(found[n].last < v.first and n in needs.get(v.name, set()) for v in outputs)
    }
    # `dr = x[i] - x[j]` of a force loop is computed there once more; an energy needs it before that.
    begun = first_numbers(observation)
    floats = {n for n, v in found.items() if n not in gradients and has_float(v.value)}
    computed = [v for v in outputs if needs.get(v.name, set()) & floats - {v.name}]
    made |= {
        n
        for n in gradients - set(hints.gradients)
        if n in begun
        and (_is_weak(n) or _is_before_all(n, others, computed, begun))
        and needs.get(n, set()) & floats
        and any(begun[n] < begun.get(v.name, -1) and n in needs.get(v.name, set()) for v in outputs)
    }
    return made if gradients - made else set()


def _is_weak(name: str) -> bool:
    return all(weak for _, weak in stems(gradient_word(name)))


def _is_before_all(name: str, others: list[str], outputs: list[Variable], begun: Mapping[str, int]) -> bool:
    """Is a name that says of no variable plainly that it is its gradient made before any output is?

    `ct_list` holds the candidates of an LSTM. After an output, such a name may be that of a step, which the
    output of a next round needs.
    """
    ranked = best(gradient_word(name), others)
    named = bool(ranked) and ranked[0][0] >= EXACT
    return not named and all(begun[name] < begun.get(v.name, -1) for v in outputs)


def _names_nothing(name: str, others: list[str]) -> bool:
    """Does a name with a stem say of no variable that it is the gradient of it?"""
    word = gradient_word(name)
    ranked = best(word, others)
    return all(stem for stem, _ in stems(word)) and (not ranked or ranked[0][0] < FUZZY)


def is_stray(
    pairing: tuple[str, str, float],
    objective: tuple[tuple[str, str], ...],
    needs: Mapping[str, set[str]],
    observation: Observation,
) -> bool:
    """Is a name only like that of a gradient (`dt` beside `t0`), of something the output never reads?"""
    name, of, certainty = pairing
    word = gradient_word(name)
    if certainty >= EXACT or any(not weak for _, weak in stems(word)):
        return False
    functions = {s.function.partition(".")[0] for s in observation.statements if s.function}
    read = {name for output, _ in objective for name in needs.get(base_name(output), set())}
    outputs = {base_name(output) for output, _ in objective}
    return base_name(of) not in read | outputs and not functions & read


DELTA = re.compile(r"(?i)(^|_)deltas?(_|\d|$)")


@lru_cache(maxsize=256)
def is_delta_of_unnamed(name: str, of: str, text: str) -> bool:
    """Is `l2_delta` likely to be the gradient by what the activation `l2 = f(x @ W)` is taken of?

    That is what books call a delta, and here it has no name.
    """
    if not DELTA.search(name):
        return False
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.Assign) and any(ast.unparse(t) == of for t in node.targets):
            arguments = node.value.args if isinstance(node.value, ast.Call) else []
            called = isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
            if called and any(isinstance(a, ast.Call | ast.BinOp) for a in arguments[:1]):
                return True
    return False
