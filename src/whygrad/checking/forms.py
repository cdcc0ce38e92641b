"""Which form a file has, and the driver that makes a script of it.

A script stands for itself. Of a pair of functions, a single function or a class, the driver takes example
inputs from a function of the file (or from `--input`), runs forward and backward, and names the results.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whygrad.checking.evidence import Failure, Form, Hints
from whygrad.checking.miniature import parse_input
from whygrad.checking.naming import UPSTREAM_WORDS, stems
from whygrad.checking.plain import Namespace, run_text
from whygrad.checking.programs import SECONDS, Program, Returned
from whygrad.checking.values import has_float, is_numeric, shape_of
from whygrad.errors import NoGradientError, UsageError
from whygrad.source import Source

BACK = re.compile(r"(?i)^(backward|backwards|bwd|back|backprop|backpropagate|rev|reverse|grad|gradient|vjp|bprop|pullback|"
                  r"derivative|deriv|adjoint|prop)$")  # fmt: skip
FORTH = re.compile(r"(?i)^(forward|forwards|fwd|fprop|fw|ff|loss|call|primal|value)$")
INPUT_FUNCTIONS = re.compile(
    r"(?i)^(make|get|example|sample|build|create|gen|generate|setup)?_?(inputs?|example\w*|data|args)$"
)
RESULT, FORWARD, LAYER, INPUTS = (f"__whygrad_{part}" for part in ("result", "forward", "layer", "inputs"))


@dataclass(frozen=True, eq=False)
class Function:
    """A function or method of the file."""

    name: str
    node: ast.FunctionDef
    owner: str = ""

    @property
    def qualname(self) -> str:
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def parameters(self) -> list[tuple[str, bool]]:
        """Positional parameters (without self) and whether each must be given."""
        arguments = self.node.args
        names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
        needed = len(names) - len(arguments.defaults)
        pairs = [(name, place < needed) for place, name in enumerate(names)]
        pairs += [
            (a.arg, default is None)
            for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        ]
        return pairs[1:] if self.owner else pairs

    @property
    def returns(self) -> list[str]:
        """Names of what the last return statement returns; "" for an expression."""
        last = None
        for node in _own_nodes(self.node):
            if isinstance(node, ast.Return) and node.value is not None:
                last = node.value
        if last is None:
            return []
        if isinstance(last, ast.Dict):
            return [
                k.value if isinstance(k, ast.Constant) and isinstance(k.value, str) else "" for k in last.keys
            ]
        items = last.elts if isinstance(last, ast.Tuple | ast.List) else [last]
        return [ast.unparse(item) if isinstance(item, ast.Name | ast.Attribute) else "" for item in items]


def _own_nodes(function: ast.AST) -> list[ast.AST]:
    """Nodes of a function's body without those of functions inside it, in order."""
    out: list[ast.AST] = []
    for child in ast.iter_child_nodes(function):
        if isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        out += [child, *_own_nodes(child)]
    return out


def arrange(source: Source, hints: Hints) -> Program | Failure:
    """The program of a file: its form, and a driver where it needs one.

    A Failure is a text that does not run. Raises UsageError for hints that name nothing, NoGradientError where
    example inputs are missing.
    """
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError) as error:
        return Failure(type(error).__name__, str(error), getattr(error, "lineno", 0) or 0, error)
    functions = {n.name: Function(n.name, n) for n in tree.body if isinstance(n, ast.FunctionDef)}
    classes = {n.name: _methods(n) for n in tree.body if isinstance(n, ast.ClassDef)}
    form, forward, backward = _form(tree, functions, classes, hints)
    base = {name: parse_input(text) for name, text in hints.input.items()}
    if form == "script" or forward is None:
        program = Program(source, "script", hints, base=base)
        return program
    namespace = run_text(source.text, source.filename, frozenset(), {}, SECONDS)
    if isinstance(namespace, Failure):
        return namespace
    writer = _Driver(source, hints, functions, namespace, base)
    return writer.program(form, forward, backward, classes)


def _methods(node: ast.ClassDef) -> dict[str, Function]:
    return {n.name: Function(n.name, n, node.name) for n in node.body if isinstance(n, ast.FunctionDef)}


Found = tuple[Form, Function | None, Function | None]


