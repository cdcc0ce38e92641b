"""Programs in the words of PyTorch and JAX: their value and gradients, where those can say the program.

The same text runs with `np` and `math` bound to the peer's functions. Writes into places become calls: in
place where the peer can, else as a new array under the old name, which is another function where aliases are
written through. `comparing` tells such programs by their value, and compares gradients where values agree.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

IMPORTS = "import math\nimport numpy as np\n"
Build = Callable[[list[Any]], Any]
BACKWARDS = [3, 2, 1, 0]
"""What `[::-1]` means of the axes of four entries that programs have: PyTorch has no negative steps."""


class Peer:
    """One library: `answer` gives value and gradients of a program."""

    name = ""

    def namespace(self, copies: bool) -> dict[str, Any]:
        """What the program may name."""
        raise NotImplementedError

    def given(self, leaf: Any) -> Any:
        """A number or array of the program's inputs, as the peer takes it."""
        raise NotImplementedError

    def differentiated(
        self, f: Callable[..., Any], leaves: list[Any], build: Build
    ) -> tuple[float, list[Any]]:
        """Value and the gradients of the leaves."""
        raise NotImplementedError

    def answer(self, text: str, leaves: Sequence[Any], build: Build) -> tuple[float, list[Any]]:
        """Raises whatever the peer raises at words that it does not know."""
        try:
            return self._answer(text, leaves, build, copies=False)
        except Exception:  # it cannot write here: write copies
            return self._answer(text, leaves, build, copies=True)

    def _answer(
        self, text: str, leaves: Sequence[Any], build: Build, copies: bool
    ) -> tuple[float, list[Any]]:
        tree = ast.fix_missing_locations(_Spelled(copies).visit(ast.parse(text.removeprefix(IMPORTS))))
        space = {"__name__": "fuzz", "float": lambda v: v, "_key": _Key(), **self.namespace(copies)}
        exec(compile(tree, "<peer>", "exec"), space)
        return self.differentiated(space["f"], [self.given(leaf) for leaf in leaves], build)


class _Spelled(ast.NodeTransformer):
    """Writes into places, and lists of indices, become calls that a peer can give a meaning."""

    def __init__(self, copies: bool) -> None:
        self.copies = copies

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        target = node.targets[0]
        return _written(target, node.value) if isinstance(target, ast.Subscript) else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.target, ast.Subscript):
            read = ast.Subscript(node.target.value, node.target.slice, ast.Load())
            return _written(node.target, ast.BinOp(read, node.op, node.value))
        if self.copies and isinstance(node.target, ast.Name):
            read_name = ast.Name(node.target.id, ast.Load())
            return ast.Assign([node.target], ast.BinOp(read_name, node.op, node.value))
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """`np.multiply(a, b, out=x)` and `np.add.at(x, i, b)` give x its new value."""
        self.generic_visit(node)
        call = node.value
        if not isinstance(call, ast.Call):
            return node
        out = [k.value for k in call.keywords if k.arg == "out"]
        whole = ast.Constant(Ellipsis)
        if out and isinstance(out[0], ast.Name):
            plain = ast.Call(call.func, call.args, [])
            return _written(ast.Subscript(out[0], whole, ast.Store()), plain)
        if ast.unparse(call.func) == "np.add.at" and isinstance(call.args[0], ast.Name):
            return _written(ast.Subscript(call.args[0], whole, ast.Store()), _call("_add_at", *call.args))
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        known = [_index(part) for part in parts]
        node.slice = ast.Tuple(known, ast.Load()) if isinstance(node.slice, ast.Tuple) else known[0]
        return node


def _index(part: ast.expr) -> ast.expr:
    if ast.unparse(part) == "::-1":
        return ast.parse(f"_rows({BACKWARDS})", mode="eval").body
    return _call("_rows", part) if isinstance(part, ast.List) else part


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def _written(target: ast.Subscript, value: ast.expr) -> ast.AST:
    """`base = _set(base, key, value)`; of a part of something (`A.T`) no name is set."""
    key = ast.Subscript(ast.Name("_key", ast.Load()), target.slice, ast.Load())
    call = _call("_set", target.value, key, value)
    if isinstance(target.value, ast.Name):
        return ast.Assign([ast.Name(target.value.id, ast.Store())], call)
    return ast.Expr(call)


class _Key:
    """A key on its way into a write. Of several writes to one place neither peer says which is the last."""

    def __getitem__(self, key: Any) -> Any:
        for part in key if isinstance(key, tuple) else (key,):
            if isinstance(part, list | np.ndarray) and len(set(map(int, part))) < len(part):
                raise NotImplementedError("one place is named twice in a write")
        return key


class Jax(Peer):
    name = "jax"

    def __init__(self) -> None:
        self.jax = import_module("jax")
        self.jax.config.update("jax_enable_x64", True)
        self.np = self.jax.numpy

    def given(self, leaf: Any) -> Any:
        return self.np.asarray(leaf)

    def answer(self, text: str, leaves: Sequence[Any], build: Build) -> tuple[float, list[Any]]:
        return self._answer(text, leaves, build, copies=True)  # nothing can be written into

    def namespace(self, copies: bool) -> dict[str, Any]:
        def write(base: Any, key: Any, value: Any) -> Any:
            if isinstance(base, list | dict):
                base[key] = value
                return base
            return base.at[key].set(value)

        shim = _Shim({"fabs": self.np.abs, "atan": self.np.arctan}, self.np)
        add_at = lambda base, rows, value: base.at[np.asarray(rows)].add(value)
        return {"np": self.np, "math": shim, "_set": write, "_add_at": add_at, "_rows": np.asarray}

    def differentiated(
        self, f: Callable[..., Any], leaves: list[Any], build: Build
    ) -> tuple[float, list[Any]]:
        both = self.jax.value_and_grad(lambda given: f(*build(given)))
        value, gradients = both(leaves)
        return float(value), [np.asarray(g) for g in gradients]


