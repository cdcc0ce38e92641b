"""What in a file can be checked: pairs, classes, functions that return loss and gradients, the script."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from whygrad.checking.contexts import with_contexts
from whygrad.checking.evidence import Form, Hints
from whygrad.checking.functions import Function, constructor
from whygrad.checking.handed import INPUT_FUNCTIONS, maker_among
from whygrad.checking.naming import OUTPUT_WORDS, is_gradient_name, last_word, stems
from whygrad.checking.partners import givers, hands_over
from whygrad.checking.variables import gradient_word
from whygrad.errors import UsageError

BACK = re.compile(
    r"(?i)^(backwards?|bwd|back|backprop|backpropagate|backpropagation|rev|reverse|grad|gradient|gradients|vjp|"
    r"bprop|pullback|derivative|deriv|adjoint|prop|prime|der|forces?)$"
)
FORTH = re.compile(
    r"(?i)^(forward|forwards|fwd|fprop|fw|ff|feedforward|loss|call|primal|value|energy|potential)$"
)
VALUE_WORDS = {"loss", "cost", "value", "energy", "objective", "f", "error", "nll", "likelihood", "loglik"}

Found = tuple[Form, Function | None, Function | None]
"""A form with its forward and backward functions."""


@dataclass(frozen=True, eq=False)
class Outline:
    """The functions and classes of a file."""

    functions: dict[str, Function]
    classes: dict[str, dict[str, Function]]
    has_gradients: bool
    """Statements of the module assign what looks like gradients."""
    givers: Mapping[str, str] = field(default_factory=dict)
    """Functions with the one that gives what they are called with."""

    @classmethod
    def of(cls, tree: ast.Module) -> Outline:
        functions = {n.name: Function(n.name, n) for n in tree.body if isinstance(n, ast.FunctionDef)}
        own = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
        classes = {name: _methods(node, own) for name, node in own.items()}
        return cls(functions, classes, _module_gradients(tree), givers(tree))

    def maker(self, hints: Hints) -> str:
        """The function that returns example inputs."""
        return maker_among(self.functions, hints)


def _methods(node: ast.ClassDef, classes: dict[str, ast.ClassDef], depth: int = 0) -> dict[str, Function]:
    """The methods of a class, those that it inherits from classes of the file included."""
    found: dict[str, Function] = {}
    for parent in node.bases:
        if isinstance(parent, ast.Name) and parent.id in classes and depth < 5 and parent.id != node.name:
            found |= _methods(classes[parent.id], classes, depth + 1)
    own = [n for n in node.body if isinstance(n, ast.FunctionDef)]
    if (made := constructor(node)) and made.name not in {n.name for n in own}:
        own = [made, *own]
    found |= {n.name: Function(n.name, n, node.name, node.name) for n in own}
    return with_contexts({name: replace(method, owner=node.name) for name, method in found.items()})


def _module_gradients(tree: ast.Module) -> bool:
    outside = [s for s in tree.body if not isinstance(s, ast.FunctionDef | ast.ClassDef)]
    nodes = [n for s in outside for n in ast.walk(s) if isinstance(n, ast.Name)]
    names = {n.id for n in nodes if isinstance(n.ctx, ast.Store)}
    return any(
        stems(name) and any(stem in names or not stem or not weak for stem, weak in stems(name))
        for name in names
    )


def forms_in(outline: Outline, hints: Hints) -> Iterator[Found]:
    """What a file may be, likeliest first; a script in any case, at last."""
    if hints.forward or hints.backward:
        yield _hinted(outline, hints)
        return
    if hints.form == "script":
        yield "script", None, None
        return
    if outline.has_gradients:
        yield "script", None, None
    yield from _classes(outline)
    pairs = sorted(_pairs(outline), key=lambda pair: not pair[0])
    yield from (("pair", forward, backward) for near, forward, backward in pairs if near)
    yield from _singles(outline)
    yield from (("pair", forward, backward) for near, forward, backward in pairs if not near)
    yield from _by_contents(outline)
    if not outline.has_gradients:
        yield "script", None, None


def units_in(outline: Outline) -> list[Found]:
    """All that can be checked independently, in the order of the file."""
    found: list[Found] = [*_classes(outline), *_singles(outline)]
    taken = {f.qualname for _, f, _ in found if f is not None}
    found += [
        ("pair", forward, backward)
        for near, forward, backward in _pairs(outline)
        if near and forward.qualname not in taken and backward.qualname not in taken
    ]
    unimplemented = [item for item in found if _is_empty(item[1]) or _is_empty(item[2])]
    found = [item for item in found if item not in unimplemented] or found
    return sorted(found, key=lambda item: item[1].node.lineno if item[1] else 0)


def _is_empty(function: Function | None) -> bool:
    """A body that does nothing yet: `pass`, `raise NotImplementedError`, a docstring."""
    if function is None:
        return False
    body = [
        s for s in function.node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
    ]
    return all(isinstance(s, ast.Pass | ast.Raise) for s in body)


def _classes(outline: Outline) -> Iterator[Found]:
    for methods in outline.classes.values():
        forward = _pass(methods, lambda name: name == "__call__" or _goes(name, FORTH), _ALSO_CALL)
        forward = forward or _pass(methods, lambda name: _ALSO_FORTH.match(name) is not None)
        backward = _pass(methods, lambda name: _goes(name, BACK))
        if forward and backward and not INPUT_FUNCTIONS.match(forward.name) and not _is_empty(backward):
            yield "class", forward, backward


_ALSO_CALL = ("__call__",)
_ALSO_FORTH = re.compile(
    r"(?i)^(propagate|apply|activate|activation|func|function|fn|evaluate|eval|compute|run|cost|objective|nll"
    r"|compute_?(cost|loss))$"
)
"""Names of a forward pass in a class that has a backward pass, and none by a plainer name."""


def _by_contents(outline: Outline) -> Iterator[Found]:
    """What is a pass by what it computes, where names say nothing: `vorwaerts`, `rueckwaerts`."""
    for methods in outline.classes.values():
        plain = [m for m in methods.values() if not m.name.startswith("_") and m.parameters]
        backs = [m for m in plain if _stores_gradients(m) and m.returns and stems(m.parameters[0][0])]
        backs = backs or [m for m in plain if _stores_gradients(m) and m.returns]
        for backward in backs if len(backs) == 1 else ():
            read = _attributes(backward, ast.Load)
            forths = [m for m in plain if not _stores_gradients(m) and m.returns]
            forths = [m for m in forths if _attributes(m, ast.Store) & read]
            yield from (("class", forward, backward) for forward in forths if len(forths) == 1)
    plain = [f for f in outline.functions.values() if f.parameters and not _is_empty(f)]
    for backward in plain:
        forths = [f for f in plain if f is not backward and hands_over(f, backward)]
        yield from (("pair", forward, backward) for forward in forths if len(forths) == 1)
    for function in outline.functions.values():
        if _returns_a_value(function) and not _is_empty(function):
            yield "single", function, None


def _returns_a_value(function: Function) -> bool:
    """Does a function return a value, and behind it what looks computed as gradients are?"""
    last = function.returned_value
    if not isinstance(last, ast.Tuple) or len(last.elts) < 2 or not function.parameters:
        return False
    value, *others = (e.operand if isinstance(e, ast.UnaryOp) else e for e in last.elts)
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    words = {word.lower() for word in _words(function.name)}
    if not any(map(OUTPUT_WORDS.search, names)) and not VALUE_WORDS & words:
        return False
    made = _made_of_gradients(function) - {name for name, _ in function.parameters}
    return all(e.id in made if isinstance(e, ast.Name) else _is_scaled(e) for e in others)


def _made_of_gradients(function: Function) -> set[str]:
    """Names of products with gradients, `score = Z.T @ deta`, and those that say it without a variable."""
    assigned = [n for n in ast.walk(function.node) if isinstance(n, ast.Assign)]
    targets = {n.id for s in assigned for n in s.targets if isinstance(n, ast.Name)}
    known = {*targets, *(name for name, _ in function.parameters)}
    found = targets & {"G", "score"}
    for statement in assigned:
        reads = {n.id for n in ast.walk(statement.value) if isinstance(n, ast.Name)}
        if _is_scaled(statement.value) and any(is_gradient_name(name, known) for name in reads & targets):
            found |= {n.id for n in statement.targets if isinstance(n, ast.Name)}
    return found


def _is_scaled(node: ast.expr) -> bool:
    """A product or a quotient, `X.T @ r`, `(p - y) / n`; a difference may be a residual."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.MatMult)


