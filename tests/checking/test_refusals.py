"""Inputs and messages that say nothing about the user's code are not held against it."""

import pytest

from whygrad.checking.evidence import Hints
from whygrad.diagnosis.rounds import Check
from whygrad.errors import LONGEST, NoGradientError, brief
from whygrad.source import Source

GATHERED = """
import numpy as np
def gathered(index, pairs, scale):
    rows = pairs[index]
    loss = np.sum(rows ** 2) * np.sum(scale ** 2)
    grad_scale = np.sum(rows ** 2) * np.ones((1, 1, *scale.shape))
    return loss, grad_scale
"""


def test_a_gradient_with_more_axes_than_its_variable_is_no_finding_at_inputs_that_were_found():
    with pytest.raises(NoGradientError, match="may not be those that are meant"):
        Check(Source("gathered.py", GATHERED), Hints(forward="gathered")).run()


def test_it_is_a_finding_at_inputs_of_the_author():
    given = {"index": "randint(2, 3)", "pairs": "randn(2, 3)", "scale": "randn(4)"}
    hints = Hints(forward="gathered", input=given)
    assert Check(Source("gathered.py", GATHERED), hints).run().status == "wrong"


def test_a_message_of_the_users_code_is_quoted_in_one_line():
    assert brief("") == ""
    assert brief("\n  no\nyes") == "no"
    assert brief("x" * 2 * LONGEST).startswith("x" * LONGEST + " ...")