def _form(
    tree: ast.Module, functions: dict[str, Function], classes: dict[str, dict[str, Function]], hints: Hints
) -> Found:
    if hints.forward:
        return _hinted(functions, classes, hints)
    names = {n.id for s in tree.body if not isinstance(s, ast.FunctionDef | ast.ClassDef)
             for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}  # fmt: skip
    if any(
        stems(name) and any(stem in names or not stem or not weak for stem, weak in stems(name))
        for name in names
    ):
        return "script", None, None
    for methods in classes.values():
        forward = next((m for m in methods.values() if FORTH.match(m.name) or m.name == "__call__"), None)
        backward = next((m for m in methods.values() if BACK.match(m.name)), None)
        if forward and backward and not INPUT_FUNCTIONS.match(forward.name):
            return "class", forward, backward
    pair = _pair(functions)
    if pair:
        return "pair", *pair
    for function in functions.values():
        returned = function.returns
        if len(returned) > 1 and any(stems(name.rpartition(".")[2]) for name in returned[1:]):
            return "single", function, None
    return "script", None, None


def _hinted(functions: dict[str, Function], classes: dict[str, dict[str, Function]], hints: Hints) -> Found:
    known = dict(functions)
    for methods in classes.values():
        known.update({method.qualname: method for method in methods.values()})
    for name in filter(None, (hints.forward, hints.backward)):
        if name not in known:
            raise UsageError(
                f"there is no function `{name}` in the file", hint=f"functions: {', '.join(known)}"
            )
    forward = known[hints.forward]
    backward = known[hints.backward] if hints.backward else None
    return ("class" if forward.owner else "pair" if backward else "single"), forward, backward


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"_+|(?<=[a-z])(?=[A-Z])", name) if word]


def _pair(functions: dict[str, Function]) -> tuple[Function, Function] | None:
    """The backward function whose name without its backward word is nearest that of a forward function."""
    for name, backward in functions.items():
        words = _words(name)
        rest = [w for w in words if not BACK.match(w)]
        if len(rest) == len(words) or not backward.parameters:
            continue
        scored = []
        for other, forward in functions.items():
            others = [w for w in _words(other) if not FORTH.match(w)]
            if other == name or any(BACK.match(w) for w in _words(other)) or not forward.parameters:
                continue
            common = len({w.lower() for w in rest} & {w.lower() for w in others})
            scored.append((common - 0.1 * abs(len(others) - len(rest)) + (others == rest), forward))
        if scored:
            score, forward = max(scored, key=lambda pair: pair[0])
            if score > 0 or len(scored) == 1:
                return forward, backward
    return None


