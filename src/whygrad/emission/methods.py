"""The `forward` method of a class as a plain function: what it reads of `self` becomes parameters."""

from __future__ import annotations

import ast
import copy
import inspect
import linecache
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from whygrad.emission.functions import bound
from whygrad.emission.instance import hand_on, helpers_of
from whygrad.emission.leaves import is_array, write
from whygrad.emission.program import floats
from whygrad.errors import EmissionError
from whygrad.source import Source


@dataclass(eq=False)
class Method:
    """A forward method, what it reads and sets of its instance, and as which names."""

    source: Source
    owner: ast.ClassDef
    node: ast.FunctionDef
    instance: Any
    names: dict[str, str] = field(default_factory=dict)
    """Attributes to the names that stand for them."""
    given: list[str] = field(default_factory=list)
    """Attributes that it reads before it sets them."""
    kept: list[str] = field(default_factory=list)
    """Attributes that it sets."""
    helpers: dict[str, ast.FunctionDef] = field(default_factory=dict)
    """Methods that it calls, as functions of their arguments and of what they read of the instance."""
    reads: dict[str, list[str]] = field(default_factory=dict)
    """The attributes that each of these reads, itself or by way of others."""

    def __post_init__(self) -> None:
        self.own = self.node.args.args[0].arg if self.node.args.args else ""
        uses = [n for n in ast.walk(self.node) if self.is_attribute(n)]
        self.helpers, self.reads = helpers_of(self.owner, self.instance, {n.attr for n in uses})
        self._refuse(uses)
        self._find_given()
        self.kept = sorted({n.attr for n in uses if isinstance(n.ctx, ast.Store)})
        local = bound(self.node)
        used = [a for n in uses for a in (n.attr, *self.reads.get(n.attr, ()))]
        for name in dict.fromkeys([*used, *self.helpers]):
            same = name not in local or (name not in self.given and self.only_as(name))
            after = name in self.kept and name in self.parameters
            self.names[name] = name if same else f"{name}_next" if after else f"own_{name}"

    def is_attribute(self, node: ast.AST) -> TypeGuard[ast.Attribute]:
        return (
            isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == self.own
        )

    def only_as(self, name: str) -> bool:
        """Is an attribute set to the local of its own name, and to nothing else?"""
        made = [
            n for n in ast.walk(self.node)
            if isinstance(n, ast.Assign) and any(self.is_attribute(t) and t.attr == name for t in n.targets)
        ]  # fmt: skip
        return all(isinstance(n.value, ast.Name) and n.value.id == name for n in made)

    def _refuse(self, uses: list[Any]) -> None:
        """EmissionError for methods and objects that it uses, and for `self` as a whole."""
        whole = {id(n.value) for n in uses}
        for n in ast.walk(self.node):
            if isinstance(n, ast.Name) and n.id == self.own and id(n) not in whole:
                raise self.refusal(n, f"`{self.own}` handed on as a whole")
        for n in uses:
            held = getattr(self.instance, n.attr, None)
            if n.attr not in self.helpers and not is_plain(held):
                what = "the method" if inspect.ismethod(held) else f"a {type(held).__name__}"
                raise self.refusal(n, f"{what} `{self.own}.{n.attr}`")

    def refusal(self, node: ast.expr, what: str) -> EmissionError:
        return EmissionError(
            f"{what} in line {node.lineno}, used in {self.owner.name}.{self.node.name}, cannot be derived",
            hint="write what it computes out there, in terms of arrays and numbers",
            place=self.source.place(self.source.span_of(node)),
        )

    def _find_given(self) -> None:
        done = set[str]()
        for statement in self.node.body:
            for n in ast.walk(statement):
                if not self.is_attribute(n):
                    continue
                read = isinstance(n.ctx, ast.Load) or isinstance(statement, ast.AugAssign)
                for attribute in self.reads.get(n.attr, [n.attr]) if read else ():
                    if attribute not in {*done, *self.given} and hasattr(self.instance, attribute):
                        self.given.append(attribute)
            if isinstance(statement, ast.Assign):
                done |= {n.attr for t in statement.targets for n in ast.walk(t) if self.is_attribute(n)}

        order = list(vars(self.instance))
        self.given.sort(key=lambda a: order.index(a) if a in order else len(order))

    @property
    def parameters(self) -> list[str]:
        return [a.arg for a in (*self.node.args.args[1:], *self.node.args.kwonlyargs)]

    def flat(self) -> ast.FunctionDef:
        """The function."""
        node = copy.deepcopy(self.node)
        node.name, node.decorator_list, node.returns = "forward", [], None
        added = [ast.arg(self.names[a]) for a in self.given]
        arguments = [ast.arg(name) for name in self.parameters]
        node.args = ast.arguments([], [*arguments, *added], None, [], [], None, [])
        node.body = [*node.body[ast.get_docstring(node) is not None :], *self._result()]
        return ast.fix_missing_locations(_Flattening(self).visit(node))  # type: ignore[no-any-return]

    def _result(self) -> list[ast.stmt]:
        """Where the method returns nothing: its result is the attribute that it sets last."""
        if any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(self.node)):
            return []
        targets = [t for s in self.node.body if isinstance(s, ast.Assign) for t in s.targets]
        last = next((t for t in reversed(targets) if self.is_attribute(t)), None)
        if last is None:
            return []
        value = ast.Attribute(ast.Name(self.own, ast.Load()), last.attr, ast.Load())
        return [ast.copy_location(ast.Return(ast.copy_location(value, last)), self.node.body[-1])]

    def function(self, namespace: Mapping[str, Any]) -> Any:
        """It as a function whose source can be found."""
        made = dict(namespace)
        for attribute, helper in self.helpers.items():
            helper.name = self.names[attribute]
            _defined(helper, made)
        return _defined(self.flat(), made)

    def is_bias(self, attribute: str, weights: Sequence[str]) -> bool:
        """Is an attribute added to an expression of one of the weights: `x @ self.w + self.b`?"""
        sums = [n for n in ast.walk(self.node) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add)]
        return any(
            self.is_attribute(one) and one.attr == attribute and _reads(other) & set(weights)
            for n in sums
            for one, other in ((n.left, n.right), (n.right, n.left))
        )

    def wanted(self, values: Mapping[str, Any]) -> list[str]:
        """What gets a gradient: arguments without defaults, and arrays of the instance but its state.

        Single numbers are settings, such as eps, beside arrays, but for a bias: what is added to an
        expression of a weight. In a class without arrays they are weights where the constructor has no
        default for them.
        """
        plain = len(self.node.args.args) - len(self.node.args.defaults)
        arguments = [a.arg for a in self.node.args.args[1:plain] if floats(values[a.arg])]
        held = [a for a in self.given if a not in self.kept and floats(values[self.names[a]])]
        arrays = [
            a for a in held if is_array(values[self.names[a]]) or not isinstance(values[self.names[a]], float)
        ]
        found = [a for a in held if a in arrays or self.is_bias(a, arrays)] if arrays else []
        found = found or [a for a in held if a not in defaults(type(self.instance))]
        return arguments + [self.names[a] for a in found]


