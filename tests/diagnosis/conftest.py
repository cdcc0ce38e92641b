"""A script that is wrong in one line, measured once for all tests that need evidence."""

import pytest

from whygrad.checking.evidence import Evidence
from whygrad.checking.measurement import measure
from whygrad.diagnosis.drafts import Draft
from whygrad.source import Source

LAYER = """\
import numpy as np
x = np.array([[0.5, -1.2, 0.3], [1.1, 0.4, -0.7]])
W = np.array([[0.2, -0.5], [0.7, 0.1], [-0.3, 0.9]])
b = np.array([0.1, -0.2])
z = x @ W + b
h = np.tanh(z)
loss = np.sum(h ** 2)
dh = 2 * h
dz = dh * (1 - h)
dW = x.T @ dz
db = dz.sum(axis=0)
"""


@pytest.fixture(scope="session")
def layer() -> Source:
    return Source("layer.py", LAYER)


@pytest.fixture(scope="session")
def evidence(layer: Source) -> Evidence:
    """Line 9 is wrong (`1 - h` for `1 - h ** 2`), and so `dW` and `db` inherit."""
    return measure(layer)


@pytest.fixture
def draft(layer: Source) -> Draft:
    return Draft.of(layer)
