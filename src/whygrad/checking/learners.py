"""A class that trains in a method `fit(X, y)`, made plain: the statements of `fit` at module level.

What the method needs (inputs, settings, small methods) is written on empty lines before the class; `self.w`
becomes the variable `own__w`, which is as long; headers become blocks, other methods and what follows go. So
lines and columns stay where they are. Where the loop has no loss, one that is usual is written behind the
statement that makes the predictions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from whygrad.checking.examples.settings import COUNTS, SCALARS
from whygrad.checking.loops import (
    NUMPY,
    Plain,
    Step,
    claimed,
    compared_in,
    is_self,
    loss_of,
    plain,
    reads_itself,
    said,
    unsupposed,
    with_loss,
)
from whygrad.checking.naming import OWN, is_gradient_name
from whygrad.checking.rounds import parses, stored_in, trains
from whygrad.checking.stepping import stepped
from whygrad.checking.supposing import SQUARES, TWO_WAYS
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.source import tree_of

ROWS, FEATURES = 5, 3
_SIZES = {"n_samples": str(ROWS), "n_features": str(FEATURES), "input_size": str(FEATURES)}
_FIT = re.compile(r"(?i)^_?(fit|train|learn|optimi[sz]e|gradient_descent|update)\w*$")
_PENALTY = re.compile(r"(?i)reg(?!ress)|lambda|lambd|decay|\bl[12]|penalt|dropout")
_SIMPLE = ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr | ast.Return | ast.Assert | ast.Pass
_RENAMED = re.compile(rf"\b{OWN}(?=[A-Za-z_])")
Owner = ast.ClassDef | ast.FunctionDef
"""A class with such a method, or the function itself."""
TARGETS = {"labels": f"randint(0, 2, {ROWS})", "numbers": f"randn({ROWS})"}


@dataclass(frozen=True)
class Learner:
    """The statements of a `fit`, ready to be completed by inputs and a loss."""

    name: str
    lines: tuple[str, ...]
    room: int
    """The line that has place for the inputs."""
    data: str
    target: str
    settings: Mapping[str, str]
    gradients: Mapping[str, str]
    """Gradient -> what it is the gradient of, by the steps of the loop."""
    output: str
    """The loss of the loop; "" where it has none."""
    place: tuple[int, int] = (0, 0)
    """Line and column behind the predictions."""
    predicted: str = ""
    compared: str = ""
    """Expressions of the predictions, and of the target that they are compared with."""
    penalised: bool = False
    """May the gradients be those of a loss with a penalty, which no usual loss has?"""
    steps: tuple[Step, ...] = ()
    """The steps that were made claims, where the loop has no gradients by name."""
    kinds = tuple((loss, target, column) for loss, target in ((TWO_WAYS, "labels"), (SQUARES, "numbers"))
                  for column in (False, True))  # fmt: skip
    """The losses that are tried, each with a target that is made up for it, a row or a column."""

    @property
    def about(self) -> str:
        """What was checked, for a note."""
        return f"`{self.name}` was checked in its first round, with data that were made up"

    def restored(self, text: str) -> str:
        """What was said of the plain statements, in the words of the class: `self.w` for `own__w`."""
        return _RENAMED.sub("self.", unsupposed(said(text, self.steps)))

    def text(self, target: str, column: bool, loss: str = "") -> str:
        """The program with a target of labels or of numbers, and with a loss of `out` and `y` if need be."""
        lines = list(self.lines)
        made = f"{NUMPY}.random.RandomState(3).{TARGETS[target]}" + (".reshape(-1, 1)" if column else "")
        rows = f"{NUMPY}.random.RandomState(2).randn({ROWS}, {FEATURES})"
        given = [f"import numpy as {NUMPY}", f"{self.data} = {rows}", f"{self.target} = {made}"]
        given += [f"{name} = {value}" for name, value in self.settings.items()]
        lines[self.room] = "; ".join(given)
        if loss and self.place[0]:
            lines = with_loss(lines, self.place, loss, self.predicted, self.compared, self.steps)
        return "\n".join(lines)


def learners_in(text: str) -> Iterator[Learner]:
    """The classes of a text, and its functions, that train with data and a target."""
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for owner in tree.body:
        methods: dict[str, ast.FunctionDef] = {}
        if not isinstance(owner, Owner):
            continue
        if isinstance(owner, ast.ClassDef):
            methods = {n.name: n for n in owner.body if isinstance(n, ast.FunctionDef)}
        for method in [owner] if isinstance(owner, ast.FunctionDef) else methods.values():
            if _FIT.search(method.name) and (found := _learner(text, tree, owner, methods, method)):
                yield found
                break


def _learner(
    text: str, tree: ast.Module, owner: Owner, methods: Mapping[str, ast.FunctionDef],
    method: ast.FunctionDef,
) -> Learner | None:  # fmt: skip
    parameters = _parameters(method)
    targets = [name for name in parameters[1:] if TARGET_WORDS.match(name)]
    if len(parameters) < 2 or not targets or method.args.vararg or not _stays(method):
        return None
    init = methods.get("__init__")
    opened = [m for m in (init, method) if m is not None]
    helpers = _called(opened, methods)
    settings: dict[str, str] = {}
    for function in opened:
        settings |= _settings(function, {parameters[0], targets[0]})
    if helpers is None or "" in settings.values():
        return None
    lines = _rewritten(text, tree, owner, opened, helpers)
    if lines is None:
        return None
    room, written = lines
    loop, steps = next(_loops(method, settings), None), tuple[Step, ...]()
    gradients = dict(_steps(loop)) if loop else {}
    for statement in method.body if loop is None else ():
        known = {*settings, *parameters}
        if isinstance(statement, ast.For | ast.While) and (
            made := claimed("\n".join(written), statement.lineno, known)
        ):
            loop, (written, steps) = statement, ([*made[0]], made[1])
            gradients = {step.claim: step.name for step in steps}
            break
    if loop is None:
        return None
    output = loss_of(loop)
    found = compared_in(loop)
    if not gradients or (found is None and not output):
        return None
    predicted, compared, place = found or ("", "", (0, 0))
    name = method.name if method is owner else f"{owner.name}.{method.name}"
    learner = Learner(
        name, tuple(written), room, parameters[0], targets[0], settings, gradients, output, place,
        predicted, compared, _is_penalised(method, loop, place, steps, set(gradients.values())), steps,
    )  # fmt: skip
    return learner if parses(learner.text("numbers", False, "out - y")) else None


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [a.arg for a in function.args.args if a.arg != "self"]


def _stays(method: ast.FunctionDef) -> bool:
    """Does nothing leave the method but a `return` at its end?"""
    leaves = ast.Return | ast.Yield | ast.YieldFrom | ast.Nonlocal | ast.Global | ast.Await
    inner = [n for n in ast.walk(method) if isinstance(n, leaves) and n is not method.body[-1]]
    return not inner and not method.decorator_list


def _settings(function: ast.FunctionDef, given: set[str]) -> dict[str, str]:
    """Values of the other parameters; "" where none is known."""
    names = _parameters(function)
    defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    keywords = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    defaults |= {a.arg: d for a, d in keywords if d is not None}
    found: dict[str, str] = {}
    for name in [*names, *(a.arg for a in function.args.kwonlyargs)]:
        if name not in given:
            low = name.lower()
            usual = COUNTS.get(low, SCALARS.get(low, _SIZES.get(low, "")))
            found[name] = ast.unparse(defaults[name]) if name in defaults else usual
    return found


def _called(
    functions: Sequence[ast.FunctionDef], methods: Mapping[str, ast.FunctionDef]
) -> list[ast.FunctionDef] | None:
    """Methods that these call, one after another; None where one is more than a few simple statements."""
    found: list[ast.FunctionDef] = []
    waiting = list(functions)
    while waiting:
        for name in _own_calls(waiting.pop()):
            method = methods.get(name)
            if method is None or method in functions:
                return None
            if method not in found:
                static = [d for d in method.decorator_list if ast.unparse(d) != "staticmethod"]
                if static or not all(isinstance(s, _SIMPLE) for s in method.body):
                    return None
                found.append(method)
                waiting.append(method)
    return found


def _own_calls(function: ast.FunctionDef) -> list[str]:
    return [
        node.func.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_self(node.func.value)
    ]


def _as_line(method: ast.FunctionDef) -> str:
    """A small method as a function on one line."""
    names = [a.arg for a in method.args.args]
    renamed = plain(method)
    assert isinstance(renamed, ast.Module) and isinstance(renamed.body[0], ast.FunctionDef)
    function = renamed.body[0]
    function.decorator_list = []
    if names[:1] == ["self"]:
        function.args.args = function.args.args[1:]
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own = sorted(name for name in stored if name.startswith(OWN))
    body = [f"global {', '.join(own)}"] if own else []
    body += [ast.unparse(s) for s in function.body if not _is_docstring(s)]
    return f"def {OWN}{method.name}({ast.unparse(function.args)}): {'; '.join(body or ['pass'])}"


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _rewritten(
    text: str, tree: ast.Module, owner: Owner, opened: Sequence[ast.FunctionDef],
    helpers: Sequence[ast.FunctionDef],
) -> tuple[int, list[str]] | None:  # fmt: skip
    """The room for inputs, and the lines with the class made plain; None where there is no room."""
    lines = text.split("\n")
    rooms = _rooms(lines, tree, owner)
    # One that stands before what calls it stays where it is.
    above = [h for h in helpers if h.lineno < opened[-1].lineno and not _own_calls(opened[0])]
    above = above if len(opened) > 1 else [h for h in helpers if h.lineno < opened[0].lineno]
    below = [h for h in helpers if h not in above]
    if len(rooms) <= len(below):
        return None
    for function in opened:
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and is_self(node.value):
                number, end = (node.value.end_lineno or 0) - 1, node.value.end_col_offset or 0
                if lines[number][end : end + 1] != ".":
                    return None  # columns are counted in bytes, or the dot stands elsewhere
                lines[number] = f"{lines[number][: end - 4]}{OWN}{lines[number][end + 1 :]}"
    kept = [*opened, *(s for s in owner.body if not isinstance(s, ast.FunctionDef))]
    own = {number for s in kept for number in range(s.lineno, (s.end_lineno or s.lineno) + 1)}
    for number in range(owner.lineno, len(lines) + 1):
        if number not in own:
            lines[number - 1] = ""
    lines[owner.lineno - 1] = "if 1:"
    for function in opened:
        header, first = function.lineno, function.body[0].lineno
        if header == first:
            return None
        indent = " " * function.col_offset
        lines[header - 1] = f"{indent}if 1:"
        for number in range(header, first - 1):
            lines[number] = ""
        for statement in function.body:
            if isinstance(statement, ast.Return) or _is_none(statement):
                _pass(lines, statement)
    for helper in above:
        lines[helper.lineno - 1] = " " * helper.col_offset + _as_line(helper)
    for place, helper in zip(rooms[:-1], below, strict=False):
        lines[place] = _as_line(helper)
    return rooms[-1], lines


def _is_none(statement: ast.stmt) -> bool:
    """Does a constructor announce an attribute: `self.w = None`?"""
    value = statement.value if isinstance(statement, ast.Assign) else None
    return isinstance(value, ast.Constant) and value.value is None


def _pass(lines: list[str], statement: ast.stmt) -> None:
    lines[statement.lineno - 1] = lines[statement.lineno - 1][: statement.col_offset] + "pass"
    for number in range(statement.lineno, statement.end_lineno or statement.lineno):
        lines[number] = ""


def _rooms(lines: Sequence[str], tree: ast.Module, owner: Owner) -> list[int]:
    """Empty lines and comments between the statements before a class."""
    start = min([owner.lineno, *(d.lineno for d in owner.decorator_list)])
    taken = {
        number
        for statement in tree.body
        if statement.lineno < start
        for number in range(statement.lineno - 1, statement.end_lineno or statement.lineno)
    }
    free = (k for k in range(start - 1) if k not in taken)
    return [k for k in free if not lines[k].strip() or lines[k].startswith("#")]


def _loops(method: ast.FunctionDef, known: Mapping[str, str]) -> Iterator[ast.stmt]:
    """Training loops of a method, with plain names."""
    before = set(known) | {a.arg for a in method.args.args}
    renamed = Plain().visit(ast.parse(ast.unparse(method)).body[0])
    positioned = {ast.unparse(plain(s)): s for s in method.body}
    for statement in renamed.body:
        if trains(statement, before):
            yield positioned[ast.unparse(statement)]
        before |= stored_in(statement)


def _steps(loop: ast.stmt) -> Iterator[tuple[str, str]]:
    """Gradients with what they are the gradients of: `dw` and `own__w` of `self.w -= self.lr * dw`."""
    made = stored_in(loop)
    for target, value in filter(None, map(stepped, ast.walk(loop))):
        of = ast.unparse(plain(target))
        read = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} & made
        named = [name for name in sorted(read) if is_gradient_name(name, {of, of.removeprefix(OWN)})]
        if len(named) == 1 and of.isidentifier():
            yield named[0], of


def _is_penalised(
    method: ast.FunctionDef, loop: ast.stmt, place: tuple[int, int], steps: Sequence[Step], of: set[str]
) -> bool:
    """Is there a word for a penalty, or do the lines behind the predictions read what they are to change?"""
    if steps:
        return _PENALTY.search(ast.unparse(method)) is not None or reads_itself(steps)
    moves = {id(n) for s in ast.walk(loop) if stepped(s) for n in ast.walk(s)}
    read = {
        ast.unparse(plain(n))
        for n in ast.walk(loop)
        if isinstance(n, ast.Attribute | ast.Name) and n.lineno > place[0] and id(n) not in moves
    }
    return _PENALTY.search(ast.unparse(method)) is not None or bool(read & of)
