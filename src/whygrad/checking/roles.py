"""Which variable is the output, which are gradients, and of what: by hint, by name, by order and by shape.

Values decide where names do not; `measurement` does that, with `Roles.unsure`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from whygrad.checking.arriving import computed_within, handed_to_backward
from whygrad.checking.evidence import Hints, Value
from whygrad.checking.lines import LOCAL, RESULT
from whygrad.checking.naming import (
    EXACT,
    NO_OUTPUT,
    OUTPUT_WORDS,
    PLAIN_OUTPUT_WORDS,
    best,
    is_gradient_name,
    stems,
)
from whygrad.checking.observing import Observation
from whygrad.checking.pairing import Pairing, of_whole_numbers, paired, unmatched_in
from whygrad.checking.programs import Program
from whygrad.checking.strays import is_stray, losses_by_name, mere_steps, of_the_forward_pass, of_the_last
from whygrad.checking.values import count, has_float, is_number, is_numeric, shape_of
from whygrad.checking.variables import (
    Variable,
    base_name,
    dependencies,
    first_numbers,
    gradient_word,
    is_part,
    variables,
    without_means,
)
from whygrad.errors import NoGradientError, UsageError


@dataclass(eq=False)
class Roles:
    """Who is who in a program."""

    objective: tuple[tuple[str, str], ...]
    output_sequence: int
    """Position of the last execution of the forward part."""
    finals: list[Pairing]
    intermediates: list[Pairing]
    """Gradients of quantities that themselves depend on a claimed input; `of` may be empty."""
    roots: list[str]
    """Module-level inputs that are moved."""
    candidates: list[str]
    """Further inputs whose gradient may be what an unsure variable is."""
    unsure: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    """What looks like a gradient of an input, and bears the name of none."""


def recognise(program: Program, observation: Observation) -> Roles:
    """The roles of a program. Raises NoGradientError where nothing is there to check."""
    found = variables(observation)
    found = {n: v for n, v in found.items() if not n.startswith("__whygrad")}
    hints = program.hints
    known = set(found)
    gradients = {n for n in found if is_gradient_name(gradient_word(n), known)} | set(hints.gradients)
    gradients = gradients or {n for n in found if any(not stem for stem, _ in stems(n))}
    # `for parent in parents: parent.grad += ...` is the engine at work, no variable of the script.
    loops = {name for s in observation.statements if not s.function for name in s.loop_names}
    gradients -= {n for n in gradients if "." in n and base_name(n) in loops and n not in hints.gradients}
    if program.form == "script":
        gradients -= losses_by_name(gradients - set(hints.gradients), found)
        gradients -= mere_steps(gradients - set(hints.gradients), found, observation)
        _require(hints, found, gradients, program)
        needs = dependencies(observation)
        gradients -= of_the_forward_pass(gradients, found, needs, hints, observation)
        gradients, above = of_the_last(gradients, found, needs, hints)
        moving = _moving(found, gradients, hints)
        output = _output(hints, found, gradients, needs, moving, observation, above)
        gradients = {n for n in gradients if above.get(n, output) == output}
        upstream = _upstream(hints, output, found, gradients, needs, moving, observation)
        objective: tuple[tuple[str, str], ...] = ((output, upstream),)
        limit = found[output].last
    else:
        needs, objective = dependencies(observation), program.objective
        limit = _driver_limit(program, found)
    # In a driver every parameter passes through one object; what is returned is final there.
    forward_needs = dependencies(observation, until=limit) if program.form == "script" else {}
    subjects = {
        n: v for n, v in found.items() if n not in gradients and is_numeric(v.value) and v.first <= limit
    }
    subjects = {
        n: v for n, v in subjects.items() if n not in {o for o, _ in objective} or program.form == "script"
    }
    if program.form == "script":
        claims = _script_claims(found, gradients, needs, subjects, limit, hints, objective)
    else:
        claims = {item.name: None for item in program.returned}
        subjects = {n: v for n, v in subjects.items() if has_float(v.value) or not stems(n)}
    if not claims:
        raise NoGradientError(
            "no gradient variable was recognised",
            hint="name them after their variable (grad_x, dW1), or say --gradient NAME=VARIABLE",
        )
    upstreams = {u for _, u in objective if u}
    subjects = {n: v for n, v in subjects.items() if n not in upstreams}
    values = {name: _claim_value(program, observation, name) for name in claims}
    outputs = {o for o, _ in objective}
    first_input = program.first_input if program.first_input in subjects else ""
    local = frozenset(item.name for item in program.returned if item.path.startswith(f"{LOCAL}["))
    # What alone a pass returns, in the shape of its only input, is the gradient of that by any name.
    size = shape_of(subjects[first_input].value) if first_input else None
    given = [n for n, v in subjects.items() if not needs.get(n, set()) & {*subjects} and has_float(v.value)]
    size = size if [n for n in given if shape_of(subjects[n].value) == size] == [first_input] else None
    alone = [i.name for i in program.returned if i.path == RESULT and any(s for s, _ in stems(i.name))]
    sole = {name for name in alone if shape_of(values[name]) == size}
    stated = {**{item.name: item.of for item in program.returned if item.of}, **hints.gradients}
    pairings, unsure = paired(
        list(claims), subjects, values, replace(hints, gradients=stated), needs, outputs, first_input,
        frozenset(upstreams | sole), local,
    )  # fmt: skip
    if program.form != "script":
        pairings += of_whole_numbers(unsure, subjects, values)
        unsure = [name for name in unsure if name not in {p.name for p in pairings}]
    unmatched: list[str] = []
    if program.form == "script":
        unmatched = unmatched_in(found, claims, pairings, subjects, needs)
        named = [(p, (p.name, p.of, p.certainty)) for p in pairings]
        pairings = [p for p, t in named if not is_stray(t, objective, forward_needs, observation)]
        if not pairings and not unsure:
            raise NoGradientError(
                "no gradient variable belongs to a variable that the output depends on",
                hint="say which is which: --gradient NAME=VARIABLE",
            )
    roots = _roots([p.of for p in pairings], forward_needs, hints)
    finals = [p for p in pairings if p.of in roots]
    intermediates = [p for p in pairings if p.of not in roots]
    claimed_roots = {base_name(root) for root in roots}
    # A rival that is computed from an input follows it: moved by itself, it would cut the input off.
    rivals = {rival for p in finals for rival in p.rivals}
    claimed_roots |= {n for n in rivals if not forward_needs.get(n, set()) & (claimed_roots - {n})}
    candidates = [
        n
        for n, v in subjects.items()
        if "[" not in n
        and n not in claimed_roots
        and has_float(v.value)
        and not (forward_needs.get(n, set()) & claimed_roots)
    ]
    # A weight of the driver's own, such as that of a mean, is no input that the user's code could know of.
    weights = [name for name in upstreams if not name.startswith("__whygrad")]
    moved = list(dict.fromkeys([*sorted(claimed_roots, key=lambda n: found[n].first), *weights]))
    return Roles(objective, limit, finals, intermediates, moved, candidates, unsure, unmatched)


def _require(hints: Hints, found: Mapping[str, Variable], gradients: set[str], program: Program) -> None:
    """Refuse hints that name nothing, and a script in which nothing looks like a gradient."""
    bases = {base_name(name) for name in found}
    named = [
        (name, base_name(name) in bases) for name in (*hints.gradients, *hints.wrt, *hints.gradients.values())
    ]
    for name, known in [*named, (hints.output, not hints.output or hints.output in found)]:
        if not known:
            near = difflib.get_close_matches(name, found, 1) or list(found)[:1]
            raise UsageError(
                f"{program.source.filename} has no numeric variable `{name}`",
                hint=f"name one that it assigns, such as {near[0]}" if near else "name one that it assigns",
            )
    if not gradients and (within := computed_within(program.text)):
        function, name = within
        raise NoGradientError(
            f"`{name}` is computed within `{function}`, and nothing shows of which loss it is the gradient",
            hint=f"let `{function}` compute its loss too, and return both: return loss, {name}",
        )
    if not gradients:
        raise NoGradientError(
            "no variable looks like a gradient (grad_x, dx, dW1, dL_dz, ...), so there is nothing to check",
            hint="say which one it is: --gradient NAME=VARIABLE; or ask for the gradient: "
            f"whygrad explain {program.source.filename}",
        )


def _claim_value(program: Program, observation: Observation, name: str) -> Value:
    try:
        return program.value(name, observation.namespace)
    except LookupError:
        return None


def _moving(found: Mapping[str, Variable], gradients: set[str], hints: Hints) -> set[str]:
    """Variables that some gradient names."""
    chosen = set(hints.wrt) | set(hints.gradients.values())
    plain = [n for n in found if n not in gradients]
    for name in gradients:
        ranked = best(gradient_word(name), plain)
        meant = {other for score, other in ranked if score >= 0.4}
        chosen |= meant
        # `dE`, an array, is no gradient of the number `energy`, but of what that is computed from.
        whole = (
            bool(meant)
            and name in found
            and count(found[name].value) > max(count(found[n].value) for n in meant)
        )
        if not meant or whole:
            chosen |= {n for n in plain if has_float(found[n].value)} if stems(gradient_word(name)) else set()
    return {base_name(name) for name in chosen}


def _depends(name: str, needs: Mapping[str, set[str]], on: set[str]) -> bool:
    return bool(needs.get(base_name(name), set()) & on)


def _output(
    hints: Hints,
    found: Mapping[str, Variable],
    gradients: set[str],
    needs: Mapping[str, set[str]],
    moving: set[str],
    observation: Observation,
    above: Mapping[str, str],
) -> str:
    if hints.output:
        return hints.output
    # `loss, dW = net.loss(X)`: functions read what they need without being given it.
    functions = {s.function.partition(".")[0] for s in observation.statements if s.function}
    start = _first_gradient(observation, gradients, needs, moving | functions)
    before = [v for n, v in found.items() if v.first < start and n not in gradients and "[" not in n]
    tops = [v for v in before if v.name in above.values() and _is_output(v.value)]
    if tops:
        return max(tops, key=lambda v: v.last).name
    # A weight that a step along its gradient has changed depends on inputs by that alone.
    made = {n for n in gradients if _depends(n, needs, moving | functions)}
    before = [v for v in before if v.last < start or not _leans(v, made, observation)]
    numbers = [v for v in before if _is_output(v.value) and _depends(v.name, needs, moving)]
    if not numbers:
        numbers = [
            v
            for n, v in found.items()
            if n not in gradients
            and OUTPUT_WORDS.search(n)
            and is_number(v.value)
            and _depends(n, needs, functions)
        ]
    # `x = 3; y = x**2` is a script of whole numbers, which stand for real ones.
    floats = [v for v in numbers if has_float(v.value)] or numbers
    scalars = [v for v in floats if count(v.value) == 1 and not NO_OUTPUT.search(v.name)]
    # `losses.append(loss)`: a list of one number is what the first round leaves of a history.
    scalars = [v for v in scalars if not isinstance(v.value, list | tuple)] or scalars
    scalars = without_means(scalars, observation)
    # The `e` of a loop that makes gradients is an error of one round, not the `E_total` of the loop before.
    ended = [v for v in scalars if v.last < start]
    scalars = [v for v in scalars if v in ended or PLAIN_OUTPUT_WORDS.search(v.name)] if ended else scalars
    scalars.sort(key=lambda v: v.last)
    named = [v for v in scalars if OUTPUT_WORDS.search(v.name)]
    # `e`, which `cost` sums up, may be computed once more on the way back.
    tops_of = [v for v in named if not any(is_part(v.name, w.name, needs) for w in named)]
    # An `e` behind a `loss` is an error that its gradients have in common.
    plain = [v for v in tops_of or named if PLAIN_OUTPUT_WORDS.search(v.name)]
    if named := plain or tops_of or named:
        last = named[-1]
        # `total = data_loss + penalty` has no word of its own, but depends on one that has.
        later = [v for v in scalars if v.last > last.last and last.name in needs.get(v.name, set())]
        return (later or [last])[-1].name
    arrays = sorted((v for v in floats if count(v.value) > 1), key=lambda v: v.last)
    if not scalars and not arrays:
        raise NoGradientError(
            "no output was recognised: no number computed before the first gradient depends on the inputs",
            hint="say which variable is differentiated: --output loss",
        )
    output = (scalars or arrays)[-1].name
    if apart := _apart(output, gradients, found, needs):
        raise NoGradientError(
            f"no output was recognised: `{apart[0]}` looks like a gradient with respect to `{apart[1]}`, "
            "which enters nothing that is computed before it",
            hint="compute the forward pass in the script too, or say what is differentiated: --output loss",
        )
    return output


def _apart(
    output: str, gradients: set[str], found: Mapping[str, Variable], needs: Mapping[str, set[str]]
) -> tuple[str, str] | None:
    """A gradient and the variable that it is named after, with which a supposed output has nothing to do."""
    plain = [n for n in found if n not in gradients and "[" not in n and has_float(found[n].value)]
    for name in sorted(gradients & {*found}, key=lambda n: found[n].last):
        ranked = best(gradient_word(name), plain)
        of = ranked[0][1] if ranked and ranked[0][0] >= EXACT else output
        if of != output and of not in needs.get(output, ()) and output not in needs.get(of, ()):
            return name, of
    return None


def _leans(variable: Variable, gradients: set[str], observation: Observation) -> bool:
    """Is it computed from gradients?

    A step behind it makes no loss depend on them that is summed up in the loop that sums them up.
    """
    return _depends(variable.name, dependencies(observation, until=variable.last), gradients)


def _is_output(value: Value) -> bool:
    """A number, an array, or a list of numbers; a tuple of arrays is a cache."""
    if isinstance(value, list | tuple):
        return len(value) > 0 and all(is_number(item) for item in value)
    return is_numeric(value) and not isinstance(value, dict)


def _first_gradient(
    observation: Observation, gradients: set[str], needs: Mapping[str, set[str]], moving: set[str]
) -> int:
    """Position of the first execution that gives a gradient variable a value other than zeros."""
    begun = first_numbers(observation)
    return min((begun[n] for n in gradients & {*begun} if _depends(n, needs, moving)), default=1 << 60)


def _upstream(
    hints: Hints,
    output: str,
    found: Mapping[str, Variable],
    gradients: set[str],
    needs: Mapping[str, set[str]],
    moving: set[str],
    observation: Observation,
) -> str:
    """A gradient of an array output that does not come from the inputs: the given upstream gradient."""
    if hints.upstream:
        return hints.upstream if hints.upstream in found else ""
    if count(found[output].value) <= 1:
        return ""
    for name in gradients:
        same = is_numeric(found[name].value) and shape_of(found[name].value) == shape_of(found[output].value)
        ranked = best(gradient_word(name), [output])
        if same and ranked and ranked[0][0] >= EXACT and not _depends(name, needs, moving - {output}):
            return name
    return handed_to_backward(output, found, needs, observation)


def _driver_limit(program: Program, found: Mapping[str, Variable]) -> int:
    return max((found[o].last for o, _ in program.objective if o in found), default=1 << 60)


def _script_claims(
    found: Mapping[str, Variable],
    gradients: set[str],
    needs: Mapping[str, set[str]],
    subjects: Mapping[str, Variable],
    limit: int,
    hints: Hints,
    objective: tuple[tuple[str, str], ...],
) -> dict[str, None]:
    inputs = set(subjects)
    upstreams = {u for _, u in objective}
    claims: dict[str, None] = {}
    for name in sorted(gradients, key=lambda n: found[n].last if n in found else 0):
        if name in hints.gradients and name in found:
            claims[name] = None
        elif (
            name in upstreams
            or name not in found
            or not is_numeric(found[name].value)
            or isinstance(found[name].value, dict)
        ):
            continue
        elif found[name].last >= limit or _depends(name, needs, inputs):
            claims[name] = None
    return claims


def _roots(claimed: list[str], needs: Mapping[str, set[str]], hints: Hints) -> list[str]:
    """Claimed variables that no other claimed variable feeds."""
    bases = {base_name(of) for of in claimed}
    if hints.wrt:
        wrt = {base_name(name) for name in hints.wrt}
        return [of for of in dict.fromkeys(claimed) if base_name(of) in wrt]
    return [
        of
        for of in dict.fromkeys(claimed)
        if not ((needs.get(base_name(of), set()) & bases) - {base_name(of)})
    ]
