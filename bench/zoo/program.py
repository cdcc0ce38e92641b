"""A program of the zoo: its text, how its gradients are got, and whether they are true (by differences)."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "programs"
_HEADER = re.compile(r"# zoo: (\w+) ([^|]*)\|(.*)")
_PAIR = re.compile(r"([^\s=]+)=(\S+)")
POINTS = 3
"""The given inputs and moved ones."""
STEP = 1e-4

Vectors = dict[str, "np.ndarray[Any, Any]"]


class BrokenError(Exception):
    """A text that raises, or whose gradients are not numbers."""


@dataclass(frozen=True)
class Program:
    """A correct program. `text` is what is checked: the file without its header."""

    name: str
    style: str
    calls: tuple[str, ...]
    """script: the output; pair, class: (class,) forward, backward; single: the function."""
    gradients: dict[str, str]
    """Gradient -> the input that it belongs to; `-W` for a minus gradient."""
    text: str
    upstreams: tuple[str, ...] = ()
    _cache: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def inputs(self) -> list[str]:
        return [of.lstrip("-") for of in self.gradients.values()]

    @cached_property
    def moves(self) -> list[Vectors]:
        """How the inputs are moved at each point; nothing at the first."""
        sizes = {name: value.size for name, value in self.run(self.text, {})[2].items()}
        rng = np.random.RandomState(sum(map(ord, self.name)))
        return [
            {name: (0.0 if place == 0 else 0.25) * rng.randn(size) for name, size in sizes.items()}
            for place in range(POINTS)
        ]

    def run(self, text: str, moved: Mapping[str, Any]) -> tuple[Vectors, float, Vectors]:
        """Gradients, objective and inputs of a text; raises BrokenError."""
        try:
            with contextlib.redirect_stdout(io.StringIO()), quiet():
                return self._script(text, moved) if self.style == "script" else self._called(text, moved)
        except BrokenError:
            raise
        except (Exception, SystemExit) as error:
            raise BrokenError(f"{type(error).__name__}: {error}") from error

    def _script(self, text: str, moved: Mapping[str, Any]) -> tuple[Vectors, float, Vectors]:
        seen: Vectors = {}

        def move(scope: dict[str, Any]) -> None:
            for of in self.inputs:
                value = eval(of, scope)
                seen[of] = _flat(value)
                if of in moved:
                    _assign(of, _moved(value, moved[of]), scope)

        lines = ["__move(globals())" if line == "# forward" else line for line in text.split("\n")]
        namespace: dict[str, Any] = {"__name__": "zoo", "__move": move}
        exec(self._compiled("\n".join(lines)), namespace)
        found = {name: _flat(eval(name, namespace)) for name in self.gradients}
        return found, float(np.sum(namespace[self.calls[0]])), seen

    def _called(self, text: str, moved: Mapping[str, Any]) -> tuple[Vectors, float, Vectors]:
        namespace: dict[str, Any] = {"__name__": "zoo"}
        exec(self._compiled(text), namespace)
        env = namespace["make_inputs"]()
        seen = {of: _flat(env[of]) for of in self.inputs}
        for of in self.inputs:
            if of in moved:
                env[of] = _moved(env[of], moved[of])
        layer = None
        if self.style == "class":
            layer = _call(namespace[self.calls[0]], env)
            forward, backward = (getattr(layer, name) for name in self.calls[1:])
        else:
            forward, backward = namespace[self.calls[0]], namespace[self.calls[-1]]
        made = _call(forward, env)
        if self.style == "single":
            return self._named(made[1:], layer), float(made[0]), seen
        outs = made if isinstance(made, tuple) else (made,)
        env["cache"] = outs[-1]
        weights = [env[name] for name in self.upstreams] or [1.0]
        value = sum(float(np.sum(out * weight)) for out, weight in zip(outs, weights, strict=False))
        return self._named(_call(backward, env), layer), value, seen

    def _named(self, made: Any, layer: Any) -> Vectors:
        items = list(made) if isinstance(made, tuple) else [made]
        found: Vectors = {}
        places = iter(items)
        for name in self.gradients:
            if name.startswith("self."):
                found[name] = _flat(getattr(layer, name[5:]))
            elif "[" in name:
                found[name] = _flat(eval(name, {"grads": items[0]}))
            else:
                found[name] = _flat(next(places))
        return found

    def _compiled(self, text: str) -> Any:
        if text not in self._cache:
            if len(self._cache) > 50:
                self._cache.clear()
            self._cache[text] = compile(text, f"{self.name}.py", "exec")
        return self._cache[text]

    @cached_property
    def truth(self) -> list[Vectors]:
        """Gradients of the correct text at every point."""
        return [self.run(self.text, move)[0] for move in self.moves]

    def objective(self, text: str) -> list[float]:
        return [self.run(text, move)[1] for move in self.moves]

    def numeric(self, text: str, place: int = 0) -> Vectors:
        """Gradients of the objective of a text by differences of fourth order, at one point."""
        found: Vectors = {}
        base = self.moves[place]
        for name, of in self.gradients.items():
            sign = -1.0 if of.startswith("-") else 1.0
            of = of.lstrip("-")
            slopes = np.zeros(base[of].size)
            for k in range(base[of].size):
                values = []
                for step in (-2, -1, 1, 2):
                    shifted = base[of].copy()
                    shifted[k] += step * STEP
                    values.append(self.run(text, {**base, of: shifted})[1])
                slopes[k] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * STEP)
            found[name] = sign * slopes
        return found

    def right(self, text: str) -> bool:
        """Are the gradients of a text those of the correct one, or true for its own forward pass?"""
        try:
            if all(same(self.run(text, m)[0], t) for m, t in zip(self.moves, self.truth, strict=True)):
                return True
            if np.allclose(self.objective(text), self.objective(self.text), rtol=1e-10):
                return False
            return all(same(self.run(text, self.moves[p])[0], self.numeric(text, p), 1e-5) for p in (0, 1))
        except BrokenError:
            return False


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without warnings: a wrong program divides by zero as it likes."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def same(a: Vectors, b: Vectors, rtol: float = 1e-6) -> bool:
    return all(
        name in a and a[name].size == b[name].size and np.allclose(a[name], b[name], rtol=rtol, atol=1e-8)
        for name in b
    )


def _flat(value: Any) -> np.ndarray[Any, Any]:
    found = np.asarray(value)
    if found.dtype == object or found.dtype.kind not in "fiub":
        raise BrokenError("a gradient is not a number")
    return found.astype(float).ravel()


def _moved(value: Any, delta: np.ndarray[Any, Any]) -> Any:
    if not np.any(delta):
        return value
    if isinstance(value, list):
        return [v + d for v, d in zip(value, delta, strict=True)]
    found = np.asarray(value, dtype=float) + delta.reshape(np.shape(value))
    return found if isinstance(value, np.ndarray) else float(found)


def _assign(target: str, value: Any, scope: dict[str, Any]) -> None:
    scope["__value"] = value
    exec(f"{target} = __value", scope)


def _call(function: Any, env: Mapping[str, Any]) -> Any:
    code = getattr(function, "__init__", function) if isinstance(function, type) else function
    code = getattr(code, "__func__", code)
    if not hasattr(code, "__code__"):
        return function()
    names = code.__code__.co_varnames[: code.__code__.co_argcount]
    return function(**{name: env[name] for name in names if name != "self" and name in env})


def read(path: Path) -> Program:
    """Read a program of the zoo."""
    header, _, text = path.read_text(encoding="utf-8").partition("\n")
    found = _HEADER.match(header)
    if not found:
        sys.exit(f"{path}: the first line must say how the program is run (# zoo: ...)")
    words = found[2].split()
    gradients = {name.replace("'", '"'): of for name, of in _PAIR.findall(found[3])} if '["' not in found[3] \
        else dict(_split(word) for word in found[3].split())  # fmt: skip
    calls = tuple(word for word in words if not word.startswith("out:"))
    named = next((tuple(word[4:].split(",")) for word in words if word.startswith("out:")), ())
    upstreams = named or _upstream_of(text, found[1], calls)
    return Program(path.stem, found[1], calls, gradients, text, upstreams)


def _split(word: str) -> tuple[str, str]:
    name, _, of = word.partition("]=")
    return name + "]", of


def _upstream_of(text: str, style: str, calls: tuple[str, ...]) -> tuple[str, ...]:
    """The parameter of a backward function that is no cache."""
    if style not in ("pair", "class"):
        return ()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == calls[-1]:
            return tuple(a.arg for a in node.args.args if a.arg not in ("self", "cache"))
    return ()


def programs() -> list[Program]:
    """All programs, by name."""
    return [read(path) for path in sorted(FOLDER.glob("*.py"))]
