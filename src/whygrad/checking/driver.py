"""The driver that makes a script of functions or a class.

It takes example inputs from a function of the file (or from `--input`), runs forward and backward, and names
the results.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whygrad.checking.evidence import Failure, Form, Hints
from whygrad.checking.naming import FORCE, OUTPUT_WORDS, UPSTREAM_WORDS, stems
from whygrad.checking.plain import Namespace, run_text
from whygrad.checking.programs import SECONDS, Program, Returned
from whygrad.checking.values import count, has_float, is_numeric, shape_of
from whygrad.errors import NoGradientError, UsageError
from whygrad.source import Source

TARGET_WORDS = re.compile(r"(?i)^(y|t|targets?|labels?|y_?true|y_?train|truth|expected|answers?)$")
_UPSTREAM = """import numpy as __whygrad_np
{upstream} = __whygrad_np.cos(__whygrad_np.arange(__whygrad_np.size({output})) + 1.0)
{upstream} = {upstream}.reshape(__whygrad_np.shape({output}))"""
"""Distinct weights of both signs, for a backward function whose upstream gradient nobody gave."""

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
        return [_shown(item) for item in items]


def _shown(item: ast.expr) -> str:
    """The name of a returned value; a dictionary written out whose keys are those of gradients is `grads`."""
    if isinstance(item, ast.Dict) and len(item.keys) > 0:
        keys = [k.value for k in item.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
        return "grads" if any(map(stems, keys)) else ""
    return ast.unparse(item) if isinstance(item, ast.Name | ast.Attribute) else ""


def _own_nodes(function: ast.AST) -> list[ast.AST]:
    """Nodes of a function's body without those of functions inside it, in order."""
    out: list[ast.AST] = []
    for child in ast.iter_child_nodes(function):
        if isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        out += [child, *_own_nodes(child)]
    return out


