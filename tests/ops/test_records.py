"""One test per property, over the samples of all op records."""

from __future__ import annotations

import math

import numpy as np
import pytest

from whygrad.graph import Op, abstract_of
from whygrad.ops import OPS, infer
from whygrad.rules import Elementwise

NAMED_OTHERWISE = {
    "damped_multiply": np.multiply, "inside": None,
    "index": None, "assemble": None, "accumulate": None, "sum_to": None,
    "norm": np.linalg.norm, "whole_floor": np.floor, "whole_ceil": np.ceil, "whole_trunc": np.trunc,
    "inv": np.linalg.inv, "solve": np.linalg.solve, "det": np.linalg.det, "pinv": np.linalg.pinv,
    "einsum": None, "stack": None, "concatenate": None, "astype": None, "pad": None,
}  # fmt: skip


def test_every_op_with_a_rule_has_a_sample(tools):
    missing = {op.name for op in OPS.values() if op.rule is not None} - {s.op for s in tools["SAMPLES"]}
    missing -= tools["OF_SCIPY"] | tools["BY_REQUEST"]
    assert not missing


def test_gaps_are_declared():
    """Ops without a rule give integers or booleans: nothing else may be left without one."""
    for op in OPS.values():
        if op.rule is not None:
            continue
        one = np.True_ if op.name.startswith("bitwise") or op.name == "invert" else np.float64(0.5)
        arguments = (one,) * max(op.latex.count("{1}") + op.latex.count("{0}"), 1)
        if op.axes:
            arguments = (np.array([0.5, 0.25]),)
        params = {"axis": 0} if op.axes else {}
        assert np.asarray(op.value(*arguments, **params)).dtype.kind in "bi", op.name


@pytest.mark.parametrize("name", OPS)
def test_record_is_complete(name):
    op = OPS[name]
    assert op.name == name and isinstance(op, Op)
    assert op.rule is None or (op.note and op.note.endswith("."))
    if isinstance(op.rule, Elementwise):
        assert op.latex.format(*"abc")
        assert not op.domain or len(op.domain) == len(op.rule.partials)


def test_value_is_numpys(sample):
    reference = NAMED_OTHERWISE.get(sample.op, getattr(np, sample.op, None))
    if reference is None:
        return  # judged in test_calls and test_indexing
    with np.errstate(all="ignore"):
        expected = reference(*sample.args, **sample.params)
    np.testing.assert_allclose(sample.value(), expected, rtol=4e-16)


def test_inference_agrees_with_the_value(sample):
    abstracts = [abstract_of(a) for a in sample.args]
    assert infer(OPS[sample.op], abstracts, sample.params) == abstract_of(sample.value())


def test_vjp_entry_by_entry(sample, numeric):
    y = np.asarray(sample.value())
    for i in sample.moving:
        rows = []
        for k in np.ndindex(y.shape):
            g = np.zeros(y.shape)
            g[k] = 1.0
            rows.append(sample.vjp(i, g if y.shape else 1.0))
        found = np.reshape(rows, y.shape + np.shape(sample.args[i]))
        assert not np.isnan(found).any(), f"NaN inside the domain, argument {i}"
        for entry in np.ndindex(np.shape(sample.args[i])):
            truth, error = numeric.column(sample, i, entry)
            assert np.all(error <= 1e-6 * np.maximum(1.0, abs(truth))), "the reference did not converge"
            off = np.abs(found[(..., *entry)] - truth)
            assert np.all(off <= error), (i, entry, found[(..., *entry)], truth, error)


