"""Backward passes as `whygrad derive` writes them, beside careful ones written by hand: lines and time.

`python -m bench.derive --write` measures and writes the table into docs/derive.md and the texts into
docs/classics.md. The functions are those of tests/emission/golden/, the hand-written passes are in
bench/classics/, at the same width of 88 columns.
"""

from __future__ import annotations

import ast
import copy
import importlib.util
import io
import re
import sys
import tokenize
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.measuring import Line, ratio_of_pairs, repeated

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "emission" / "golden"
BY_HAND = Path(__file__).parent / "classics"
TABLE = re.compile(r"(<!-- classics -->\n).*?(<!-- /classics -->)", re.DOTALL)
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
draw = np.random.default_rng(1).normal
labels = np.random.default_rng(2).integers

TITLES = {
    "neuron": "sigmoid neuron", "logistic_regression": "logistic regression with penalty",
    "softmax_cross_entropy": "softmax with cross-entropy", "two_layer_softmax": "two-layer network",
    "affine": "affine", "batchnorm": "batch norm", "layer_norm": "layer norm", "dropout": "dropout",
    "hinge": "hinge loss of a support vector machine", "convolution_loops": "convolution by loops",
    "max_pooling": "max pooling", "rnn": "RNN over time", "lstm": "LSTM over time",
    "attention": "attention with several heads", "embedding": "embedding",
}  # fmt: skip
SIZED: dict[str, Callable[[], tuple[Any, ...]]] = {
    "neuron": lambda: ([2.0, -3.0, -3.0], [-1.0, -2.0]),
    "logistic_regression": lambda: (draw(size=50), 0.2, draw(size=(1000, 50)), labels(0, 2, 1000)),
    "softmax_cross_entropy": lambda: (draw(size=(1000, 50)), labels(0, 50, 1000)),
    "two_layer_softmax": lambda: (
        draw(size=(200, 100)), labels(0, 10, 200), draw(size=(100, 64)), draw(size=64),
        draw(size=(64, 10)), draw(size=10),
    ),
    "affine": lambda: (draw(size=(100, 8, 32)), draw(size=(256, 64)), draw(size=64)),
    "batchnorm": lambda: (draw(size=(1000, 100)), draw(size=100), draw(size=100)),
    "layer_norm": lambda: (draw(size=(1000, 100)), draw(size=100), draw(size=100)),
    "dropout": lambda: (draw(size=(1000, 100)), draw(size=(1000, 100)) > 0),
    "hinge": lambda: (draw(size=20), draw(size=(500, 20)), np.sign(draw(size=500)).astype(int)),
    "convolution_loops": lambda: (draw(size=(2, 3, 12, 12)), draw(size=(4, 3, 3, 3)), draw(size=4)),
    "max_pooling": lambda: (draw(size=(32, 32, 32)),),
    "rnn": lambda: (
        draw(size=(20, 16, 32)), draw(size=(16, 64)), draw(size=(32, 64)), draw(size=(64, 64)) / 8,
        draw(size=64),
    ),
    "lstm": lambda: (
        draw(size=(16, 20, 32)), draw(size=(16, 64)), draw(size=(16, 64)), draw(size=(32, 256)) / 8,
        draw(size=(64, 256)) / 8, draw(size=256),
    ),
    "attention": lambda: (draw(size=(64, 64)), *(draw(size=(64, 64)) / 8 for _ in range(4))),
    "embedding": lambda: (draw(size=(1000, 64)), labels(0, 1000, (32, 20))),
}  # fmt: skip
"""Inputs large enough to be worth timing, in the order of the function's parameters."""


