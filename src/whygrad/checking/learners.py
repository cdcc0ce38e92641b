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
from whygrad.checking.naming import OWN, PLAIN_OUTPUT_WORDS, is_gradient_name
from whygrad.checking.rounds import parses, trains
from whygrad.checking.stepping import stepped
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.source import tree_of

ROWS, FEATURES = 5, 3
LOSS, NUMPY = "supposed_loss", "__whygrad_np"
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

    def text(self, target: str, column: bool, loss: str = "") -> str:
        """The program with a target of labels or of numbers, and with a loss of `out` and `y` if need be."""
        lines = list(self.lines)
        made = f"{NUMPY}.random.RandomState(3).{TARGETS[target]}" + (".reshape(-1, 1)" if column else "")
        rows = f"{NUMPY}.random.RandomState(2).randn({ROWS}, {FEATURES})"
        given = [f"import numpy as {NUMPY}", f"{self.data} = {rows}", f"{self.target} = {made}"]
        given += [f"{name} = {value}" for name, value in self.settings.items()]
        lines[self.room] = "; ".join(given)
        if loss and self.place[0]:
            number, end = self.place
            names = {"np": NUMPY, "out": self.predicted, "y": self.compared}
            written = re.sub(r"\b(np|out|y)\b", lambda match: names[match[1]], loss)
            line = lines[number - 1]
            lines[number - 1] = f"{line[:end]}; {LOSS} = {written}{line[end:]}"
        return "\n".join(lines)


def restored(text: str) -> str:
    """What was said of the plain statements, in the words of the class: `self.w` for `own__w`."""
    return _RENAMED.sub("self.", text)


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
    loop = next(_loops(method, settings), None)
    if loop is None or helpers is None or "" in settings.values():
        return None
    lines = _rewritten(text, tree, owner, opened, helpers)
    if lines is None:
        return None
    room, written = lines
    gradients = dict(_steps(loop))
    output = _loss_of(loop)
    found = _compared(loop)
    if not gradients or (found is None and not output):
        return None
    predicted, compared, place = found or ("", "", (0, 0))
    name = method.name if method is owner else f"{owner.name}.{method.name}"
    learner = Learner(
        name, tuple(written), room, parameters[0], targets[0], settings, gradients, output, place,
        predicted, compared, _is_penalised(method, loop, place, set(gradients.values())),
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
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_self(node.func.value)
    ]


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


class _Plain(ast.NodeTransformer):
    """`own__w` for `self.w`."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        return ast.Name(f"{OWN}{node.attr}", node.ctx) if _is_self(node.value) else node


def _plain(node: ast.AST) -> ast.AST:
    """A copy with plain names."""
    plain: ast.AST = _Plain().visit(ast.parse(ast.unparse(node)))
    return plain


def _as_line(method: ast.FunctionDef) -> str:
    """A small method as a function on one line."""
    names = [a.arg for a in method.args.args]
    plain = _plain(method)
    assert isinstance(plain, ast.Module) and isinstance(plain.body[0], ast.FunctionDef)
    function = plain.body[0]
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
    if len(rooms) <= len(helpers):
        return None
    for function in opened:
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and _is_self(node.value):
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
    for place, helper in zip(rooms[:-1], helpers, strict=False):
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
    plain = _Plain().visit(ast.parse(ast.unparse(method)).body[0])
    positioned = {ast.unparse(_plain(s)): s for s in method.body}
    for statement in plain.body:
        if trains(statement, before):
            yield positioned[ast.unparse(statement)]
        before |= _stored(statement)


def _stored(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _steps(loop: ast.stmt) -> Iterator[tuple[str, str]]:
    """Gradients with what they are the gradients of: `dw` and `own__w` of `self.w -= self.lr * dw`."""
    made = _stored(loop)
    for target, value in filter(None, map(stepped, ast.walk(loop))):
        of = ast.unparse(_plain(target))
        read = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} & made
        named = [name for name in sorted(read) if is_gradient_name(name, {of, of.removeprefix(OWN)})]
        if len(named) == 1 and of.isidentifier():
            yield named[0], of


def _loss_of(loop: ast.stmt) -> str:
    """The variable that holds the loss of a round."""
    for name in sorted(_stored(loop)):
        if PLAIN_OUTPUT_WORDS.search(name) and not is_gradient_name(name, set()):
            return name
    return ""


def _compared(loop: ast.stmt) -> tuple[str, str, tuple[int, int]] | None:
    """Predictions, the target they are compared with, and the place behind the statement that has them."""
    simple = [n for n in ast.walk(loop) if isinstance(n, ast.Assign)]
    for statement in simple:
        for node in ast.walk(statement.value):
            if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)):
                continue
            sides = {TARGET_WORDS.match(_word(s)) is not None: s for s in (node.left, node.right)}
            if set(sides) != {True, False}:
                continue
            target, other = ast.unparse(_plain(sides[True])), sides[False]
            if isinstance(other, ast.Name):
                holding = [s for s in simple if s.lineno <= statement.lineno and other.id in _stored(s)]
                if holding:
                    return other.id, target, _end(holding[-1])
            whole = statement.targets[0]
            if statement.value is node and isinstance(whole, ast.Name):
                error = whole.id
                out = f"({target} - {error})" if node.left is sides[True] else f"({error} + {target})"
                return out, target, _end(statement)
    return None


def _is_penalised(method: ast.FunctionDef, loop: ast.stmt, place: tuple[int, int], of: set[str]) -> bool:
    """Is there a word for a penalty, or do the lines behind the predictions read what they are to change?"""
    steps = {id(n) for s in ast.walk(loop) if stepped(s) for n in ast.walk(s)}
    read = {
        ast.unparse(_plain(n))
        for n in ast.walk(loop)
        if isinstance(n, ast.Attribute | ast.Name) and n.lineno > place[0] and id(n) not in steps
    }
    return _PENALTY.search(ast.unparse(method)) is not None or bool(read & of)


def _word(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _end(statement: ast.stmt) -> tuple[int, int]:
    return statement.end_lineno or statement.lineno, statement.end_col_offset or 0
