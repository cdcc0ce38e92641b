"""The upstream gradients that a backward function is given."""

import pytest

from whygrad.checking.measurement import measure
from whygrad.source import Source

SOFTMAX = """
import numpy as np
class Output:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
    def forward(self, input):
        self.input = input
        self.e = np.exp(input @ self.W)
        return self.e / self.e.sum()
    def backprop(self, d_L_d_out, learn_rate):
        for k, gradient in enumerate(d_L_d_out):
            if gradient == 0:
                continue
            total = self.e.sum()
            d_out = -self.e[k] * self.e / total ** 2
            d_out[k] = self.e[k] * (total - self.e[k]) / total ** 2
            d_t = gradient * d_out
            d_L_d_input = TRANSPOSED @ d_t
            self.W -= learn_rate * np.outer(self.input, d_t)
            return d_L_d_input
"""


@pytest.mark.parametrize("weights, verdict", [("self.W", "right"), ("2 * self.W", "wrong")])
def test_what_goes_by_the_first_entry_that_is_not_zero_is_given_one(weights, verdict):
    """It belongs to a cross-entropy, of whose gradient all other entries are zero."""
    assert measure(Source("output.py", SOFTMAX.replace("TRANSPOSED", weights))).verdict == verdict


def test_what_skips_zeros_and_goes_on_is_given_many():
    text = SOFTMAX.replace("            return d_L_d_input\n", "        return d_L_d_input\n")
    assert measure(Source("output.py", text.replace("TRANSPOSED", "self.W"))).verdict == "wrong"
