"""Known gates that mix the entries of arrays: their derivative is a whole gradient, made from `g`.

Texts are templates over an axis where a gate works along one: -1 for rows of examples, 0 for a batch, and
none for all entries. `g` is the upstream gradient.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whygrad.gates.records import KnownGate, Stable, Step

COUNTS = {
    "sum(y)": "the number of examples",
    "sum(0 * (p - y) + 1)": "the number of entries",
    "sum(0 * sum(p - y, axis=-1) + 1)": "the number of examples",
    "sum(0 * z + 1)": "the number of entries",
}
"""Formulas of counts, in words."""
AXES = ("axis=-1, keepdims=True", "axis=0, keepdims=True", "keepdims=True")


def _softmax(axis: str) -> KnownGate:
    numpy = axis
    return KnownGate(
        "softmax",
        ("x",),
        "s",
        f"exp(x) / sum(exp(x), {axis})",
        (("x", f"s * (g - sum(g * s, {axis}))"),),
        (
            Step(
                f"g * exp(x) / sum(exp(x), {axis})"
                f" - exp(x) * sum(g * exp(x), {axis}) / sum(exp(x), {axis}) ** 2",
                "each exp(x) stands in one numerator and in the denominator of all: the quotient rule",
            ),
            Step(f"s * g - s * sum(g * s, {axis})", "exp(x) / sum(exp(x)) is the gate's own value s"),
            Step(f"s * (g - sum(g * s, {axis}))", "take s out"),
        ),
        "What is added to all entries alike changes nothing, so the gradient's entries add up to 0.",
        elementwise=False,
        stable=Stable(
            f"np.exp(x - np.max(x, {numpy})) / np.sum(np.exp(x - np.max(x, {numpy})), {numpy})",
            "exp(x) overflows above x = 709, and inf / inf is nan",
        ),
        spellings=(f"exp(x - max(x, {axis})) / sum(exp(x - max(x, {axis})), {axis})",),
    )


def _logsumexp(axis: str, shown: str) -> KnownGate:
    return KnownGate(
        "logsumexp",
        ("x",),
        "y",
        f"log(sum(exp(x){shown}))",
        (("x", f"{_back('g', shown)} * exp(x - log(sum(exp(x), {axis})))"),),
        (
            Step(
                f"{_back('g', shown)} * (1 / sum(exp(x), {axis})) * exp(x)",
                "the chain rule multiplies the small partials: of log, of the sum, of exp",
            ),
            Step(
                f"{_back('g', shown)} * exp(x - log(sum(exp(x), {axis})))",
                "exp(x) / sum(exp(x)) is exp(x - y): the softmax of x",
            ),
        ),
        "The gradient of logsumexp is the softmax of its input.",
        elementwise=False,
        stable=Stable(
            f"m + np.log(np.sum(np.exp(x - m){shown})) with m = np.max(x, ...)",
            "exp(x) overflows above x = 709",
        ),
        spellings=() if shown else ("max(x) + log(sum(exp(x - max(x))))",),
    )


def _back(name: str, shown: str) -> str:
    """An array that lost its last axis, fit to meet what it was reduced from."""
    return f"{name}[..., None]" if shown == ", axis=-1" else name


def _log_softmax(axis: str) -> KnownGate:
    return KnownGate(
        "log softmax",
        ("x",),
        "y",
        f"x - log(sum(exp(x), {axis}))",
        (("x", f"g - exp(y) * sum(g, {axis})"),),
        (
            Step(
                f"g - sum(g, {axis}) * exp(x) / sum(exp(x), {axis})",
                "x enters by itself, and by the logsumexp, whose gradient is the softmax",
            ),
            Step(f"g - exp(y) * sum(g, {axis})", "the softmax is exp of the gate's own value y"),
        ),
        "The gradient's entries add up to 0.",
        elementwise=False,
        stable=Stable(
            f"z - np.log(np.sum(np.exp(z), {axis})) with z = x - np.max(x, {axis})",
            "exp(x) overflows above x = 709, and log of a softmax that underflowed is -inf",
        ),
        spellings=(f"log(exp(x) / sum(exp(x), {axis}))",),
    )


def _cross_entropy(over: str, count: str) -> KnownGate:
    """Over the last axis; then the mean over examples, or the sum."""
    row = "axis=-1, keepdims=True"
    share = f" / {count}" if count else ""
    g = "g" if over else "g[..., None]"
    return KnownGate(
        "softmax with cross-entropy",
        ("z", "y"),
        "L",
        f"-{over}(sum(y * (z - log(sum(exp(z), {row}))), axis=-1))",
        (("z", f"{g} * (s - y){share}"),),
        (
            Step(
                f"-{g}{share} * (y / s) * s + {g} * s * sum(y, {row}){share}",
                "log gives y / s, and the softmax sends it on as s * (d - sum(d * s))",
            ),
            Step(f"{g} * (s * sum(y, {row}) - y){share}", "one s cancels"),
            Step(f"{g} * (s - y){share}", "the entries of y add up to 1"),
        ),
        "The log undoes the exp of the softmax: what is left is the prediction minus the truth.",
        elementwise=False,
        where=(("s", f"exp(z) / sum(exp(z), {row})"), *((("n", "sum(y)"),) if count else ())),
        kinds=(("y", "choice"),),
        stable=Stable(
            "np.logaddexp.reduce(z, axis=-1) - np.sum(y * z, axis=-1)",
            "exp(z) overflows above z = 709, and log(0) is -inf where a probability underflows",
        ),
    )


def _binary_cross_entropy(over: str, count: str) -> KnownGate:
    share = f" / {count}" if count else ""
    inner = "y * log(1 + exp(-z)) + (1 - y) * log(1 + exp(z))"
    return KnownGate(
        "sigmoid with cross-entropy",
        ("z", "y"),
        "L",
        f"{over}({inner})" if over else inner,
        (("z", f"g * (s - y){share}"), ("y", f"-g * z{share}")),
        (
            Step(
                f"g * (-y * exp(-z) / (1 + exp(-z)) + (1 - y) * exp(z) / (1 + exp(z))){share}",
                "the derivative of each log",
            ),
            Step(f"g * (-y * (1 - s) + (1 - y) * s){share}", "with s for the sigmoid of z"),
            Step(f"g * (s - y){share}", "y * s cancels"),
        ),
        "The log undoes the saturation of the sigmoid: what is left is the prediction minus the truth.",
        elementwise=False,
        where=(("s", "1 / (1 + exp(-z))"), *((("n", "sum(0 * z + 1)"),) if count else ())),
        kinds=(("y", "share"),),
        stable=Stable("np.logaddexp(0, z) - y * z", "exp(z) overflows above z = 709, and log(0) is -inf"),
    )


def _squared_error(name: str, formula: str, factor: str, count: str) -> KnownGate:
    return KnownGate(
        name,
        ("p", "y"),
        "L",
        formula,
        (("p", f"g * {factor}(p - y){count}"), ("y", f"-g * {factor}(p - y){count}")),
        (
            Step(
                f"g * {factor}(p - y){count}",
                "the square gives 2 (p - y), and each entry its share of the sum",
            ),
        ),
        "Each prediction is pushed by how far it is off.",
        elementwise=False,
        where=(("n", "sum(0 * (p - y) + 1)"), ("m", "sum(0 * sum(p - y, axis=-1) + 1)"))
        if "n" in count or "m" in count
        else (),
    )


def _normalised(name: str, axis: str, scaled: bool) -> KnownGate:
    """Layer norm over the last axis, batch norm over the first."""
    centred, spread = f"(x - mean(x, {axis}))", f"sqrt(var(x, {axis}) + e)"
    core = f"{centred} / {spread}"
    inner = "(g * w)" if scaled else "g"
    final = f"({inner} - mean({inner}, {axis}) - h * mean({inner} * h, {axis})) / r"
    over = {"axis=-1, keepdims=True": "rows", "axis=0, keepdims=True": "columns"}[axis]
    return KnownGate(
        name,
        ("x", "w", "b") if scaled else ("x",),
        "y",
        f"w * ({core}) + b" if scaled else core,
        (("x", final), *((("w", "g * h"), ("b", "g")) if scaled else ())),
        (
            Step(
                f"{inner} / r - mean({inner} / r, {axis})"
                f" - {centred} * mean({inner} * {centred}, {axis}) / r ** 3",
                f"x enters in three places: by itself, by the mean of its {over}, and by their variance",
            ),
            Step(final, f"{centred} / r is the normalised value h; take 1 / r out"),
        ),
        "The gradient loses its mean and its part along h: shifting or scaling x changes nothing.",
        elementwise=False,
        constants=("e",),
        where=(("r", spread), ("h", core)),
    )


def _attention(masked: bool, heads: bool) -> KnownGate:
    """Of matrices, or of stacks of them: a batch, several heads."""
    known = _attention_of_matrices(masked)
    if not heads:
        return known
    kinds = tuple((name, "stack") for name, _ in known.kinds)
    return replace(
        known,
        formula=_stacked(known.formula),
        derivatives=tuple((name, _stacked(text)) for name, text in known.derivatives),
        steps=tuple(Step(_stacked(step.text), step.why) for step in known.steps),
        remark=f"{known.remark} Each head by itself.",
        where=tuple((name, _stacked(text)) for name, text in known.where),
        kinds=kinds,
    )


def _stacked(text: str) -> str:
    return text.replace("transpose(", "matrix_transpose(")


def _attention_of_matrices(masked: bool) -> KnownGate:
    scores = "q @ transpose(k) * c" + (" + m" if masked else "")
    soft = f"exp({scores}) / sum(exp({scores}), axis=-1, keepdims=True)"
    return KnownGate(
        "attention",
        ("q", "k", "v", "m") if masked else ("q", "k", "v"),
        "y",
        f"({soft}) @ v",
        (("q", "d @ k * c"), ("k", "transpose(d) @ q * c"), ("v", "transpose(p) @ g")),
        (
            Step(
                "(p * (g @ transpose(v) - sum((g @ transpose(v)) * p, axis=-1, keepdims=True))) @ k * c",
                "the product sends g @ v.T back to the weights p, the softmax makes its d of it",
            ),
            Step("d @ k * c", "with d for what arrives at the scores"),
        ),
        "Values get the weights' share of g; queries and keys move the weights.",
        elementwise=False,
        constants=("c",),
        where=(
            ("p", soft),
            ("d", "p * (g @ transpose(v) - sum((g @ transpose(v)) * p, axis=-1, keepdims=True))"),
        ),
        kinds=tuple((name, "matrix") for name in ("q", "k", "v", *(("m",) if masked else ()))),
    )


def _distances() -> Iterator[KnownGate]:
    for axis in ("", ", axis=-1", ", axis=-1, keepdims=True"):
        g, d, r = (_back(name, axis) for name in ("g", "d", "r"))
        yield KnownGate(
            "distance",
            ("a", "b"),
            "d",
            f"sqrt(sum((a - b) ** 2{axis}))",
            (("a", f"{g} * (a - b) / {d}"), ("b", f"-{g} * (a - b) / {d}")),
            (
                Step(
                    f"{g} * (1 / (2 * {d})) * 2 * (a - b)",
                    "the partials of sqrt, of the sum and of the square",
                ),
                Step(f"{g} * (a - b) / {d}", "the 2 cancels: the unit vector from b to a"),
            ),
            "The gradient is the unit vector between the two points; where they meet there is none.",
            elementwise=False,
        )
        yield KnownGate(
            "norm",
            ("x",),
            "r",
            f"sqrt(sum(x ** 2{axis}))",
            (("x", f"{g} * x / {r}"),),
            (
                Step(f"{g} * (1 / (2 * {r})) * 2 * x", "the partials of sqrt, of the sum and of the square"),
                Step(f"{g} * x / {r}", "the 2 cancels: the unit vector along x"),
            ),
            "The gradient is the unit vector along x; at x = 0 there is none.",
            elementwise=False,
        )


def _gaussians() -> Iterator[KnownGate]:
    constant = "0.5 * log(2 * pi)"
    for over in ("", "sum"):
        density = f"-0.5 * ((x - m) / s) ** 2 - log(s) - {constant}"
        yield KnownGate(
            "Gaussian log density",
            ("x", "m", "s"),
            "y",
            f"{over}({density})" if over else density,
            (
                ("x", "-g * (x - m) / s ** 2"),
                ("m", "g * (x - m) / s ** 2"),
                ("s", "g * ((x - m) ** 2 / s ** 2 - 1) / s"),
            ),
            (
                Step(
                    "g * -0.5 * 2 * ((x - m) / s) * (1 / s)", "the partials of the square and of the quotient"
                ),
                Step("-g * (x - m) / s ** 2", "one fraction"),
            ),
            "A step towards the mean, by the distance in units of the variance.",
            elementwise=False,
            kinds=(("s", "positive"),),
        )
        density = f"-0.5 * ((x - m) / exp(l)) ** 2 - l - {constant}"
        yield KnownGate(
            "Gaussian log density",
            ("x", "m", "l"),
            "y",
            f"{over}({density})" if over else density,
            (
                ("x", "-g * (x - m) / exp(l) ** 2"),
                ("m", "g * (x - m) / exp(l) ** 2"),
                ("l", "g * ((x - m) ** 2 / exp(l) ** 2 - 1)"),
            ),
            (
                Step(
                    "g * -0.5 * 2 * ((x - m) / exp(l)) * (1 / exp(l))",
                    "the partials of the square and of the quotient",
                ),
                Step("-g * (x - m) / exp(l) ** 2", "one fraction"),
            ),
            "A step towards the mean, by the distance in units of the variance; l is the log of its root.",
            elementwise=False,
        )


def _affine() -> Iterator[KnownGate]:
    remark = "A matrix product sends what arrives back through the other factor; b gets it as it is."
    yield KnownGate(
        "affine", ("x", "W", "b"), "z", "x @ W + b",
        (("x", "g @ transpose(W)"), ("W", "transpose(x) @ g"), ("b", "g")),
        (Step("g @ transpose(W)", "z is linear in x: g goes back through the transposed weights"),),
        remark, elementwise=False, kinds=(("x", "matrix"), ("W", "matrix"), ("b", "bias")),
    )  # fmt: skip
    yield KnownGate(
        "affine", ("W", "x", "b"), "z", "W @ x + b",
        (("W", "outer(g, x)"), ("x", "transpose(W) @ g"), ("b", "g")),
        (Step("outer(g, x)", "entry i, j of W carries x_j to z_i"),),
        remark, elementwise=False, kinds=(("W", "matrix"), ("x", "vector"), ("b", "bias")),
    )  # fmt: skip
    yield KnownGate(
        "affine", ("x", "W", "b"), "z", "x @ transpose(W) + b",
        (("x", "g @ W"), ("W", "transpose(g) @ x"), ("b", "g")),
        (Step("g @ W", "z is linear in x: g goes back through the weights"),),
        remark, elementwise=False, kinds=(("x", "matrix"), ("W", "matrix"), ("b", "bias")),
    )  # fmt: skip


ARRAYS: tuple[KnownGate, ...] = (
    *map(_softmax, AXES),
    *(_logsumexp(full, shown) for full, shown in (
        ("keepdims=True", ""), (AXES[0], ", axis=-1"), (AXES[0], f", {AXES[0]}"), (AXES[1], f", {AXES[1]}"),
    )),
    *map(_log_softmax, AXES),
    _cross_entropy("mean", "n"),
    _cross_entropy("sum", ""),
    _cross_entropy("", ""),
    _binary_cross_entropy("mean", "n"),
    _binary_cross_entropy("sum", ""),
    _binary_cross_entropy("", ""),
    _squared_error("mean squared error", "mean((p - y) ** 2)", "2 * ", " / n"),
    _squared_error("mean squared error", "mean(sum((p - y) ** 2, axis=-1))", "2 * ", " / m"),
    _squared_error("half mean squared error", "0.5 * mean((p - y) ** 2)", "", " / n"),
    _squared_error("half mean squared error", "0.5 * mean(sum((p - y) ** 2, axis=-1))", "", " / m"),
    _squared_error("sum of squared errors", "sum((p - y) ** 2)", "2 * ", ""),
    _squared_error("half sum of squared errors", "0.5 * sum((p - y) ** 2)", "", ""),
    _normalised("layer norm", AXES[0], True),
    _normalised("layer norm", AXES[0], False),
    _normalised("batch norm", AXES[1], True),
    _normalised("batch norm", AXES[1], False),
    *(_attention(masked, heads) for heads in (False, True) for masked in (False, True)),
    *_distances(),
    *_gaussians(),
    *_affine(),
)  # fmt: skip
