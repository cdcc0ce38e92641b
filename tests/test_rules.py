"""The four kinds of rules: what follows from a partial, a transpose, two transposes, a pair."""

from __future__ import annotations

import math
import operator

import numpy as np

from whygrad.rules import Bilinear, Elementwise, Explicit, Linear, Rule, total, zeros_like


def test_constant_partials_write_no_product():
    rule = Elementwise(1.0, -1.0, 3.0, None)
    g, args = np.array([2.0, 5.0]), (0, 0, 0, 0)
    assert rule.vjp(0, g, None, args, {}) is g
    np.testing.assert_array_equal(rule.vjp(1, g, None, args, {}), -g)
    np.testing.assert_array_equal(rule.vjp(2, g, None, args, {}), 3 * g)
    assert rule.vjp(3, g, None, args, {}) is None
    assert rule.partial(2, None, args, {}) == 3.0


def test_partials_see_arguments_result_and_parameters():
    rule = Elementwise(lambda a, b, y, scale: a + 10 * b + 100 * y + scale, 0.5)
    assert rule.vjp(0, 2.0, 3.0, (1.0, 2.0), {"scale": 0.5}) == 2 * (1 + 20 + 300 + 0.5)
    forward = rule.jvp(operator.add, [1.0, 4.0], 3.0, (1.0, 2.0), {"scale": 0.5})
    assert forward == 321.5 + 2.0


def test_contribution_is_made_by_times():
    rule = Elementwise(lambda x, y: math.inf, times=lambda t, local: ("made of", t, local))
    assert rule.vjp(0, 1.0, None, (0.0,), {}) == ("made of", 1.0, math.inf)


def test_linear_jvp_does_not_read_the_values():
    """Zeros for an argument without a tangent: `value * 0.0` would be NaN for an infinite value."""
    rule = Linear(lambda i, g, a, b: g)
    args = (np.array([math.inf, 1.0]), np.array([math.nan, 2.0]))
    moved = rule.jvp(operator.add, [None, np.ones(2)], None, args, {})
    np.testing.assert_array_equal(moved, [1.0, 1.0])
    assert rule.jvp(operator.add, [None, None], None, args, {}) is None


def test_zeros_are_constants_of_the_shape_and_floating_dtype():
    assert zeros_like(2.0) == 0.0 and type(zeros_like(3)) is float
    assert zeros_like(np.float32(2)).dtype == np.float32
    found = zeros_like(np.ones((2, 3), np.float32))
    assert found.shape == (2, 3) and found.dtype == np.float32 and not found.any()
    assert zeros_like(np.ones(2, int)).dtype == np.float64


def test_together_replaces_one_by_one():
    linear = Linear(together=lambda wanted, g, *args: [g * i for i in wanted])
    assert linear.vjps([2, 5], 3.0, None, (0,) * 6, {}) == [6.0, 15.0]
    assert linear.vjp(4, 3.0, None, (0,) * 6, {}) == 12.0
    explicit = Explicit(None, lambda t, y, *args: None, lambda wanted, g, y, *args: [g + i for i in wanted])
    assert explicit.vjp(1, 3.0, None, (0, 0), {}) == 4.0
    single = Linear(lambda i, g, *args: g * i, local=lambda *args: len(args))
    assert single.vjps([0, 2], 3.0, None, (0,) * 3, {}) == [0.0, 6.0]
    assert single.partial(0, None, (0, 0), {}) == 2


def test_bilinear_jvp_is_the_product_rule():
    rule = Bilinear(lambda g, a, b: g * b, lambda g, a, b: g * a)
    assert rule.jvp(operator.mul, [0.5, 0.25], None, (2.0, 3.0), {}) == 0.5 * 3 + 2 * 0.25
    assert rule.jvp(operator.mul, [None, 0.25], None, (2.0, 3.0), {}) == 0.5
    assert rule.jvp(operator.mul, [None, None], None, (2.0, 3.0), {}) is None
    assert rule.vjp(1, 2.0, None, (5.0, 7.0), {}) == 10.0


def test_partial_is_unknown_unless_stated():
    assert Rule().partial(0, None, (), {}) is None
    assert Bilinear(operator.mul, operator.mul).partial(0, None, (1, 2), {}) is None


def test_total_skips_what_is_zero():
    assert total([None, 2.0, None, 3.0]) == 5.0 and total([None]) is None and total([]) is None
