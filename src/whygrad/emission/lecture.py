"""A gradient as a lecture would give it, in LaTeX: the function, its partials, the chain rule step by step.

Made from the emitted text, which has been proved, and from one run of it: each line once in symbols, once as
a formula, once with the numbers of the example.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.emission.blackboard import Board, Lesson
from whygrad.emission.deriving import is_cache
from whygrad.emission.functions import Substitution
from whygrad.emission.leaves import is_number
from whygrad.emission.notation import escaped
from whygrad.emission.passages import Passage, factor_beside, passages, place_of
from whygrad.emission.rehearsal import Rehearsal
from whygrad.emission.tree import root_of
from whygrad.emission.typesetting import Typesetter, name_tex

PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\begin{document}
"""


def lecture(lesson: Lesson, emitted: Rehearsal, forward: Rehearsal) -> str:
    """A LaTeX document that stands alone. `emitted` ran the lesson's text, `forward` the user's functions."""
    parts = [PREAMBLE, rf"\section*{{The gradient of {lesson.title}}}"]
    parts += _Forward(lesson, forward).section()
    steps = _Backward(lesson, emitted, forward)
    parts += [*steps.partials(), *steps.section()]
    return "\n".join([*parts, r"\end{document}"]) + "\n"


class _Forward(Board):
    """The function itself."""

    def section(self) -> list[str]:
        self.lines.append(r"\subsection*{The function}")
        for function in self.lesson.forward:
            if len(self.lesson.forward) > 1:
                names = ", ".join(name_tex(a.arg) for a in function.args.args)
                self.say(0, rf"$\operatorname{{{escaped(function.name)}}}({names})$:")
            for passage in passages(function.body):
                self.statement(passage)
            self.flush()
        return self.lines

    def statement(self, passage: Passage) -> None:
        node, setter, depth = passage.node, self.setter(passage.line), passage.depth
        if is_kept_only(node):
            return
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            self.assignment(node, setter, depth)
        elif isinstance(node, ast.Return):
            value = result_of(node)
            if value is not None and not isinstance(value, ast.Name):
                self.row(depth, name_tex(self.lesson.output), setter.tex(value))
        elif isinstance(node, ast.Expr):
            self.expression(node.value, setter, depth)
        elif passage.header:
            self.headers(passage)

    def assignment(self, node: Any, setter: Typesetter, depth: int) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        target, value = targets[0], node.value
        if isinstance(value, ast.Attribute) and value.attr == "shape" and isinstance(target, ast.Tuple):
            sizes = r" \times ".join(setter.tex(t) for t in target.elts)
            self.row(depth, setter.tex(value.value), rf"\mathbb{{R}}^{{{sizes}}}", r"\in")
            return
        sign = "=" if not isinstance(node, ast.AugAssign) else rf"\mathrel{{{SIGNS[type(node.op)]}}}="
        self.row(depth, setter.tex(target), setter.tex(value), sign)

    def expression(self, node: ast.expr, setter: Typesetter, depth: int) -> None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            self.row(depth, setter.tex(node.func.value), setter.tex(node.args[0]), r"\mathrel{\ni}")


