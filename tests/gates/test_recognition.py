"""Known gates are found by what rows compute, in any spelling; what only looks alike is none."""

import math
import re

import numpy as np
import pytest

import whygrad as wg
from whygrad.execution.interpreter import execute
from whygrad.gates import KNOWN, TOLERANCE, proof, recognise
from whygrad.gates.recognition import MOST_ROWS
from whygrad.graph import CONSTANT
from whygrad.tracing.formulas import parse_formula

SPELLINGS = [
    (gate.name, text.replace("a *", "0.3 *"))
    for gate in KNOWN
    if gate.elementwise
    for text in (gate.formula, *gate.spellings)
]


@pytest.mark.parametrize(("name", "text"), SPELLINGS)
def test_every_spelling_is_recognised_and_equals_its_rows(name, text):
    within = re.sub(r"\bx\b", "z", re.sub(r"\bx\b", "(z := a * b)", text, count=1))
    graph = parse_formula(within).graph
    (gate,) = [g for g in recognise(graph) if g.name == name and g.output == graph.outputs[0]]
    assert [graph.op(row).name for row in gate.inputs] == ["multiply"]
    assert proof(graph, gate) < TOLERANCE


@pytest.mark.parametrize(
    "text",
    [
        "exp(-x) + 1",
        "2 / (1 + exp(-x))",
        "1 / (1 + exp(-2 * x) * x)",
        "1 / (2 + exp(-x))",
        "x / (1 + exp(-x * 1.0000001))",
        "where(x > 0.1, x, 0)",
        "log(1 + exp(x)) + 1e-7",
    ],
)
def test_what_only_looks_like_a_gate_is_none(text):
    graph = parse_formula(text).graph
    assert not [g for g in recognise(graph) if g.output == graph.outputs[0]]


def test_operands_may_stand_the_other_way_around():
    (gate,) = recognise(parse_formula("1 / (exp(x * -1) + 1)").graph)
    assert gate.name == "sigmoid"


def test_a_gate_whose_inside_is_used_elsewhere_is_no_gate():
    text = "(q := exp(-x)) * 0.5 + 1 / (1 + q)"
    assert recognise(parse_formula(text).graph) == []


def test_gates_of_arrays_are_recognised():
    graph = parse_formula("sum(1 / (1 + exp(-x)))", {"x": [1.0, 2.0]}).graph
    (gate,) = recognise(graph)
    assert sum(graph.op(row) is not CONSTANT for row in gate.rows) == 4
    assert proof(graph, gate) < TOLERANCE
    assert execute(graph, [np.zeros(2)]).outputs[0] == 1.0


def shifted_cross_entropy(z, y):
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(3), y]).mean()


def cross_entropy_by_logsumexp(z, y):
    m = np.max(z, axis=1)
    lse = m + np.log(np.sum(np.exp(z - m[:, None]), axis=1))
    return np.sum(lse - z[np.arange(len(y)), y]) / len(y)


def cross_entropy_of_one_hot(z, y):
    p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)
    return -np.sum(np.eye(4)[y] * np.log(p)) / z.shape[0]


def layer_norm(x, w, b):
    mu = x.mean(-1, keepdims=True)
    xc = x - mu
    v = (xc**2).mean(-1, keepdims=True)
    return np.sum(w * xc / np.sqrt(v + 1e-5) + b)


def batch_norm(x, w, b):
    xc = x - x.sum(0) / x.shape[0]
    inv = 1 / np.sqrt(np.mean(xc * xc, axis=0) + 1e-5)
    return np.sum(w * (xc * inv) + b)


def attention(q, k, v):
    s = q @ k.T / np.sqrt(q.shape[1])
    s = s - s.max(1, keepdims=True)
    e = np.exp(s)
    w = e / e.sum(1, keepdims=True)
    return np.sum(w @ v)


def masked_attention(q, k, v):
    s = q @ k.T * 0.5 + np.triu(np.full((3, 3), -1e9), 1)
    e = np.exp(s - s.max(1, keepdims=True))
    return np.sum((e / e.sum(1, keepdims=True)) @ v)


def attention_of_heads(q, k, v):
    s = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(s - s.max(-1, keepdims=True))
    return np.sum((e / e.sum(-1, keepdims=True)) @ v)


