"""The hard points, with whygrad and with the other libraries that are installed.

python -m bench.hard_points                 # the two tables
python -m bench.hard_points --write         # into docs/numerics.md
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from bench.point_rows import POINTS, Point
from bench.structure_rows import STRUCTURES, Structure

PAGE = Path(__file__).resolve().parents[1] / "docs" / "numerics.md"
BEGIN, END = "<!-- measured by python -m bench.hard_points -->\n", "<!-- end -->\n"
Function = Callable[..., Any]


class Library:
    """One library behind one face; `xp` has NumPy's names."""

    name = ""
    xp: Any = None
    package = ""

    def array(self, value: Any) -> Any:
        """A value as the library takes it: numbers stay Python's."""
        return np.array(value) if isinstance(value, list) else value

    def grad(self, function: Function, at: Any) -> Any:
        """The gradient at a point."""
        return self.derivative(function)(self.array(at))

    def grad_inside(self, function: Function, at: Any) -> Any:
        """A gradient within a function that is itself differentiated."""
        return self.derivative(function)(self.array(at))

    def derivative(self, function: Function) -> Function:
        """The gradient as a function."""
        raise NotImplementedError

    def point(self, point: Point) -> Any:
        """The answer to a row of values."""
        function = point.torch if self.name == "torch" and point.torch else point.function
        return self.grad(lambda x: function(self.xp, x), point.at)

    def wrong_rule(self) -> str:
        """What becomes of a rule of the user's that is wrong."""
        raise NotImplementedError


class Whygrad(Library):
    name, package = "whygrad", "whygrad"

    def __init__(self) -> None:
        self.xp, self.wg = np, import_module("whygrad")

    def derivative(self, function: Function) -> Function:
        return self.wg.grad(function)

    def wrong_rule(self) -> str:
        square = self.wg.custom_rule(lambda x: x * x, partials=lambda x, y: 3 * x, check=True)
        try:
            return _trusted(self.grad(lambda x: square(x), 2.0))
        except self.wg.WhygradError:
            return "noticed"


class Autograd(Library):
    name, package = "autograd", "autograd"

    def __init__(self) -> None:
        self.xp, self.module = import_module("autograd.numpy"), import_module("autograd")

    def derivative(self, function: Function) -> Function:
        return self.module.grad(function)

    def wrong_rule(self) -> str:
        extend = import_module("autograd.extend")
        square = extend.primitive(lambda x: x * x)
        extend.defvjp(square, lambda y, x: lambda g: g * 3 * x)
        return _trusted(self.grad(square, 2.0))


class Jax(Library):
    name, package = "jax", "jax"

    def __init__(self) -> None:
        self.module = import_module("jax")
        self.module.config.update("jax_enable_x64", True)
        self.xp = self.module.numpy

    def array(self, value: Any) -> Any:
        return value if isinstance(value, int) else self.xp.asarray(value)

    def derivative(self, function: Function) -> Function:
        return self.module.grad(function)

    def wrong_rule(self) -> str:
        square = self.module.custom_vjp(lambda x: x * x)
        square.defvjp(lambda x: (x * x, x), lambda x, g: (g * 3 * x,))
        return _trusted(self.grad(square, 2.0))


class Torch(Library):
    name, package = "torch", "torch"

    def __init__(self) -> None:
        self.xp = import_module("torch")

    def array(self, value: Any) -> Any:
        wide = self.xp.float64 if isinstance(value, float | list) else None
        return self.xp.tensor(value, dtype=wide)

    def derivative(self, function: Function) -> Function:
        return self.xp.func.grad(function)

    def grad(self, function: Function, at: Any) -> Any:
        leaf = self.array(at).requires_grad_()
        return self.xp.autograd.grad(function(leaf), leaf)[0].numpy()

    def wrong_rule(self) -> str:
        class Square(self.xp.autograd.Function):  # type: ignore[misc,name-defined]
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.save_for_backward(x)
                return x * x

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * 3 * ctx.saved_tensors[0]

        return _trusted(self.grad(Square.apply, 2.0))


