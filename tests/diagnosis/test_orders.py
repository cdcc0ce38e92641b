"""Lines in the wrong order are put right."""

from __future__ import annotations

import textwrap

import pytest

from whygrad.diagnosis import check_program
from whygrad.source import Source

ORDERS = {
    "a name is read before it is bound": """
        import numpy as np
        x, w = np.array([0.5, -1.2]), np.array([0.4, 2.0])
        loss = np.sum(np.tanh(w * x))
        dw = slope * x  # late
        slope = 1 - np.tanh(w * x) ** 2
    """,
    "a gradient is read before it is complete": """
        import numpy as np
        rng = np.random.RandomState(3)
        x, W, k = rng.randn(4), rng.randn(3, 4), 1
        z = W @ x
        p = np.exp(z) / np.exp(z).sum()
        loss = -np.log(p[k])
        dz = p.copy()
        dW = np.outer(dz, x)  # late
        dz[k] -= 1
    """,
}


@pytest.mark.parametrize("name", ORDERS)
def test_lines_in_the_wrong_order_change_places(name: str) -> None:
    lines = textwrap.dedent(ORDERS[name]).lstrip("\n").split("\n")
    late = next(k for k, line in enumerate(lines) if "# late" in line)
    result = check_program(Source("wrong.py", "\n".join(lines)))
    assert (result.status, result.findings[0].code, result.findings[0].line) == ("wrong", "WG308", late + 1)
    assert result.findings[0].repair is not None
    for edit in result.findings[0].repair.edits:
        lines[edit.line - 1] = edit.after
    assert check_program(Source("mended.py", "\n".join(lines))).status == "right"