def _stores_gradients(function: Function) -> bool:
    """Does a function give names that are plainly those of gradients to what it computes?"""
    nodes = [n for n in ast.walk(function.node) if isinstance(n, ast.Name | ast.Attribute)]
    stored = {last_word(ast.unparse(n)) for n in nodes if isinstance(n.ctx, ast.Store)}
    known = {*stored, *(name for name, _ in function.parameters), *(last_word(ast.unparse(n)) for n in nodes)}
    return any(is_gradient_name(name, known) for name in stored)


def _attributes(function: Function, context: type[ast.expr_context]) -> set[str]:
    nodes = ast.walk(function.node)
    return {ast.unparse(n) for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.ctx, context)}


def halves(outline: Outline) -> list[str]:
    """Backward passes to which the file has no forward pass."""
    methods = [m for ms in outline.classes.values() for m in ms.values()]
    return [
        f.qualname
        for f in (*outline.functions.values(), *methods)
        if f.parameters and any(map(_PLAINLY_BACK.match, _words(f.name))) and not _is_empty(f)
    ]


_PLAINLY_FORTH = re.compile(r"(?i)^(forwards?|fwd|fprop|feedforward)$")
_PLAINLY_BACK = re.compile(r"(?i)^(backwards?|bwd|backprop|backpropagate|backpropagation)$")