class Mygrad(Library):
    name, package = "mygrad", "mygrad"

    def __init__(self) -> None:
        self.xp = import_module("mygrad")

    def derivative(self, function: Function) -> Function:
        def gradient(x: Any) -> Any:
            leaf = x if isinstance(x, self.xp.Tensor) else self.xp.tensor(x)
            function(leaf).backward()
            return leaf.grad

        return gradient

    def wrong_rule(self) -> str:
        operation = import_module("mygrad.operation_base").Operation

        class Square(operation):  # type: ignore[misc,valid-type]
            def __call__(self, x: Any) -> Any:
                self.variables = (x,)
                return x.data * x.data

            def backward_var(self, grad: Any, index: int, **_: Any) -> Any:
                return grad * 3 * self.variables[0].data

        return _trusted(self.grad(lambda x: self.xp.execute_op(Square, x), 2.0))


def _trusted(found: Any) -> str:
    return "trusted" if np.allclose(np.asarray(found), 6.0) else f"gives {shown(found)}"


LIBRARIES = (Whygrad, Autograd, Jax, Torch, Mygrad)


def installed() -> Iterator[Library]:
    """The libraries that can be imported here."""
    for kind in LIBRARIES:
        try:
            yield kind()
        except ImportError:
            continue


def answer(library: Library, row: Point | Structure) -> Any:
    """What a library makes of a row; an error is a text that begins with `raises`."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            if isinstance(row, Structure):
                return row.answer(library)
            found = library.point(row)
            return np.asarray(found) if found is not None else "None"
        except Exception as error:
            return f"raises {type(error).__name__}"


def shown(found: Any, row: Point | Structure | None = None) -> str:
    """An answer as a cell."""
    if isinstance(found, str):
        return found
    if isinstance(row, Structure) and row.timed:
        return f"{found:.2g} s"
    array = np.asarray(found)
    if isinstance(row, Point) and row.shows_dtype:
        return str(array.dtype)
    return " ".join(
        f"{value:.6g}" if array.dtype.kind == "c" else f"{value + 0.0:.6g}" for value in array.ravel()
    )


def lines(libraries: list[Library], rows: tuple[Any, ...]) -> Iterator[str]:
    """A table in Markdown; answers that are not right are bold."""
    titles = ["function", "at"] if isinstance(rows[0], Point) else ["case"]
    titles += ["right", *(library.name for library in libraries)]
    yield "| " + " | ".join(titles) + " |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        head = [f"`{row.name}`", row.where] if isinstance(row, Point) else [row.name]
        yield "| " + " | ".join([*head, row.says, *(cell(library, row) for library in libraries)]) + " |"


def cell(library: Library, row: Point | Structure) -> str:
    """The answer, in bold if it is not right."""
    found = answer(library, row)
    text = shown(found, row)
    return text if is_right(found, row) else f"**{text}**"


def is_right(found: Any, row: Point | Structure) -> bool:
    """Is it one of the right answers? A clear error is right only where the row says so."""
    if isinstance(found, str) and isinstance(row, Point):
        return row.whole and found.startswith("raises")
    try:
        return bool(row.right(found))
    except (TypeError, ValueError):
        return False


def report() -> str:
    """Versions and both tables."""
    libraries = list(installed())
    versions = ", ".join(f"{lib.package} {metadata.version(lib.package)}" for lib in libraries)
    head = f"numpy {np.__version__}, {versions}; gradients in float64; **bold**: not a right answer."
    tables = "\n\n".join("\n".join(lines(libraries, rows)) for rows in (POINTS, STRUCTURES))
    return f"{head}\n\n{tables}\n"


def main(words: list[str]) -> int:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.hard_points")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    text = report()
    if not parser.parse_args(words).write:
        print(text)
        return 0
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + text + END + rest.partition(END)[2], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
