"""Edited texts run piece by piece give what they give as a whole."""

import pytest

from whygrad.checking.evidence import Evidence, Failure
from whygrad.diagnosis.pieces import Pieces


@pytest.mark.parametrize(
    ("line", "new"),
    [("dz = dh * (1 - h)", "dz = dh * (1 - h ** 2)"), ("h = np.tanh(z)", "h = np.sin(z)"),
     ("dW = x.T @ dz", "dW = 0\nfor k in range(2):\n    dW = dW + x.T @ dz")],
)  # fmt: skip
def test_as_a_plain_run(evidence: Evidence, line: str, new: str) -> None:
    program = evidence.program
    pieces = Pieces(program, evidence.points)
    text = program.source.text.replace(line, new)
    for point in evidence.points[:3]:
        plain = program.run(point, text)
        assert not isinstance(plain, Failure)
        found = pieces.values(text, point, ["dW", "db", "never"])
        assert not isinstance(found, Failure)
        assert set(found) == {"dW", "db"}
        assert (found["dW"] == plain["dW"]).all()


def test_failures_are_told(evidence: Evidence) -> None:
    pieces, text = Pieces(evidence.program, evidence.points), evidence.program.source.text
    raising = pieces.run(text.replace("2 * h", "2 * nothing"), evidence.points[0])
    assert isinstance(raising, Failure)
    assert (raising.kind, raising.line) == ("NameError", 8)
    broken = pieces.run(text.replace("2 * h", "2 * ("), evidence.points[0])
    assert isinstance(broken, Failure)
    assert broken.kind == "SyntaxError"
