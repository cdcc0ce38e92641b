"""The pictures of docs/gallery.md, and the page itself: `python -m docs.gallery` writes all of them anew.

Numbers come from a formula, not from a generator, so that the pictures are the same everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import whygrad as wg

HERE = Path(__file__).parent
PICTURES = HERE / "gallery"


def numbers(*shape: int, start: float = 0.0) -> Any:
    """Numbers between -1 and 1 that look like nothing in particular, rounded so that platforms agree."""
    count = int(np.prod(shape))
    return np.round(np.sin(1.7 * (np.arange(count) + start) ** 1.3 + start), 3).reshape(shape)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softmax(s: Any) -> Any:
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def two_layers(x: Any, W1: Any, b1: Any, W2: Any, b2: Any, y: Any) -> Any:
    h = np.tanh(x @ W1 + b1)
    p = h @ W2 + b2
    return np.mean((p - y) ** 2)


def cross_entropy(z: Any, y: Any) -> Any:
    p = softmax(z)
    return -np.log(p[np.arange(len(y)), y]).mean()


def layer_norm(x: Any, g: Any, b: Any) -> Any:
    xc = x - x.mean(-1, keepdims=True)
    return g * xc / np.sqrt((xc**2).mean(-1, keepdims=True) + 1e-5) + b


def attention(q: Any, k: Any, v: Any) -> Any:
    return softmax(q @ k.T / np.sqrt(q.shape[-1])) @ v


def transformer_block(
    x: Any, g1: Any, b1: Any, Wq: Any, Wk: Any, Wv: Any, Wo: Any, g2: Any, b2: Any, W1: Any, c1: Any, W2: Any
) -> Any:
    a = layer_norm(x, g1, b1)
    x = x + attention(a @ Wq, a @ Wk, a @ Wv) @ Wo
    m = layer_norm(x, g2, b2)
    x = x + np.maximum(0, m @ W1 + c1) @ W2
    return np.mean(x**2)


def step(x: Any, h: Any, c: Any, W: Any, U: Any, b: Any) -> Any:
    z = W @ x + U @ h + b
    i, f, o, g = sigmoid(z[:2]), sigmoid(z[2:4]), sigmoid(z[4:6]), np.tanh(z[6:])
    c = f * c + i * g
    return o * np.tanh(c), c


def lstm(xs: Any, W: Any, U: Any, b: Any) -> Any:
    h, c = np.zeros(2), np.zeros(2)
    for t in range(20):
        h, c = step(xs[t], h, c, W, U, b)
    return np.sum(h**2)


def batch_norm(x: Any, gamma: Any, beta: Any) -> Any:
    mu = x.mean(axis=0)
    xc = x - mu
    var = np.mean(xc**2, axis=0)
    xhat = xc / np.sqrt(var + 1e-5)
    out = gamma * xhat + beta
    return np.sum(out**2)


class Piece(NamedTuple):
    """One entry of the gallery."""

    name: str
    title: str
    said: str
    target: str | Callable[..., Any]
    args: tuple[Any, ...] = ()
    at: str | None = None
    views: tuple[str, ...] = ("expanded", "grouped", "backward")


PIECES = (
    Piece(
        "neuron",
        "The sigmoid neuron",
        "The circuit of the course notes: `sigmoid(w0*x0 + w1*x1 + w2)`. Expanded, the frame holds the four "
        "small gates that make up the sigmoid; grouped, they are one gate with the slope `(1 - s) * s`.",
        "sigmoid(w0*x0 + w1*x1 + w2)",
        at="w0=2, w1=-3, w2=-3, x0=-1, x1=-2",
    ),
    Piece(
        "two-layer-network",
        "A network of two layers",
        "Five examples through two affine layers with tanh between, and the mean squared error. Arrays are "
        "painted: a column of `b1`'s gradient is the sum of the column above it.",
        two_layers,
        (numbers(5, 3), numbers(3, 4, start=3), numbers(4, start=5), numbers(4, 2, start=7),
         numbers(2, start=9), numbers(5, 2, start=11)),
    ),
    Piece(
        "softmax-cross-entropy",
        "Softmax with cross-entropy",
        "As one gate it sends back the prediction minus the truth, divided by the number of examples.",
        cross_entropy,
        (numbers(3, 4), np.array([0, 1, 3])),
    ),
    Piece(
        "transformer-block",
        "A transformer block",
        "Layer norm, attention, a residual connection; layer norm, two layers, a residual connection. Opened "
        "as a whole it is wider than any screen: attention follows by itself. On the way back each call is a "
        "block.",
        transformer_block,
        (numbers(5, 4), numbers(4, start=1) + 1, numbers(4, start=2), numbers(4, 4, start=3),
         numbers(4, 4, start=4), numbers(4, 4, start=5), numbers(4, 4, start=6), numbers(4, start=7) + 1,
         numbers(4, start=8), numbers(4, 8, start=9), numbers(8, start=10), numbers(8, 4, start=11)),
        views=("grouped", "backward"),
    ),
    Piece(
        "attention",
        "Attention, opened",
        "The scores, their softmax, and the mixture of values: one gate in the block above.",
        lambda q, k, v: np.sum(attention(q, k, v) ** 2),
        (numbers(3, 4), numbers(3, 4, start=2), numbers(3, 4, start=4)),
    ),
    Piece(
        "lstm",
        "An LSTM over 20 steps",
        "A long loop is drawn by its ends; each box says what it holds. Every step hands on `h` and `c`, and "
        "the weights are shared by all: on the way back their gradients grow from step to step.",
        lstm,
        (numbers(20, 3), numbers(8, 3, start=3), numbers(8, 2, start=5), numbers(8, start=7)),
        views=("grouped", "backward"),
    ),
    Piece(
        "lstm-step",
        "One step of it",
        "The same step by itself, opened.",
        lambda x, h, c, W, U, b: np.sum(step(x, h, c, W, U, b)[0]),
        (numbers(3), numbers(2, start=1), numbers(2, start=2), numbers(8, 3, start=3), numbers(8, 2, start=5),
         numbers(8, start=7)),
    ),
    Piece(
        "batch-norm",
        "Batch norm",
        "Three ways lead back to `x`: by itself, by the mean and by the variance. As one gate, the gradient "
        "loses its mean and its part along the normalised values.",
        batch_norm,
        (numbers(6, 3), numbers(3, start=4), numbers(3, start=6)),
    ),
)  # fmt: skip

HEAD = """\
# Gallery

