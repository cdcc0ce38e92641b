"""TeX of formulas, read back by eye: the expected texts were checked in KaTeX."""

from __future__ import annotations

import pytest

from whygrad.emission.notation import plain_tex
from whygrad.emission.typesetting import name_tex, tex_of


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("w0 * x0 + w2", r"w_{0} \cdot x_{0} + w_{2}"),
        ("(1 - s) * s", r"\left(1 - s\right) \cdot s"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("-a / b", r"-\frac{a}{b}"),
        ("x ** (n - 1)", r"{x}^{n - 1}"),
        ("(a + b) ** 2", r"{\left(a + b\right)}^{2}"),
        ("exp(-x)", "e^{-x}"),
        ("sqrt(sigma)", r"\sqrt{\sigma}"),
        ("W[0, 1] * learning_rate", r"W_{0, 1} \cdot \text{learning\_rate}"),
        ("1e-08 * x", r"1 \cdot 10^{-8} \cdot x"),
        ("W.T @ g", r"W^\top \, g"),
        ("not python (", r"\text{not python (}"),
    ],
)
def test_formulas(text: str, tex: str) -> None:
    assert tex_of(text) == tex


def test_names() -> None:
    assert [name_tex(n) for n in ("x", "w12", "theta", "w[3]", "loss", "t@4")] == [
        "x", "w_{12}", r"\theta", "w_{3}", r"\text{loss}", r"\text{t@4}",
    ]  # fmt: skip


def test_plain_text_cannot_become_commands() -> None:
    assert plain_tex(r"\href{x}") == r"\text{\textbackslash{}href\{x\}}"
