"""Home-made engines that no script uses: a use is written that exercises every operator it has.

Each operation gets leaves of its own, its result's `backward()` is called, and the gradients of the leaves
are read; some use a leaf twice, so that gradients must add up, and one needs the right order of visits.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from whygrad.checking.evidence import Failure, Hints
from whygrad.checking.functions import Function
from whygrad.checking.plain import execute, run_text
from whygrad.checking.programs import SECONDS, Program
from whygrad.checking.slicing import sliced
from whygrad.checking.values import is_numeric
from whygrad.errors import NoGradientError
from whygrad.source import Source

Methods = Mapping[str, Function]
OPERATORS = {"__add__", "__mul__", "__sub__", "__pow__", "__truediv__", "__matmul__"}
BINARY = {"__add__": "{x} + {y}", "__sub__": "{x} - {y}", "__mul__": "{x} * {y}", "__truediv__": "{x} / {y}"}
FURTHER = {
    "__neg__": "-{x}", "__pow__": "{x} ** 3", "__radd__": "2.5 + {x}", "__rsub__": "2.5 - {x}",
    "__rmul__": "2.5 * {x}", "__rtruediv__": "2.5 / {x}",
}  # fmt: skip
REUSES = (
    "{x} + {x}", "{x} * {x}", "{x} * {y} + {x}", "({x} + {y}) * ({x} * {y} + {x})",
    "(lambda a: a * a + a)({x} * {y})",
)  # fmt: skip
_UTILITY = {"backward", "zero_grad", "item", "numpy", "detach", "parameters", "copy", "clone", "step", "size"}
LEAVES = (("x", "0.8"), ("y", "1.7"))
MOST = 24


def engines_in(classes: Mapping[str, Methods]) -> list[str]:
    """Classes that overload operators and run backward by themselves."""
    return [name for name, methods in classes.items() if OPERATORS & set(methods) and _runs_back(methods)]


def _runs_back(methods: Methods) -> bool:
    backward = methods.get("backward") or methods.get("backprop")
    return backward is not None and not any(needed for _, needed in backward.parameters)


def engine_program(source: Source, hints: Hints, name: str, methods: Methods) -> Program | Failure:
    """The file with a use of the engine below it. Raises NoGradientError where no operation runs."""
    roots = (name,)
    text = sliced(source.text, roots)
    namespace = run_text(text, source.filename, frozenset(), {}, SECONDS)
    if isinstance(namespace, Failure):
        return namespace
    value, options = _value_attribute(methods), _following(methods)
    backward = "backward" if "backward" in methods else "backprop"
    terms: list[str] = []
    for expression in _expressions(methods):
        lines = _term(name, expression, value, backward, len(terms), options)
        if _runs(lines, dict(namespace), f"__whygrad_out{len(terms)}"):
            terms.append(lines)
    if not terms:
        raise NoGradientError(
            f"no operation of the engine `{name}` could be exercised",
            hint=f"add a use of it below: x = {name}(0.7); y = x * x; y.backward(); grad_x = x.grad",
        )
    outputs = [t.split("# back\n")[0] for t in terms]
    backs = [t.split("# back\n")[1] for t in terms]
    summed = "result = " + " + ".join(f"__whygrad_out{k}" for k in range(len(terms)))
    driver = "\n".join([*outputs, summed, *backs])
    return Program(source, "script", hints, driver, roots=roots, engine=name)


def _value_attribute(methods: Methods) -> str:
    """The attribute that holds the number of a node: `data` of `self.data = data`."""
    init = methods.get("__init__")
    first = init.parameters[0][0] if init and init.parameters else ""
    for node in ast.walk(init.node) if init else ():
        if isinstance(node, ast.Assign) and any(
            isinstance(n, ast.Name) and n.id == first for n in ast.walk(node.value)
        ):
            for target in node.targets:
                found = _attributes(target)
                if found:
                    return found[0]
    return first or "data"


def _following(methods: Methods) -> str:
    """The argument without which a node keeps no gradient: `requires_grad=True`."""
    init = methods.get("__init__")
    names = [name for name, needed in init.parameters if not needed] if init else []
    return "".join(f", {name}=True" for name in names if re.match("requires?_?grad", name))


def _attributes(target: ast.expr) -> list[str]:
    items = target.elts if isinstance(target, ast.Tuple) else [target]
    return [t.attr for t in items if isinstance(t, ast.Attribute)]


def _expressions(methods: Methods) -> list[str]:
    """What to compute: operators, methods without arguments, and reuses of a leaf."""
    found = [text for name, text in BINARY.items() if name in methods]
    found += [text for name, text in FURTHER.items() if name in methods]
    found += [
        f"{{x}}.{name}()"
        for name, method in methods.items()
        if not name.startswith("_")
        and name not in _UTILITY
        and not any(need for _, need in method.parameters)
    ]
    found += ["(-1.0 * {x}).relu()"] if "relu" in methods else []
    return [*found[: MOST - len(REUSES)], *REUSES]


def _term(name: str, expression: str, value: str, backward: str, number: int, options: str) -> str:
    """Lines that make leaves, compute, run backward and read the gradients of the leaves."""
    used = [(leaf, given) for leaf, given in LEAVES if f"{{{leaf}}}" in expression]
    nodes = {leaf: f"__whygrad_{leaf}{number}" for leaf, _ in LEAVES}
    lines = [f"{leaf}{number} = {given}" for leaf, given in used]
    lines += [f"{nodes[leaf]} = {name}({leaf}{number}{options})" for leaf, _ in used]
    lines += [f"__whygrad_node{number} = {expression.format(**nodes)}"]
    lines += [f"__whygrad_out{number} = __whygrad_node{number}.{value}"]
    lines += ["# back", f"__whygrad_node{number}.{backward}()"]
    lines += [f"grad_{leaf}{number} = {nodes[leaf]}.grad" for leaf, _ in used]
    return "\n".join(lines)


def _runs(lines: str, namespace: dict[str, Any], output: str) -> bool:
    code = compile(lines, "<engine>", "exec")
    return execute(code, namespace, 2.0) is None and is_numeric(namespace.get(output))
