"""Backward passes that raise: a finding where an edit makes all right, else what it raised is said."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

LAYER = """
    import numpy as np

    def affine_forward(x, w, b):
        out = x.dot(w) + b
        return out, (x, w, b)

    def affine_backward(dout, cache):
        x, w, b = cache
        wT = {wT}
        dx = dout.dot(wT)
        dw = x.T.dot(dout)
        db = dout.sum(axis=0)
        {more}
        return dx, dw, db
"""


def checked(tmp_path: Path, **how: str) -> dict:
    path = tmp_path / "layers.py"
    path.write_text(textwrap.dedent(LAYER).format(**how))
    command = [sys.executable, "-m", "whygrad", "check", str(path), "--format", "json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)


def test_the_line_that_makes_a_later_one_raise(tmp_path: Path) -> None:
    said = checked(tmp_path, wT="w", more="pass")
    assert said["status"] == "wrong"
    (edit,) = said["findings"][0]["repair"]["edits"]
    assert edit["line"] == 10 and edit["after"].strip() == "wT = w.T"


def test_what_no_edit_makes_right_is_no_finding(tmp_path: Path) -> None:
    said = checked(tmp_path, wT="w.T", more="raise ValueError('to be done')")
    assert said["status"] == "error"
    assert said["error"]["message"].startswith("`affine_backward` raises ValueError in line ")


CARRIED = """
    import numpy as np

    def cell_forward(x, c):
        next_c = x * c
        next_h = np.tanh(next_c)
        return next_h, next_c, (x, c, next_h)

    def cell_backward(dnext_h, dnext_c, cache):
        x, c, h = cache
        dnext_c += dnext_h * (1 {sign} h ** 2)
        return dnext_c * c, dnext_c * x
"""


@pytest.mark.parametrize(("sign", "status"), [("-", "right"), ("+", "wrong")])
def test_an_upstream_gradient_that_is_changed_in_place(tmp_path: Path, sign: str, status: str) -> None:
    path = tmp_path / "cell.py"
    path.write_text(textwrap.dedent(CARRIED).format(sign=sign))
    command = [sys.executable, "-m", "whygrad", "check", str(path), "--format", "json"]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert said["status"] == status
    assert not said["notes"], "differences and the engine agree"
    assert {f["line"] for f in said["findings"]} == ({11} if status == "wrong" else set())