def _reads(node: ast.AST) -> set[str]:
    """Attributes of any name that are read in a node."""
    return {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def _defined(node: ast.FunctionDef, namespace: dict[str, Any]) -> Any:
    """The function, defined in a namespace, with a source that can be found."""
    text = write(node) + "\n"
    filename = f"<ipython-method-{abs(hash(text))}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    exec(compile(text, filename, "exec"), namespace)
    return namespace[node.name]


def is_plain(value: Any) -> bool:
    """Is it a number, a text, an array, or made of such?"""
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    return value is None or isinstance(value, bool | int | float | str) or is_array(value)


def defaults(made: type) -> set[str]:
    """Parameters of a constructor that have defaults."""
    return {p.name for p in inspect.signature(made).parameters.values() if p.default is not p.empty}


class _Flattening(ast.NodeTransformer):
    """Writes names for attributes of the instance, and drops what says nothing then."""

    def __init__(self, method: Method) -> None:
        self.method = method

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if self.method.is_attribute(node):
            return ast.copy_location(ast.Name(self.method.names[node.attr], node.ctx), node)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if self.method.is_attribute(node.func):
            helper = self.method.helpers.get(node.func.attr)
            read = self.method.reads.get(node.func.attr, [])
            handed = [(a, ast.Name(self.method.names[a], ast.Load())) for a in read]
            node = copy.deepcopy(node)
            hand_on(node, helper, handed)
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        self.generic_visit(node)
        value = node.value.id if isinstance(node.value, ast.Name) else None
        node.targets = [t for t in node.targets if not (isinstance(t, ast.Name) and t.id == value)]
        return node if node.targets else ast.Pass()