def module_of(path: Path) -> Any:
    """The namespace of a file."""
    spec = importlib.util.spec_from_file_location(f"classic_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def texts(name: str) -> tuple[str, str]:
    """The emitted text and the hand-written one, without its imports."""
    hand = (BY_HAND / f"{name}.py").read_text(encoding="utf-8")
    hand = hand[hand.index("def ") :]
    return (GOLDEN / f"{name}_derived.py").read_text(encoding="utf-8"), hand


def code_lines(text: str, within: tuple[int, int] = (1, sys.maxsize)) -> int:
    """Lines that hold code, not comments, blank lines or docstrings; one of three lines is three."""
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in LAYOUT and token.string:
            held.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            held -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return sum(within[0] <= line <= within[1] for line in held)


def backward_lines(text: str) -> int:
    """Lines of the backward pass alone: below `def` and the first blank line, which ends the forward pass."""
    function = next(n for n in reversed(ast.parse(text).body) if isinstance(n, ast.FunctionDef))
    first, last = function.lineno, function.end_lineno or 0
    lines = text.splitlines()
    blanks = [n for n in range(first, last) if not lines[n - 1].strip()]
    return code_lines(text, (blanks[0] if blanks else first + 1, last))


def emitted_calls(name: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Calls of the emitted and of the hand-written pass, at inputs worth timing."""
    written = dict(vars(module_of(GOLDEN / f"{name}.py")))
    function = [k for k in written if k != "make_inputs" and callable(written[k])][-1]
    inputs = SIZED[name]()
    value = written[function](*inputs)
    exec(texts(name)[0], written)
    by_hand = vars(module_of(BY_HAND / f"{name}.py"))
    return tuple(call_of(space, function, inputs, value) for space in (written, by_hand))  # type: ignore[return-value]


def call_of(space: dict[str, Any], name: str, inputs: tuple[Any, ...], value: Any) -> Callable[[], Any]:
    """The backward function with its cache, or the whole gradient, with an upstream one if it has one."""
    if name.endswith("_forward"):
        out, cache = space[name](*inputs)
        upstream, backward = np.cos(out), space[name.replace("_forward", "_backward")]
        return lambda: backward(upstream, cache)
    gradient = space[f"grad_{name}"]
    if np.shape(value) == ():
        return lambda: gradient(*inputs)
    upstream = np.cos(value)
    return lambda: gradient(*inputs, upstream)


def assert_same(name: str, emitted: Callable[[], Any], by_hand: Callable[[], Any]) -> None:
    """AssertionError where the two give different numbers."""
    found, wanted = copy.deepcopy(emitted()), by_hand()
    pairs = zip(found, wanted, strict=True) if isinstance(wanted, tuple) else [(found, wanted)]
    for one, other in pairs:
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11, err_msg=name)


def timed(name: str) -> float:
    """How many times longer the emitted pass takes, checked first to give the same numbers."""
    emitted, by_hand = emitted_calls(name)
    assert_same(name, emitted, by_hand)
    calls = 2000 if name == "neuron" else 10
    return ratio_of_pairs(repeated(emitted, calls), repeated(by_hand, calls))


def counted(name: str) -> tuple[int, int, int, int]:
    """Lines of the backward pass, emitted and by hand; then those of the whole text."""
    emitted, hand = texts(name)
    return backward_lines(emitted), backward_lines(hand), code_lines(emitted), code_lines(hand)


def run() -> list[Line]:
    """Lines and time of each classic, as ratios of emitted to hand-written."""
    rows = []
    for name, title in TITLES.items():
        back, back_hand, whole, whole_hand = counted(name)
        note = f"{back} beside {back_hand}; with the forward pass {whole} beside {whole_hand}"
        rows.append(Line("derive", f"{title}: lines", back / back_hand, "times", note))
        rows.append(Line("derive", f"{title}: time", timed(name), "times", "the same numbers"))
    return rows


def table(speeds: dict[str, str]) -> str:
    """The table of docs/derive.md; `speeds` maps a title to its cell."""
    head = "| function | emitted | by hand | ratio | with forward | by hand | time |\n"
    head += "|---|--:|--:|--:|--:|--:|--:|\n"
    lines = []
    sums = np.zeros(4, int)
    for name, title in TITLES.items():
        numbers = counted(name)
        sums += numbers
        lines.append(row(title, numbers, speeds.get(title, "")))
    return head + "".join(lines) + row("all", tuple(map(int, sums)), "")


def row(title: str, numbers: tuple[int, ...], speed: str) -> str:
    """One line of the table."""
    back, hand, whole, whole_hand = numbers
    return f"| {title} | {back} | {hand} | {back / hand:.2f} | {whole} | {whole_hand} | {speed} |\n"


def speeds_of(page: str) -> dict[str, str]:
    """The measured cells that a page holds, by the function's title."""
    found = TABLE.search(page)
    cells = [line.strip("| ").split(" | ") for line in found[0].splitlines()] if found else []
    return {c[0]: c[-1] for c in cells if len(c) == 7 and c[0] in TITLES.values()}


def with_table(page: str, speeds: dict[str, str]) -> str:
    """The page with its table written anew."""
    return TABLE.sub(lambda m: m[1] + table(speeds) + m[2], page)


def both_texts() -> str:
    """The page docs/classics.md."""
    page = (
        "# Fifteen classics, emitted and by hand\n\nWritten by `python -m bench.derive --write`; the counts "
        "and the times are in [the table](derive.md#beside-backward-passes-written-by-hand).\n"
    )
    for name, title in TITLES.items():
        emitted, hand = texts(name)
        page += f"\n## {title.capitalize() if title.islower() else title}\n"
        for heading, text in (("Emitted", emitted), ("By hand", hand)):
            page += f"\n{heading}:\n\n```python\n{text}```\n"
    return page


def main() -> None:
    """Print the table; with `--write` also measure, and write both pages."""
    page = ROOT / "docs" / "derive.md"
    text = page.read_text(encoding="utf-8")
    if "--write" not in sys.argv[1:]:
        print(table(speeds_of(text)))
        return
    speeds = {title: f"{timed(name):.2f}" for name, title in TITLES.items()}
    page.write_text(with_table(text, speeds), encoding="utf-8")
    (ROOT / "docs" / "classics.md").write_text(both_texts(), encoding="utf-8")
    print(table(speeds))


if __name__ == "__main__":
    main()