def causal_attention_of_heads(q, k, v):
    s = np.einsum("bhid,bhjd->bhij", q, k) * 0.5 + np.triu(np.full((3, 3), -1e9), 1)
    e = np.exp(s - s.max(-1, keepdims=True))
    return np.sum(np.matmul(e / e.sum(-1, keepdims=True), v))


def exact_gelu(x):
    return np.sum(np.array([0.5 * u * (1 + math.erf(u / math.sqrt(2))) for u in x]))


def relu_layer(x, W, b, y):
    d = np.maximum(0, x @ W + b) - y
    return np.mean(d * d)


def log_density(x, m, log_s):
    return np.sum(-0.5 * np.log(2 * np.pi) - log_s - 0.5 * ((x - m) / np.exp(log_s)) ** 2)


def distance(a, b):
    return np.linalg.norm(a - b)


def binary_cross_entropy(w, x, y):
    p = 1 / (1 + np.exp(-(x @ w)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def log_probability(z):
    m = np.max(z, axis=-1, keepdims=True)
    return np.sum((z - m - np.log(np.sum(np.exp(z - m), axis=-1, keepdims=True)))[:, 0])


RANDOM = np.random.default_rng(5)
Z, W4, ROW = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(4, 2)), RANDOM.normal(size=4)
HEADS = RANDOM.normal(size=(2, 2, 3, 4))
LABELS = np.array([0, 1, 3])
USERS = [
    (shifted_cross_entropy, (Z, LABELS), {"softmax with cross-entropy"}),
    (cross_entropy_by_logsumexp, (Z, LABELS), {"softmax with cross-entropy", "logsumexp"}),
    (lambda z: cross_entropy_of_one_hot(z, LABELS), (Z,), {"softmax with cross-entropy", "softmax"}),
    (lambda z: shifted_cross_entropy(z, LABELS), (Z,), {"softmax with cross-entropy"}),
    (layer_norm, (Z, ROW, ROW + 1), {"layer norm"}),
    (batch_norm, (Z, ROW, ROW + 1), {"batch norm"}),
    (attention, (Z, Z + 1, Z * 2), {"attention", "softmax"}),
    (masked_attention, (Z, Z + 1, Z * 2), {"attention"}),
    (attention_of_heads, (HEADS[0], HEADS[0] + 1, HEADS[0] * 2), {"attention", "softmax"}),
    (causal_attention_of_heads, (HEADS, HEADS + 1, HEADS * 2), {"attention"}),
    (exact_gelu, (ROW,), {"exact gelu"}),
    (relu_layer, (Z, W4, W4[0], Z[:, :2]), {"affine", "relu", "mean squared error"}),
    (log_density, (Z, Z + 1, Z / 2), {"Gaussian log density"}),
    (distance, (Z[0], Z[1]), {"distance"}),
    (binary_cross_entropy, (ROW, Z, np.array([0.0, 1, 1])), {"sigmoid with cross-entropy", "sigmoid"}),
    (log_probability, (Z,), {"log softmax"}),
]


@pytest.mark.parametrize(("function", "args", "names"), USERS)
def test_gates_of_code_as_people_write_it(function, args, names):
    graph = wg.trace(function)(*args)
    found = recognise(graph)
    assert names <= {gate.name for gate in found}
    assert all(proof(graph, gate) < TOLERANCE for gate in found)


def test_the_same_step_of_every_repetition_is_tried_once():
    def chain(x):
        for _ in range(50):
            x = 1 / (1 + np.exp(-x))
        return x

    assert len(recognise(wg.trace(chain)(0.3))) == 50


def test_a_graph_beyond_the_limit_is_looked_at_in_parts():
    def chain(x):
        for _ in range(MOST_ROWS // 4 + 10):
            x = 1 / (1 + np.exp(-x))
        return x

    graph = wg.trace(chain)(0.3)
    assert recognise(graph) == []
    assert [gate.name for gate in recognise(graph, rows=range(10))] == ["sigmoid", "sigmoid"]


def test_what_changes_nothing_is_no_part_of_a_gate():
    def layer(x):
        return np.sum(np.tanh(x @ np.ones((3, 2)) + np.zeros(2)))

    graph = wg.trace(layer)(np.ones((4, 3)))
    tanh = next(gate for gate in recognise(graph) if gate.name == "tanh")
    assert [graph.op(row).name for row in tanh.rows] == ["tanh"]