Values stand above the wires, gradients below; arrays are painted. All pictures are made by
`python -m docs.gallery` from the code in [gallery.py](gallery.py), and follow the light or dark setting of
the reader. `whygrad show FILE --out picture.svg` draws the like from your own code (`--group` for gates as
single boxes, `--backward` for the backward pass by itself, `--theme print` for paper).
"""


OPTIONS: dict[str, dict[str, bool]] = {
    "expanded": {}, "grouped": {"grouped": True}, "backward": {"backward": True},
}  # fmt: skip
LABELS = {"expanded": "Expanded", "grouped": "Grouped", "backward": "The backward pass by itself"}


def pictures() -> dict[str, str]:
    """All pictures by file name."""
    found = {}
    for piece in PIECES:
        for view in piece.views:
            drawing = wg.show(piece.target, *piece.args, at=piece.at, **OPTIONS[view])
            found[f"{piece.name}-{view}.svg"] = drawing.svg()
    return found


def page() -> str:
    """The text of docs/gallery.md."""
    parts = [HEAD]
    for piece in PIECES:
        parts.append(f"## {piece.title}\n\n{piece.said}\n")
        for view in piece.views:
            picture = f"![{piece.title}, {view}](gallery/{piece.name}-{view}.svg)"
            parts.append(f"{LABELS[view]}:\n\n{picture}\n")
    return "\n".join(parts)


def main() -> int:
    """Write the pictures and the page."""
    PICTURES.mkdir(exist_ok=True)
    for name, svg in pictures().items():
        (PICTURES / name).write_text(svg, encoding="utf-8")
    (HERE / "gallery.md").write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