def _pass(
    methods: Mapping[str, Function], fits: Callable[[str], bool], last: Sequence[str] = ()
) -> Function | None:
    """The method that is a pass: one with a body before one that a base class leaves to others."""
    fitting = [m for m in methods.values() if fits(m.name)]
    fitting.sort(key=lambda m: (_is_empty(m), m.name in last))
    return next(iter(fitting), None)


def _goes(name: str, way: re.Pattern[str]) -> bool:
    """Is a method a pass by its name: `backward`, `forward_pass`, `backPropagation`, `propagate_forward`?"""
    if way.match(name):
        return True
    words = [word for word in _words(name) if word.lower() not in _CARRIES]
    return bool(words) and all(map(way.match, words))


def _singles(outline: Outline) -> Iterator[Found]:
    methods = (m for ms in outline.classes.values() for m in ms.values())
    halves_ = {backward.qualname for _, _, backward in _classes(outline) if backward is not None}
    for function in (*outline.functions.values(), *methods):
        if function.qualname in halves_ and any(map(_PLAINLY_BACK.match, _words(function.name))):
            continue  # one half of a class, which returns more than gradients
        if INPUT_FUNCTIONS.match(function.name) and not function.parameters:
            continue  # its `grad_output` is an example of what arrives
        if _gives_loss_and_gradients(function) and not function.is_property:
            yield "single", function, None


_HESSIAN = re.compile(r"^([Hh]ess\w*|H)$")  # `h` is a hidden state


def _gives_loss_and_gradients(function: Function) -> bool:
    """`return loss, dW`, `return cost, grads`; by its own name if what it returns has none."""
    returned = [gradient_word(name) for name in function.returns]
    capitals = {f"G{name}" for name, _ in function.parameters if name.isupper()}  # GA of a matrix A
    gradients = [
        name for name in returned if (stems(name) and not _is_word(name, function)) or name in capitals
    ]
    seconds = sum(_HESSIAN.match(name) is not None for name in returned)
    if set(gradients) <= {name for name, _ in function.parameters} and gradients:
        return False  # it hands on those that it was given
    if len(returned) < 2 or len(gradients) + seconds + _constants(function) >= len(returned):
        return False
    if not all(returned) and OUTPUT_WORDS.search(returned[0]) and _returns_what_gradients_make(function):
        return True
    words = {word.lower() for word in _words(function.name)}
    goes_back = any(map(BACK.match, words)) and not words & VALUE_WORDS and not any(map(FORTH.match, words))
    if goes_back and function.parameters and stems(function.parameters[0][0]):
        return False  # it takes the gradient that arrives, and what has no name is one more gradient
    return bool(gradients) or bool(words & VALUE_WORDS and any(map(BACK.match, words)))


def _is_word(name: str, function: Function) -> bool:
    """`gamma`, `data` and `depth` are no gradients of what the function knows nothing of."""
    if len(name) <= 3 or not name.islower():
        return False
    return not is_gradient_name(name, set(re.findall(r"\w+", ast.unparse(function.node))))


def _constants(function: Function) -> int:
    """How many plain numbers a function returns: the gradient of what nothing depends on, and no loss."""
    last = function.returned_value
    return sum(isinstance(e, ast.Constant) for e in last.elts) if isinstance(last, ast.Tuple) else 0


def _returns_what_gradients_make(function: Function) -> bool:
    """`return loss, X.T @ dz`: gradients without names, computed where they are returned."""
    nodes = list(ast.walk(function.node))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    known = {*stored, *(name for name, _ in function.parameters)}
    local = {name for name in stored if is_gradient_name(name, known)}
    returns = [n.value for n in nodes if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)]
    nameless = [e for value in returns[-1:] for e in value.elts[1:] if not isinstance(e, ast.Name)]
    reads = [{n.id for n in ast.walk(e) if isinstance(n, ast.Name)} for e in nameless]
    return bool(reads) and all(names & local for names in reads)


def _hinted(outline: Outline, hints: Hints) -> Found:
    known = dict(outline.functions)
    for methods in outline.classes.values():
        known.update({method.qualname: method for method in methods.values()})
    for name in filter(None, (hints.forward, hints.backward)):
        if name not in known:
            raise UsageError(
                f"there is no function `{name}` in the file", hint=f"functions: {', '.join(known)}"
            )
    forward, backward = known.get(hints.forward), known.get(hints.backward)
    if forward and backward:
        return "class" if forward.owner else "pair", forward, backward
    alone = forward or backward
    assert alone is not None
    return ("single", alone, None) if _gives_loss_and_gradients(alone) else _with_partner(outline, alone)