class _Driver:
    """Writes the driver, running what it has so far to see what the functions return."""

    def __init__(
        self,
        source: Source,
        hints: Hints,
        functions: dict[str, Function],
        namespace: Namespace,
        base: dict[str, Any],
    ) -> None:
        self.source, self.hints, self.functions, self.namespace = source, hints, functions, namespace
        self.base = base
        self.lines: list[str] = []
        self.names: dict[str, str] = {}
        """Parameter -> variable of the driver."""

    def run(self) -> Namespace | Failure:
        overrides = {self.names.get(k, k): v for k, v in self.base.items()}
        return run_text("\n".join([self.source.text, *self.lines]), self.source.filename,
                        frozenset(overrides), overrides, SECONDS)  # fmt: skip

    def take_inputs(self, parameters: list[tuple[str, bool]]) -> None:
        """Lines that bind example inputs: of a function of the file, of `--input`, or of the module."""
        maker = self.maker()
        given: dict[str, str] = {}
        if maker:
            self.lines.append(f"{INPUTS} = {maker}()")
            made = self.namespace[maker]() if maker in self.namespace else None
            given = _keys(made, [name for name, _ in parameters])
        for name in dict.fromkeys([*given, *(n for n, _ in parameters)]):
            variable = name if name not in self.namespace or name in self.base else f"{name}_"
            if name in self.base:
                self.lines.append(f"{variable} = 0.0")
            elif name in given:
                self.lines.append(f"{variable} = {INPUTS}{given[name]}")
            elif name in self.namespace and is_numeric(self.namespace[name]):
                variable = name
            else:
                continue
            self.names[name] = variable

    def maker(self) -> str:
        if self.hints.inputs:
            if self.hints.inputs not in self.functions:
                raise UsageError(f"there is no function `{self.hints.inputs}` in the file",
                                 hint=f"functions: {', '.join(self.functions)}")  # fmt: skip
            return self.hints.inputs
        return next((name for name, f in self.functions.items()
                     if INPUT_FUNCTIONS.match(name) and not any(need for _, need in f.parameters)), "")  # fmt: skip

    def call(self, function: Function, target: str, known: Mapping[str, str]) -> str:
        """Text of a call with the arguments that are known; refuses where a needed one is not."""
        arguments = []
        for name, needed in function.parameters:
            if name in known:
                arguments.append(f"{name}={known[name]}")
            elif needed:
                raise NoGradientError(
                    f"no example value for the parameter `{name}` of `{function.qualname}`",
                    hint=f'add a function `make_inputs()` that returns dict({name}=...), or give --input "{name}=randn(3)"',
                )
        return f"{target}({', '.join(arguments)})"

    def program(
        self,
        form: Form,
        forward: Function,
        backward: Function | None,
        classes: Mapping[str, Mapping[str, Function]],
    ) -> Program | Failure:
        methods = classes.get(forward.owner, {})
        init = methods.get("__init__")
        wanted = [
            *(init.parameters if init else []),
            *forward.parameters,
            *(backward.parameters if backward else []),
        ]
        self.take_inputs(wanted)
        callee = forward.name
        if form == "class":
            built = self.call(init, forward.owner, self.names) if init else f"{forward.owner}()"
            self.lines.append(f"{LAYER} = {built}")
            self.expose(init)
            callee = f"{LAYER}.{forward.name}"
        self.lines.append(f"{FORWARD} = {self.call(forward, callee, self.names)}")
        after = self.run()
        if isinstance(after, Failure):
            return after
        if form == "single":
            return self.single(forward, after)
        assert backward is not None
        return self.pair(form, forward, backward, after)

    def expose(self, init: Function | None) -> None:
        """Parameters that the constructor makes itself become inputs: `W = layer.W; layer.W = W`."""
        made = self.run()
        if isinstance(made, Failure):
            return
        taken = {name for name, _ in init.parameters} if init else set()
        for name, value in vars(made[LAYER]).items() if hasattr(made[LAYER], "__dict__") else ():
            if (
                name not in taken
                and name not in self.names
                and is_numeric(value)
                and has_float(value)
                and shape_of(value)
            ):
                variable = name if name not in self.namespace else f"{name}_"
                self.lines += [f"{variable} = {LAYER}.{name}", f"{LAYER}.{name} = {variable}"]
                self.names[name] = variable

    def single(self, function: Function, after: Namespace) -> Program:
        """The function's result is the loss and its gradients."""
        result, names = after[FORWARD], function.returns
        output = self.hints.output or "loss"
        output = names[0] if names and names[0] else output
        variable = output if output not in self.names.values() and output not in after else "__whygrad_loss"
        self.lines.append(f"{variable} = {FORWARD}[0]")
        returned = []
        for place, item in enumerate(result[1:] if isinstance(result, tuple) else [], start=1):
            name = names[place] if place < len(names) else ""
            returned += _returned(item, name or f"d{place}", f"{FORWARD}[{place}]", function.qualname)
        return self.finished("single", ((variable, ""),), returned, function, function)

    def pair(self, form: Form, forward: Function, backward: Function, after: Namespace) -> Program | Failure:
        result, names = after[FORWARD], forward.returns
        items = list(result) if isinstance(result, tuple) else [result]
        paths = [f"{FORWARD}[{k}]" if isinstance(result, tuple) else FORWARD for k in range(len(items))]
        known = dict(zip(names, paths, strict=False)) if len(names) == len(items) else {}
        upstreams = self.upstreams(forward, backward, items, known)
        outputs = list(range(max(1, len(upstreams))))
        known.update({name: self.names[name] for name in self.names})
        for name in ("out", "output", "y", "a", "activation"):
            known.setdefault(name, paths[0])
        rest = [p for p in paths if paths.index(p) not in outputs]
        for name, needed in backward.parameters:
            if name not in known and name not in upstreams and needed and rest:
                known[name] = rest.pop(0) if len(rest) == 1 or "cache" not in name else rest.pop()
        objective = []
        for place, output in enumerate(outputs):
            variable = f"__whygrad_out{place}"
            shown = names[output] if output < len(names) and names[output].isidentifier() else "out"
            if shown not in after and shown not in self.names.values():
                variable = shown
            self.lines.append(f"{variable} = {paths[output]}")
            upstream = upstreams[place] if place < len(upstreams) else ""
            if upstream and upstream not in self.names:
                self.lines += ["import numpy as __whygrad_np",
                               f"{upstream} = __whygrad_np.cos(__whygrad_np.arange(__whygrad_np.size({variable})) + 1.0)"
                               f".reshape(__whygrad_np.shape({variable}))"]  # fmt: skip
                self.names[upstream] = upstream
            # A copy: the backward function may write into what it is given.
            objective.append((variable, self.names.get(upstream, "")))
            known[upstream] = self.names.get(upstream, "")
        callee = f"{LAYER}.{backward.name}" if form == "class" else backward.name
        self.lines.append(f"{RESULT} = {self.call(backward, callee, known)}")
        after = self.run()
        if isinstance(after, Failure):
            return self.finished(form, tuple(objective), [], forward, backward)
        returned = self.results(after[RESULT], forward, backward)
        if form == "class":
            returned += self.stored(after[LAYER], backward)
        return self.finished(form, tuple(objective), returned, forward, backward)

    def upstreams(
        self, forward: Function, backward: Function, items: list[Any], known: Mapping[str, str]
    ) -> list[str]:
        """Parameters of the backward function that stand for upstream gradients, in order."""
        if self.hints.upstream:
            return [self.hints.upstream]
        own = {name for name, _ in forward.parameters} | set(known)
        free = [name for name, _ in backward.parameters if name not in own]
        floats = [n for n in free if n in self.names and is_numeric(self.made(n)) and has_float(self.made(n))]
        fitting = [n for n in floats if any(_same_shape(self.made(n), item) for item in items)]
        if fitting:
            return fitting
        return [n for n in free if n not in self.names and "cache" not in n and UPSTREAM_WORDS.match(n)][:1]

    def made(self, name: str) -> Any:
        after = self._made if hasattr(self, "_made") else self.run()
        self._made = after
        return None if isinstance(after, Failure) else after.get(self.names[name])

    def results(self, result: Any, forward: Function, backward: Function) -> list[Returned]:
        names = backward.returns
        if isinstance(result, dict) or not isinstance(result, tuple | list):
            single = (
                names[0]
                if len(names) == 1 and names[0]
                else f"d{forward.parameters[0][0]}"
                if forward.parameters
                else "grad"
            )
            return _returned(result, single, RESULT, backward.qualname)
        if isinstance(result, list) and len(names) != len(result):
            return _returned(result, names[0] if names else "grad", RESULT, backward.qualname)
        found = []
        for place, item in enumerate(result):
            fallback = (
                f"d{forward.parameters[place][0]}" if place < len(forward.parameters) else f"grad_{place}"
            )
            name = names[place] if place < len(names) and names[place] else fallback
            found += _returned(item, name, f"{RESULT}[{place}]", backward.qualname)
        return found

    def stored(self, layer: Any, backward: Function) -> list[Returned]:
        """Gradients that the backward method stores on its object."""
        found: dict[str, Returned] = {}
        for node in ast.walk(backward.node):
            if not (isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)):
                continue
            text = ast.unparse(node)
            last = node.attr if isinstance(node, ast.Attribute) else _constant_key(node)
            container = ast.unparse(node.value).rpartition(".")[2] if isinstance(node, ast.Subscript) else ""
            if text.startswith("self.") and last and (stems(last) or stems(container)):
                found[text] = Returned(text, LAYER + text[4:], backward.qualname)
        return list(found.values())

    def finished(
        self, form: Form, objective: tuple[tuple[str, str], ...], returned: list[Returned],
        forward: Function, backward: Function,
    ) -> Program:  # fmt: skip
        base = {self.names.get(name, name): value for name, value in self.base.items()}
        return Program(self.source, form, self.hints, "\n".join(self.lines), (), objective, tuple(returned),
                       forward.qualname, backward.qualname, base)  # fmt: skip


def _constant_key(node: ast.Subscript) -> str:
    return (
        node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""
    )


def _same_shape(first: Any, second: Any) -> bool:
    return is_numeric(second) and shape_of(first) == shape_of(second)


def _keys(made: Any, names: list[str]) -> dict[str, str]:
    """How each example input is reached in what the function returned."""
    if isinstance(made, Mapping):
        return {key: f"[{key!r}]" for key in made if isinstance(key, str) and key.isidentifier()}
    if isinstance(made, tuple | list):
        return {name: f"[{place}]" for place, name in enumerate(names[: len(made)])}
    return {names[0]: ""} if names else {}


def _returned(value: Any, name: str, path: str, function: str) -> list[Returned]:
    """A gradient, or those of a dictionary of gradients."""
    if isinstance(value, dict):
        return [Returned(f"{name}[{key!r}]".replace("'", '"') if name else str(key), f"{path}[{key!r}]", function)
                for key in value if isinstance(key, str) and is_numeric(value[key])]  # fmt: skip
    return [Returned(name, path, function)] if is_numeric(value) else []