class _Shim:
    """Names with a meaning of their own, and the rest of a module."""

    def __init__(self, own: dict[str, Any], rest: Any) -> None:
        self.__dict__.update(own)
        self._rest = rest

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rest, name)


class Torch(Peer):
    name = "torch"

    def __init__(self) -> None:
        self.torch = import_module("torch")
        self.torch.set_num_threads(1)
        self.words = words_of_torch(self.torch)

    def given(self, leaf: Any) -> Any:
        return self.torch.tensor(leaf, dtype=self.torch.float64, requires_grad=True)

    def namespace(self, copies: bool) -> dict[str, Any]:
        def write(base: Any, key: Any, value: Any) -> Any:
            if copies and self.torch.is_tensor(base):
                base = base.clone()
            base[key] = value
            return base

        def add_at(base: Any, rows: Any, value: Any) -> Any:
            places = self.torch.tensor(rows)
            return base.index_add(0, places, self.words["array"](value).broadcast_to(places.shape))

        one = _OfTensors(self.torch, self.words)
        return {"np": one, "math": one, "_set": write, "_add_at": add_at, "_rows": list}

    def differentiated(
        self, f: Callable[..., Any], leaves: list[Any], build: Build
    ) -> tuple[float, list[Any]]:
        value = f(*build([leaf * 1.0 for leaf in leaves]))  # a leaf must not be written into
        found = self.torch.autograd.grad(value, leaves, allow_unused=True)
        zeros = [np.zeros(leaf.shape) for leaf in leaves]
        return value.item(), [z if g is None else g.numpy() for z, g in zip(zeros, found, strict=True)]


class _OfTensors:
    """PyTorch's functions by NumPy's names; numbers among the arguments become tensors."""

    def __init__(self, torch: Any, words: dict[str, Any]) -> None:
        self._torch, self._words = torch, words

    def __getattr__(self, name: str) -> Any:
        function = self._words.get(name) or getattr(self._torch, name)
        if isinstance(function, _Shim):
            return function

        def called(*args: Any, **kwargs: Any) -> Any:
            numbers = name not in ("ones", "zeros")
            first = [self._tensor(a) if numbers and isinstance(a, float | int) else a for a in args[:1]]
            return function(*first, *args[1:], **kwargs)

        return called

    def _tensor(self, value: Any) -> Any:
        return self._torch.as_tensor(value, dtype=self._torch.float64)


def words_of_torch(torch: Any) -> dict[str, Any]:
    """Functions of NumPy's that PyTorch spells otherwise."""
    wide = torch.float64

    def tensor(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return torch.stack([tensor(v) for v in value])
        return torch.as_tensor(value, dtype=wide)

    def joined(parts: Any, axis: int = 0) -> Any:
        return torch.cat(list(parts), axis)

    def spread(of: Any) -> Callable[..., Any]:
        return lambda x, axis=None: of(x, dim=axis, correction=0)

    def along(function: Any) -> Callable[..., Any]:
        return lambda x, axis=None: function(x) if axis is None else function(x, axis)

    def appended(x: Any, *values: Any) -> Any:
        return torch.cat([x, *(tensor(value).reshape(-1) for value in values)])

    def filled(value: float) -> Callable[..., Any]:
        return lambda shape: torch.full(shape if isinstance(shape, tuple) else (shape,), value, dtype=wide)

    add = _Shim({"accumulate": lambda x: torch.cumsum(x, 0)}, None)
    return {
        "array": tensor, "concatenate": joined, "vstack": lambda p: torch.vstack(list(p)), "add": add,
        "stack": lambda parts, axis=0: torch.stack([tensor(p) for p in parts], axis),
        "sort": lambda x, axis=-1: torch.sort(x, dim=axis, stable=True)[0],
        "argsort": lambda x: torch.argsort(x, stable=True),
        "max": along(torch.amax), "min": along(torch.amin), "prod": along(torch.prod),
        "std": spread(torch.std), "var": spread(torch.var), "mean": along(torch.mean),
        "sum": along(torch.sum), "repeat": torch.repeat_interleave, "append": appended,
        "maximum": lambda a, b: torch.maximum(a, tensor(b)), "fabs": torch.abs,
        "minimum": lambda a, b: torch.minimum(a, tensor(b)),
        "flip": lambda x, axis: torch.flip(x, [axis]), "tile": torch.tile, "outer": torch.outer,
        "cumsum": lambda x, axis=0: torch.cumsum(x, axis), "dot": torch.matmul,
        "ones": filled(1.0), "zeros": filled(0.0),
        "cbrt": lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3),
    }  # fmt: skip


KINDS = {"torch": Torch, "jax": Jax}


def installed(names: Sequence[str]) -> list[Peer]:
    """Those of the peers named that can be imported here."""
    return [KINDS[name]() for name in names if find_spec(name)]