def _with_partner(outline: Outline, alone: Function) -> Found:
    """A function of which only one half was named, with the half that belongs to it in the file."""
    pairs = sorted(_pairs(outline), key=lambda pair: not pair[0])
    whole: list[Found] = [
        *_classes(outline),
        *(("pair", forward, backward) for _, forward, backward in pairs),
    ]
    for form, forward, backward in whole:
        if alone.qualname in {f.qualname for f in (forward, backward) if f is not None}:
            return form, forward, backward
    unnamed = len(alone.returns) == 1 or not all(alone.returns)
    if unnamed and not any(map(BACK.match, _words(alone.name))):
        return "single", alone, None  # `return result`, `return f(x), g(x)`: the run tells what they are
    returned = ", ".join(f"`{name}`" for name in alone.returns if name) or "nothing that has a name"
    raise UsageError(
        f"`{alone.qualname}` alone is no forward pass with gradients: it returns {returned}, and no function "
        "of the file is its other half by name",
        hint=f"name both: --forward {_other(outline, alone)}",
    )


def _other(outline: Outline, alone: Function) -> str:
    """Both flags' values, with a function of the file in the place of the half that is not known."""
    names = [name for name, f in outline.functions.items() if f is not alone and f.parameters]
    if any(map(BACK.match, _words(alone.name))):
        return f"{next(iter(names), 'FUNC')} --backward {alone.qualname}"
    return f"{alone.qualname} --backward {next(reversed(names), 'FUNC')}"


def is_forth(name: str) -> bool:
    """Does a method go forth by its name: `forward`, `compute`?"""
    return _goes(name, FORTH) or _ALSO_FORTH.match(name) is not None


def is_back(name: str) -> bool:
    """Does a method go back by its name: `backward`, `back`, `vjp`?"""
    return _goes(name, BACK)


def _words(name: str) -> list[str]:
    words = [word for word in re.split(r"_+|(?<=[a-z])(?=[A-Z])", name) if word]
    return [word for word in words if word.lower() not in _EMPTY] or words


_EMPTY = {"propagation", "propagate", "pass", "propagating"}
"""`forward_propagation` is no more than `forward`."""
_CARRIES = {"prop", "feed", "step", "compute", "do", "run", "vectorized", "naive", "fast", "im2col", "impl"}
"""Words of methods that say nothing of the direction: `feed_forward`, `forward_prop`, `forward_naive`."""


def _pairs(outline: Outline) -> Iterator[tuple[bool, Function, Function]]:
    """Backward functions, each with the forward function of the nearest name, and whether it is near.

    One that is called with what another function returns is near to it, whatever their names are.
    """
    functions = outline.functions
    for name, backward in functions.items():
        words = _words(name)
        rest = [w for w in words if not BACK.match(w)]
        plain = functions.get(name[1:].lstrip("_")) if name.startswith("d") else None
        if plain and plain.parameters and backward.parameters:
            yield True, plain, backward
            continue
        if len(rest) == len(words) or not backward.parameters or _gives_loss_and_gradients(backward):
            continue
        if any(map(_PLAINLY_FORTH.match, rest)):
            continue  # `forwardProp`
        scored = []
        for other, forward in functions.items():
            # `cost(weights, X, y)` is what `gradient(weights, X, y)` is the gradient of.
            values = VALUE_WORDS if not rest and forward.parameters == backward.parameters else set[str]()
            others = [w for w in _words(other) if not FORTH.match(w) and w.lower() not in values]
            if other == name or any(BACK.match(w) for w in _words(other)) or not forward.parameters:
                continue
            mine, its = {w.lower() for w in rest}, {w.lower() for w in others}
            # `batchnorm_backward_alt` belongs to `batchnorm_forward`, not to `spatial_batchnorm_forward`.
            score = len(mine & its) - 0.1 * len(mine - its) - 0.2 * len(its - mine) + (others == rest)
            score += 0.05 * name.startswith(other)  # `Loss_gradient` belongs to `Loss`, not to `loss`
            scored.append((score, forward))
        if scored:
            score, forward = max(scored, key=lambda pair: pair[0])
            rivals = [f for _, f in scored if score <= 0]
            near = [f for f in rivals if hands_over(f, backward)]
            near = near or [f for f in rivals if f.name == outline.givers.get(name)]
            if score > 0 or near or len(scored) == 1:
                yield score > 0 or bool(near), near[0] if near else forward, backward
