"""A file of many units: each is checked in a process of its own, and one result is made of all."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from whygrad.batch import _share, check_whole
from whygrad.checking.evidence import Hints
from whygrad.diagnosis import check_program
from whygrad.source import Source

ROOT = Path(__file__).resolve().parents[1]


def check(*arguments: str) -> tuple[int, dict]:
    command = [sys.executable, "-m", "whygrad", "check", "--format", "json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.returncode, json.loads(done.stdout)


def written(folder: Path, text: str) -> str:
    path = folder / "layers.py"
    path.write_text(text)
    return str(path)


def test_three_of_twelve_layers_are_wrong():
    status, said = check(str(ROOT / "examples" / "layers.py"))
    assert status == 1 and len(said["units"]) == 12
    wrong = [unit["unit"] for unit in said["units"] if unit["status"] != "right"]
    assert len(wrong) == 3 and {f["unit"] for f in said["findings"]} == set(wrong)
    assert all(f["repair"] for f in said["findings"])


UNITS = """
import os
import numpy as np
def double_forward(x):
    return 2 * x, x
def double_backward(dout, cache):
    return 2 * dout
def quit_forward(x):
    os._exit(3)
def quit_backward(dout, cache):
    return dout
def strange_forward(x):
    return x.solve(), x
def strange_backward(dout, cache):
    return dout
"""


def test_a_unit_that_cannot_be_checked_does_not_stop_the_others(tmp_path):
    status, said = check(written(tmp_path, UNITS))
    found = {unit["unit"].partition("_")[0]: unit for unit in said["units"]}
    assert status == 0 and said["status"] == "undecided" and said["error"] is None
    assert found["double"]["status"] == "right" and found["double"]["assumed"] == {"x": "randn(4, 3)"}
    assert "ended the Python process" in found["quit"]["error"]["message"]
    assert "strange_forward" in found["strange"]["error"]["message"]


SHARED = """
import numpy as np
def scale_forward(x, w):
    return x * w, (x, w)
def scale_backward(dout, cache):
    x, w = cache
    dx = dout * w
    dw = 2 * dout * x
    return dx, dw
def both_forward(x, w):
    a, first = scale_forward(x, w)
    return np.tanh(a), (first, np.tanh(a))
def both_backward(dout, cache):
    first, t = cache
    return scale_backward(dout * (1 - t ** 2), first)
"""


def test_a_mistake_in_what_others_call_is_told_once(tmp_path):
    _, said = check(written(tmp_path, SHARED))
    assert [finding["line"] for finding in said["findings"]] == [8]
    assert [unit["inherits"] for unit in said["units"]] == [False, True]


def test_a_hint_chooses_one_unit(tmp_path):
    path = written(tmp_path, UNITS)
    status, said = check(path, "--forward", "double_forward", "--backward", "double_backward")
    assert status == 0 and "units" not in said and said["functions"] == ["double_forward", "double_backward"]


def test_the_assumed_inputs_pin_the_check(tmp_path):
    path = written(tmp_path, SHARED)
    flags = ["--forward", "scale_forward", "--backward", "scale_backward"]
    assumed = check(path, *flags)[1]["assumed"]
    inputs = [part for name, text in assumed.items() for part in ("--input", f"{name}={text}")]
    status, said = check(path, *flags, *inputs)
    assert status == 1 and [finding["line"] for finding in said["findings"]] == [8]


def test_units_for_which_no_time_is_left_are_told_as_such():
    """None of them runs then, so there is no process to wait for."""
    told = check_whole(
        Source("layers.py", UNITS.replace("os._exit(3)", "return 3 * x, x")), Hints(), 0.0, print
    )
    assert len(told["units"]) == 3 and {unit["status"] for unit in told["units"]} == {"error"}


LONG = """
import numpy as np
def double_forward(x):
    return 2 * x, x
def double_backward(dout, cache):
    return 2 * dout
def forward_backward(data, W):
    loss = np.sum((data @ W) ** 2)
    dW = 2 * data.T @ (data @ W)
    return loss, dW
w = 1.0
for step in range(10 ** 9):
    grad_w = 2 * w
    w = w * 1.0
"""


def test_a_script_that_goes_on_for_hours_hides_no_layers(tmp_path):
    """And a function that goes both ways is no backward pass, though `data` begins with a d."""
    status, said = check(written(tmp_path, LONG), "--time-limit", "6")
    assert status == 0 and said["status"] == "right"
    assert [unit["unit"] for unit in said["units"]] == ["double_forward, double_backward", "forward_backward"]


def test_a_script_at_which_we_fail_is_not_told_right_for_what_stands_beside_it(tmp_path, monkeypatch):
    def failing(source, hints, tell=lambda _: None):
        if not hints.forward:
            raise ValueError("a slip of ours")
        return check_program(source, hints, tell)

    monkeypatch.setattr("whygrad.batch.check_program", failing)
    text = """
import numpy as np
x = np.array([0.3, -0.2])
loss = np.sum(x ** 2)
dx = x
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))
"""
    said = check_whole(Source("net.py", text), Hints(), 30, lambda _: None)
    script, beside = said["units"]
    assert beside["status"] == "right" and script["error"]["code"] == "WG698"
    assert said["status"] == "undecided"


def test_units_that_need_all_the_time_leave_some_for_the_rest():
    """However many they are: of each ten seconds that are left a tenth unit may not take half."""
    processors = os.cpu_count() or 1
    assert _share(10.0, 10 * processors) == pytest.approx(2.0)
    assert _share(60.0, processors) > 20.0
    assert _share(0.1, 100) == 1.0


ATTENTION = """\
import numpy as np

class Pair:
    def __init__(self, n, seed=0):
        rs = np.random.RandomState(seed)
        self.A, self.B = rs.randn(n, n), rs.randn(n, n)

    def forward(self, x):
        self.x, self.a = x, np.tanh(x @ self.A)
        return self.a * np.sin(x @ self.B)

    def backward(self, dout):
        da = dout * np.sin(self.x @ self.B) * (1 - self.a ** 2)
        db = dout * self.a * np.cos(self.x @ self.B)
        self.dA, self.dB = self.x.T @ da, self.x.T @ db
        return da @ self.A.T

pair = Pair(4)
x = np.random.RandomState(1).randn(5, 4)
y = pair.forward(x)
dx = pair.backward(np.ones_like(y))
"""


def test_where_nothing_explains_the_script_the_layer_that_it_uses_is_asked(tmp_path):
    status, said = check(written(tmp_path, ATTENTION))
    assert status == 1
    finding = said["findings"][0]
    assert ATTENTION.split("\n")[finding["line"] - 1].strip() == "return da @ self.A.T"
    assert "db @ self.B.T" in finding["repair"]["edits"][0]["after"]
    right = ATTENTION.replace("return da @ self.A.T", "return da @ self.A.T + db @ self.B.T")
    assert check(written(tmp_path, right))[0] == 0
