"""Points of rivals: those that are plainly wrong are seen to be at few points, the others at all."""

import numpy as np
import pytest

from whygrad.checking import measurement, sampling
from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.source import Source

LAYER = """
import numpy as np
def forward(x, w, b):
    return np.tanh(x @ w + b), (x, w, b)
def backward(dout, cache):
    x, w, b = cache
    dz = dout * (1 - np.tanh(x @ w + b){power})
    return dz @ w.T, x.T @ dz, dz.sum(axis=0)
"""


@pytest.fixture
def counted(monkeypatch):
    """How many points each measurement went to."""
    counts = []
    plain = sampling.at_points

    def at_points(*arguments, **options):
        found = plain(*arguments, **options)
        counts.append(len(found))
        return found

    monkeypatch.setattr(measurement, "at_points", at_points)
    return counts


def test_a_rival_that_is_plainly_wrong_is_measured_at_few_points(counted):
    evidence = measure(Source("user.py", LAYER.format(power="")), Hints())
    assert evidence.verdict == "wrong" and len(evidence.points) == 8
    assert len(counted) > 1 and set(counted[1:]) == {measurement.FEW_POINTS}


def test_what_is_right_is_measured_once_at_all_points(counted):
    evidence = measure(Source("user.py", LAYER.format(power=" ** 2")), Hints())
    assert evidence.verdict == "right" and counted == [8]


def test_a_gradient_of_the_engine_that_differences_contradict_is_disputed(monkeypatch):
    """One direction is enough: of a gradient that is wrong in one entry, by a thousandth."""
    plain = sampling.engine

    def engine(program, point, inputs, truth):
        plain(program, point, inputs, truth)
        truth.gradients["w"] = truth.gradients["w"] * np.where(
            np.arange(truth.gradients["w"].size) == 1, 1.001, 1.0
        )

    monkeypatch.setattr(sampling, "engine", engine)
    monkeypatch.setattr(sampling.Replayer, "replay", lambda *_: False)
    evidence = measure(Source("user.py", LAYER.format(power=" ** 2")), Hints())
    assert any("defect of whygrad" in note for note in evidence.notes)
    assert evidence.verdict != "wrong"


LOSS = """
import numpy as np
def mse(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)
def mse_prime(y_true, y_pred):
    return 2 * (y_pred {sign} y_true) / y_true.size
print(mse(np.array([[0]]), np.array([[0.3]])), mse_prime(np.array([[0]]), np.array([[0.3]])))
"""


@pytest.mark.parametrize(("sign", "verdict"), [("-", "right"), ("+", "wrong")])
def test_a_target_that_is_0_in_the_file_hides_no_sign(sign, verdict):
    assert measure(Source("loss.py", LOSS.format(sign=sign))).verdict == verdict


LABELS = """
import numpy as np
def loss(z, y):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean()
def loss_prime(z, y):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    return p / len(y)
print(loss(np.array([[0.1, 0.4, -0.3], [1.0, 0.2, 0.7]]), np.array([0, 0])))
"""


def test_a_label_that_is_0_stays_a_label():
    evidence = measure(Source("loss.py", LABELS))
    assert evidence.verdict == "right"
    assert {int(m.overrides["y"].max()) for m in evidence.points if "y" in m.overrides} == {1}