class Driver:
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
        self.after: Namespace | Failure | None = None
        self.names: dict[str, str] = {}
        """Parameter -> variable of the driver."""

    def run(self) -> Namespace | Failure:
        overrides = {self.names.get(k, k): v for k, v in self.base.items()}
        return run_text(
            "\n".join([self.source.text, *self.lines]),
            self.source.filename,
            frozenset(overrides),
            overrides,
            SECONDS,
        )

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
                raise UsageError(
                    f"there is no function `{self.hints.inputs}` in the file",
                    hint=f"functions: {', '.join(self.functions)}",
                )
            return self.hints.inputs
        return next(
            (
                name
                for name, f in self.functions.items()
                if INPUT_FUNCTIONS.match(name) and not any(need for _, need in f.parameters)
            ),
            "",
        )

    def call(self, function: Function, target: str, known: Mapping[str, str]) -> str:
        """Text of a call with the arguments that are known; refuses where a needed one is not."""
        arguments = []
        for name, needed in function.parameters:
            if name in known:
                arguments.append(f"{name}={known[name]}")
            elif needed:
                raise NoGradientError(
                    f"no example value for the parameter `{name}` of `{function.qualname}`",
                    hint=f"add a function `make_inputs()` that returns dict({name}=...), "
                    f'or give --input "{name}=randn(3)"',
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
        if forward.owner:
            built = self.call(init, forward.owner, self.names) if init else f"{forward.owner}()"
            self.lines.append(f"{LAYER} = {built}")
            self.expose(init, forward)
            callee = f"{LAYER}.{forward.name}"
        self.lines.append(f"{FORWARD} = {self.call(forward, callee, self.names)}")
        after = self.run()
        if isinstance(after, Failure):
            return after
        if form == "single":
            return self.single(forward, after)
        assert backward is not None
        return self.pair(form, forward, backward, after)

    def expose(self, init: Function | None, forward: Function) -> None:
        """Parameters that the constructor makes itself become inputs: `W = layer.W; layer.W = W`."""
        made = self.run()
        if isinstance(made, Failure) or not hasattr(made[LAYER], "__dict__"):
            return
        passed = {name for function in (init, forward) if function for name, _ in function.parameters}
        for name, value in vars(made[LAYER]).items():
            if name in passed or not is_numeric(value) or not has_float(value) or not shape_of(value):
                continue
            variable = name if name not in self.namespace else f"{name}_"
            # An example input of that name that nothing takes is not the layer's parameter.
            self.lines = [line for line in self.lines if not line.startswith(f"{variable} = ")]
            self.lines += [f"{variable} = {LAYER}.{name}", f"{LAYER}.{name} = {variable}"]
            self.names[name] = variable

    def single(self, function: Function, after: Namespace) -> Program:
        """The function's result is the loss and its gradients."""
        result, names = after[FORWARD], function.returns
        items = list(result) if isinstance(result, tuple | list) else [result]
        names = names if len(names) == len(items) else [""] * len(items)
        loss = _loss_place(items, names)
        output = names[loss] or self.hints.output or "loss"
        variable = output if output not in self.names.values() and output not in after else "__whygrad_loss"
        self.lines.append(f"{variable} = {FORWARD}[{loss}]")
        returned = []
        for place, item in enumerate(items):
            if place == loss:
                continue
            fallback = f"d{place}"
            if isinstance(item, dict):
                fallback = "grads"
            elif len(items) == 2 and function.parameters:
                prefix = "force_" if FORCE.search(function.name) else "d"
                fallback = f"{prefix}{function.parameters[0][0]}"
            name = names[place] if stems(names[place]) or isinstance(item, dict) else ""
            returned += _returned(item, name or fallback, f"{FORWARD}[{place}]", function.qualname)
        return self.finished("single", ((variable, ""),), returned, function, function)

    def pair(self, form: Form, forward: Function, backward: Function, after: Namespace) -> Program | Failure:
        result, names = after[FORWARD], forward.returns
        items = list(result) if isinstance(result, tuple) else [result]
        paths = [f"{FORWARD}[{k}]" if isinstance(result, tuple) else FORWARD for k in range(len(items))]
        known = dict(zip(names, paths, strict=False)) if len(names) == len(items) else {}
        upstreams = self.upstreams(forward, backward, items, known)
        own = {name for name, _ in forward.parameters}
        targets = [n for n, _ in backward.parameters if TARGET_WORDS.match(n) and n not in own | set(known)]
        if targets and not upstreams and is_numeric(items[0]) and count(items[0]) > 1:
            raise NoGradientError(
                f"`{backward.qualname}` takes `{targets[0]}`, so it belongs to a loss; "
                f"`{forward.qualname}` returns none",
                hint="let a function return the loss, or name the upstream gradient: --upstream",
            )
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
                self.lines.append(_UPSTREAM.format(upstream=upstream, output=variable))
                self.names[upstream] = upstream
            objective.append((variable, self.names.get(upstream, "")))
            known[upstream] = self.names.get(upstream, "")
        callee = f"{LAYER}.{backward.name}" if form == "class" else backward.name
        self.lines.append(f"{RESULT} = {self.call(backward, callee, known)}")
        ended = self.run()
        if isinstance(ended, Failure):
            return ended
        returned = self.results(ended[RESULT], forward, backward)
        if form == "class":
            returned += self.stored(backward)
        return self.finished(form, tuple(objective), returned, forward, backward)

    def upstreams(
        self, forward: Function, backward: Function, items: list[Any], known: Mapping[str, str]
    ) -> list[str]:
        """Parameters of the backward function that stand for upstream gradients, in order."""
        if self.hints.upstream:
            return [self.hints.upstream]
        own = {name for name, _ in forward.parameters} | set(known)
        # A target is no upstream gradient: `backward(y)` belongs to a loss that is computed elsewhere.
        free = [n for n, _ in backward.parameters if n not in own and not TARGET_WORDS.match(n)]
        floats = [n for n in free if n in self.names and is_numeric(self.made(n)) and has_float(self.made(n))]
        fitting = [n for n in floats if any(_same_shape(self.made(n), item) for item in items)]
        if fitting:
            return fitting
        return [n for n in free if n not in self.names and "cache" not in n and UPSTREAM_WORDS.match(n)][:1]

    def made(self, name: str) -> Any:
        """The example value of a parameter."""
        if self.after is None:
            self.after = self.run()
        return None if isinstance(self.after, Failure) else self.after.get(self.names[name])

    def results(self, result: Any, forward: Function, backward: Function) -> list[Returned]:
        names = backward.returns
        prefix = "force_" if FORCE.search(backward.name) else "d"
        if isinstance(result, dict) or not isinstance(result, tuple | list):
            single = (
                names[0]
                if len(names) == 1 and (stems(names[0].rpartition(".")[2]) or isinstance(result, dict))
                else f"{prefix}{forward.parameters[0][0]}"
                if forward.parameters
                else "grad"
            )
            return _returned(result, single, RESULT, backward.qualname)
        if isinstance(result, list) and len(names) != len(result):
            return _returned(result, names[0] if names else "grad", RESULT, backward.qualname)
        found = []
        for place, item in enumerate(result):
            fallback = (
                f"{prefix}{forward.parameters[place][0]}"
                if place < len(forward.parameters)
                else f"grad_{place}"
            )
            name = names[place] if place < len(names) and names[place] else fallback
            found += _returned(item, name, f"{RESULT}[{place}]", backward.qualname)
        return found

    def stored(self, backward: Function) -> list[Returned]:
        """Gradients that the backward method stores on its object."""
        found: dict[str, Returned] = {}
        for node in ast.walk(backward.node):
            if not (isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)):
                continue
            text = ast.unparse(node).replace("'", '"')
            last = node.attr if isinstance(node, ast.Attribute) else _constant_key(node)
            container = ast.unparse(node.value).rpartition(".")[2] if isinstance(node, ast.Subscript) else ""
            if text.startswith("self.") and last and (stems(last) or stems(container)):
                found[text] = Returned(text, LAYER + text[4:], backward.qualname)
        return list(found.values())

    def finished(
        self,
        form: Form,
        objective: tuple[tuple[str, str], ...],
        returned: list[Returned],
        forward: Function,
        backward: Function,
    ) -> Program:
        base = {self.names.get(name, name): value for name, value in self.base.items()}
        return Program(
            self.source,
            form,
            self.hints,
            "\n".join(self.lines),
            (),
            objective,
            tuple(returned),
            forward.qualname,
            backward.qualname,
            base,
        )


def _loss_place(items: list[Any], names: list[str]) -> int:
    """Which result of a function that returns loss and gradients is the loss."""
    numbers = [k for k, item in enumerate(items) if is_numeric(item) and count(item) == 1]
    plain = [k for k in numbers if not stems(names[k].rpartition(".")[2])] or numbers or [0]
    return next((k for k in plain if OUTPUT_WORDS.search(names[k])), plain[0])


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
        keys = [key for key in value if isinstance(key, str) and is_numeric(value[key])]
        return [Returned(f'{name}["{key}"]' if name else key, f"{path}[{key!r}]", function) for key in keys]
    return [Returned(name, path, function)] if is_numeric(value) else []