class _Backward(Board):
    """The partials and the steps of the backward passes."""

    def __init__(self, lesson: Lesson, run: Rehearsal, forward: Rehearsal) -> None:
        super().__init__(lesson, run)
        self.forward = forward
        self.given: list[str] = []
        inner = [n for f in lesson.forward for n in ast.walk(f) if isinstance(n, ast.stmt)]
        self.quoted = {ast.unparse(n): n.lineno for n in reversed(inner)}

    def bodies(self) -> Iterator[tuple[str, list[Passage]]]:
        """Each function with a backward pass, with `given` set to the cotangents that it takes."""
        own = {a.arg for f in self.lesson.forward for a in f.args.args}
        for node in self.run.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in self.lesson.backward:
                names = [a.arg for a in node.args.args if a.arg not in own and a.arg != "cache"]
                self.given = [n for n in names if n.startswith(self.lesson.prefix)]
                yield node.name, passages(node.body, self.lesson.text)

    def place(self, passage: Passage) -> Typesetter:
        """Writes the quoted line of the forward pass, as it was where it stands."""
        line = self.quoted.get(ast.unparse(passage.heading)) if passage.heading else None
        return self.setter(passage.line) if line is None else Board(self.lesson, self.forward).setter(line)

    def partials(self) -> list[str]:
        """Each local gradient that is a formula of its own."""
        rows: list[str] = []
        for _, body in self.bodies():
            aside: dict[str, ast.expr] = {}
            changed = changed_again(body)
            for passage in body:
                # `g = p.copy()` and then `g[y] -= 1`: the first of them is no partial.
                rows += [] if passage.node in changed else self.partial(passage, aside)
                aside |= self.set_aside(passage, aside)
        if not rows:
            return []
        own = dict.fromkeys(rows)
        return [
            r"\subsection*{The partial derivatives}",
            r"\begin{align*}",
            " \\\\\n".join(own),
            r"\end{align*}",
        ]

    def set_aside(self, passage: Passage, aside: Mapping[str, ast.expr]) -> dict[str, ast.expr]:
        """What backward lines give a name of their own, `tanh = np.tanh(c)`: partials are written without."""
        return {
            place.id: Substitution(aside).visit(copy.deepcopy(value))
            for place, value in assigned(passage.node) if passage.heading is not None
            if isinstance(place, ast.Name) and isinstance(value, ast.Call | ast.BinOp)
            if place.id not in self.lesson.known and self.belongs(place) is None
        }  # fmt: skip

    def partial(self, passage: Passage, aside: Mapping[str, ast.expr]) -> Iterator[str]:
        above = self.above(passage)
        for place, value in assigned(passage.node):
            factor = factor_beside(value, above) if above else None
            factor = factor and Substitution(aside).visit(copy.deepcopy(factor))
            name = self.belongs(place)
            if (
                factor is None
                or name is None
                or not self.alike(passage, place, above)
                or is_zero(passage.node)
            ):
                continue
            if any(isinstance(n, ast.Name) and self.belongs(n) for n in ast.walk(factor)):
                continue  # it goes by way of another gradient
            parts = self.split(name, factor)
            for of, one in parts:
                left = self.fraction(passage, of)
                yield f"{left} &= {self.setter(passage.line).tex(one)}"

    def fraction(self, passage: Passage, of: str) -> str:
        """A partial derivative of a line's result; of `c = f * c` it is by the `c` from before."""
        result = self.result(passage)
        before = rf"{of}{'^' if '_' in of else '_'}{{\text{{prev}}}}"
        return rf"\frac{{\partial {result}}}{{\partial {before if of == result else of}}}"

    def alike(self, passage: Passage, place: ast.expr, above: str) -> bool:
        """Is the gradient that comes in of the shape of the one that goes out? Else entries are added up."""
        if above == "1.0":
            return True
        after = self.run.after.get(passage.line, {})
        mine = after.get(place.id) if isinstance(place, ast.Name) else None
        shapes = [np.shape(v) for v in (mine, after.get(above)) if v is not None and not isinstance(v, list)]
        return isinstance(mine, list) or len(set(shapes)) <= 1

    @staticmethod
    def split(name: str, factor: ast.expr) -> list[tuple[str, ast.expr]]:
        """The entries of a list each have their own."""
        if isinstance(factor, ast.List):
            return [(name_tex(f"{name}[{k}]"), one) for k, one in enumerate(factor.elts)]
        return [(name_tex(name), factor)]

    def above(self, passage: Passage) -> str:
        """The name of the cotangent that arrives at the statement; "1.0" at a single result."""
        heading = passage.heading
        if isinstance(heading, ast.Return | ast.Expr):
            return self.given[0] if self.given else "1.0"
        target = place_of(heading)
        if isinstance(target, ast.Name):
            is_end = target.id == self.lesson.output and not self.given
            return "1.0" if is_end else f"{self.lesson.prefix}{target.id}"
        return ""

    def result(self, passage: Passage) -> str:
        target = place_of(passage.heading)
        return name_tex(self.lesson.output) if target is None else self.place(passage).tex(target)

    def belongs(self, place: ast.expr) -> str | None:
        """What the gradient at a place is of."""
        if not isinstance(place, ast.Name):
            return None
        name = place.id.removeprefix(self.lesson.prefix)
        return name if name != place.id and name in self.lesson.known else None

    def section(self) -> list[str]:
        """The chain rule, from the output back."""
        self.lines, output = [], name_tex(self.lesson.output)
        self.lines.append(r"\subsection*{The gradient, step by step}")
        loss = output if not self.lesson.given else "L"
        about = f"${loss}$" if not self.lesson.given else f"a loss $L$ that ${output}$ leads to"
        self.lines.append(
            rf"We write $\bar{{v}}$ for $\partial {loss} / \partial v$: how fast {about} moves when $v$ "
            rf"does. It has the shape of $v$, and is the sum over all that $v$ enters."
        )
        for name, body in self.bodies():
            if len(self.lesson.backward) > 1:
                self.say(0, rf"\paragraph{{{escaped(name)}}}")
            if not any(p.comment for p in body):
                continue  # it only calls the others
            first = beginning(body)
            if any(True for p in body[:first] for _ in assigned(p.node) if not is_kept_only(p.node)):
                self.say(0, "The forward pass, with the numbers of an example:")
            for k, passage in enumerate(body):
                if k == first:
                    if first:
                        self.say(0, "Now from the output back.")
                    self.upstream(body)
                self.step(passage)
            self.flush()
        return self.lines

    def upstream(self, body: Sequence[Passage]) -> None:
        """What the gradients that are given are in the example."""
        scope = self.run.scope(body[0].line) if body else {}
        for name in self.given:
            if name in scope:
                setter = self.setter(body[0].line)
                self.row(0, setter.tex(ast.Name(name, ast.Load())), r"\text{as it arrives}")
                told = self.valued(scope[name])
                self.more(told.removeprefix("= "), "=" if told.startswith("=") else "")

    def step(self, passage: Passage) -> None:
        if passage.first and passage.heading is not None:
            self.say(passage.depth, f"From ${self.equation(passage)}$:")
        elif passage.first and passage.comment:
            self.say(passage.depth, escaped(passage.comment))
        if passage.header:
            self.headers(passage)
        for place, value in () if is_kept_only(passage.node) else assigned(passage.node):
            self.derived(passage, place, value)

    def equation(self, passage: Passage) -> str:
        heading, setter = passage.heading, self.place(passage)
        if isinstance(heading, ast.Return | ast.Expr):
            value = result_of(heading)
            return f"{name_tex(self.lesson.output)} = {setter.tex(value)}" if value is not None else ""
        sign = rf"\mathrel{{{SIGNS[type(heading.op)]}}}=" if isinstance(heading, ast.AugAssign) else "="
        target = place_of(heading)
        assert target is not None and isinstance(heading, ast.Assign | ast.AugAssign)
        return f"{setter.tex(target)} {sign} {setter.tex(heading.value)}"

    def derived(self, passage: Passage, place: ast.expr, value: ast.expr) -> None:
        """One line in symbols, as a formula, and in numbers."""
        setter, line = self.setter(passage.line), passage.line
        sign = r"\mathrel{+}=" if isinstance(passage.node, ast.AugAssign | ast.Expr) else "="
        left, formula = setter.tex(place), setter.tex(value)
        if formula == left or (formula == "0" and sign == "="):
            if formula == "0":
                self.row(passage.depth, left, formula)
            return
        symbols = self.symbols(passage, place, value)
        self.row(passage.depth, left, symbols or formula, sign)
        if symbols and symbols != formula:
            self.more(formula)
        numbers = self.setter(line, True).tex(value) if self.only_numbers(value, line) else ""
        if numbers and numbers != formula and not isinstance(value, ast.List):
            self.more(numbers)
        told = self.valued(self.run.value(value, line))
        if told and told != f"= {numbers}":
            self.more(told.removeprefix("= "), "=" if told.startswith("=") else "")

    def symbols(self, passage: Passage, place: ast.expr, value: ast.expr) -> str:
        """The chain rule for this line."""
        above, name = self.above(passage), self.belongs(place)
        if name is None or not above:
            return ""
        own = self.fraction(passage, name_tex(name))
        if above == "1.0":
            return own
        bar = self.setter(passage.line).tex(ast.Name(above, ast.Load()))
        if factor_beside(value, above) is not None and self.alike(passage, place, above):
            return rf"{bar} \, {own}"
        return rf"\left({own}\right)^{{\!\top}} {bar}"

    def only_numbers(self, value: ast.expr, line: int) -> bool:
        """Are all names in it single numbers?"""
        names = [n for n in ast.walk(value) if isinstance(n, ast.Name) and n.id not in ("math", "np")]
        return bool(names) and all(is_number(self.run.value(n, line)) for n in names) and len(names) < 8


SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: r"\cdot", ast.Div: "/"}


def assigned(node: ast.stmt | None) -> Iterable[tuple[ast.expr, ast.expr]]:
    """(place, value) of the assignments of a statement that mathematics would write."""
    if isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Tuple):
        yield node.targets[0], node.value
    elif isinstance(node, ast.AugAssign):
        yield node.target, node.value
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        if ast.unparse(call.func).endswith("add.at") and len(call.args) == 3:
            yield ast.Subscript(call.args[0], call.args[1], ast.Load()), call.args[2]


def changed_again(body: Sequence[Passage]) -> set[ast.stmt]:
    """Statements that give a gradient of which the same step of the backward pass changes something again."""
    steps: dict[tuple[int, str], list[ast.stmt]] = {}
    step = 0
    for passage in body:
        step += passage.first
        for place, _ in assigned(passage.node):
            if passage.heading is not None and passage.node is not None:
                steps.setdefault((step, root_of(place)), []).append(passage.node)
    return {node for nodes in steps.values() if len(nodes) > 1 for node in nodes}


def beginning(body: Sequence[Passage]) -> int:
    """Where the backward pass begins: at the loop that holds its first line, or the zeros before it."""
    first = next((k for k, p in enumerate(body) if p.comment), 0)
    while first and (body[first].depth or is_zero(body[first - 1].node)):
        first -= 1
    return first


def is_zero(node: ast.stmt | None) -> bool:
    """Does a statement make zeros?"""
    return isinstance(node, ast.Assign) and bool(re.match(r"np\.zeros|0\b|0\.0\b", ast.unparse(node.value)))


def is_kept_only(node: ast.stmt | None) -> bool:
    """Does a statement only keep values for the backward pass?"""
    if not isinstance(node, ast.Assign):
        return False
    called = isinstance(node.value, ast.Call) and ast.unparse(node.value.func).endswith(".pop")
    empty = isinstance(node.value, ast.List | ast.Dict) and ast.unparse(node.value) in ("[]", "{}")
    return called or empty or "cache" in ast.unparse(node.targets[0])


def result_of(node: ast.Return | ast.Expr) -> ast.expr | None:
    """What is returned, without what is kept for the backward pass."""
    if isinstance(node.value, ast.Tuple):
        kept = [e for e in node.value.elts if not is_cache(ast.unparse(e))]
        return kept[0] if len(kept) == 1 else ast.Tuple(kept, ast.Load())
    return node.value