def test_jvp_is_the_transpose_of_vjp(sample, tools):
    rng = tools["generator"](sample.op)
    y = np.asarray(sample.value())
    g = rng.normal(size=y.shape) if y.shape else float(rng.normal())
    patterns = [sample.moving, *([i] for i in sample.moving)] if len(sample.moving) > 1 else [sample.moving]
    for moved in patterns:
        tangents = [None] * len(sample.args)
        for i in moved:
            shape = np.shape(sample.args[i])
            tangents[i] = rng.normal(size=shape) if shape else float(rng.normal())
        forward = np.sum(g * sample.jvp(tangents))
        parts = [sample.vjp(i, g) * tangents[i] for i in moved]
        reverse = sum(np.sum(p) for p in parts)
        size = sum(np.sum(np.abs(p)) for p in parts)
        assert abs(forward - reverse) <= 1e-12 * max(1.0, size)


def test_no_tangent_means_no_tangent(sample):
    op = OPS[sample.op]
    none = [None] * len(sample.args)
    assert op.rule.jvp(op.value, none, sample.value(), sample.args, sample.params) is None


def test_float32_stays_float32(sample, tools):
    narrow = tuple(
        np.asarray(a, np.float32) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a
        for a in sample.args
    )
    if not any(isinstance(a, np.ndarray) and a.dtype == np.float32 for a in narrow) or sample.op in (
        "astype",
        "float_power",
    ):
        return
    y = sample.value(*narrow)
    assert np.asarray(y).dtype == np.float32
    wide = tuple(
        a.astype(np.float64) if isinstance(a, np.ndarray) and a.dtype == np.float32 else a for a in narrow
    )
    g = tools["generator"](sample.op).normal(size=np.shape(y)).astype(np.float32)
    for i in sample.moving:
        exact = sample.vjp(i, g.astype(np.float64), wide)
        bound = 200 * np.finfo(np.float32).eps * max(1.0, float(np.max(np.abs(exact), initial=0.0)))
        np.testing.assert_allclose(sample.vjp(i, g, narrow), exact, rtol=0, atol=bound)


def test_inputs_are_not_modified(sample):
    """Sample arrays are read-only: a rule that writes raises in every test; this one compares as well."""
    before = [np.array(a) for a in sample.args]
    g = np.ones(np.shape(sample.value()))
    g.flags.writeable = False
    for i in sample.moving:
        sample.vjp(i, g)
    sample.jvp([np.ones(np.shape(a)) if i in sample.moving else None for i, a in enumerate(sample.args)])
    for a, b in zip(sample.args, before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_vjps_together_are_the_vjps(sample):
    rule, y = OPS[sample.op].rule, sample.value()
    g = np.ones(np.shape(y))
    with np.errstate(all="ignore"):
        together = rule.vjps(sample.moving, g, y, sample.args, sample.params)
        single = [rule.vjp(i, g, y, sample.args, sample.params) for i in sample.moving]
    for a, b in zip(together, single, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_array_equal(a, b)


def test_just_inside_the_domain(elementwise, numeric, tools):
    """A millionth inside each bound: no NaN, and still the derivative."""
    domain = tools["domain_of"](elementwise)
    rng = tools["generator"](elementwise)
    for i, bounds in enumerate(domain):
        for bound, inward in zip(bounds, (1, -1), strict=True):
            if not math.isfinite(bound):
                continue
            args = [float(tools["inside"](rng, *d, ())) for d in domain]
            args[i] = bound + inward * 1e-6
            sample = tools["Sample"](elementwise, tuple(args))
            found = sample.vjp(i, 1.0)
            truth, error = numeric.column(sample, i, ())
            assert np.isfinite(found)
            assert abs(found - truth) <= max(error, 1e-9 * abs(truth))


def test_a_gradient_of_zero_stays_zero(elementwise):
    """An untaken branch must not poison: whatever the local gradient is, 0 times it is 0."""
    n = len(OPS[elementwise].rule.partials)
    rule, value = OPS[elementwise].rule, OPS[elementwise].value
    for point in (0.0, -1.0, 2.0, 1000.0, -1000.0, math.inf, math.nan):
        args = (np.array([point]),) * n
        with np.errstate(all="ignore"):
            y = value(*args)
            for i in range(n):
                found = rule.vjp(i, np.zeros(1), y, args, {})
                assert found is None or np.all(found == 0), (point, found)
