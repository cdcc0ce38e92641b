"""Gates in the account: array gates with their derivation and proof, stable forms, calls by name."""

import numpy as np

import whygrad as wg
from whygrad.report import Bullets, Paragraph, Section


def paragraphs(blocks):
    return ["".join(w.text for w in b.words) for b in blocks if isinstance(b, Paragraph)]


def section(report, start):
    return next(b for b in report.blocks if isinstance(b, Section) and b.title.startswith(start))


def cross_entropy(z, y):
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean()


Z = np.array([[0.5, -1.0, 0.2], [1.5, 0.3, -0.7]])


def test_a_gate_of_arrays_tells_what_it_sends_back_with_steps_and_proof():
    gate = section(wg.explain(cross_entropy, Z, np.array([0, 2])), "The softmax with cross-entropy gate")
    told = paragraphs(gate.blocks)
    assert "As one gate it sends G * (s - y) / n back to z" in told[0]
    assert any(isinstance(block, Bullets) and len(block.items) == 3 for block in gate.blocks)
    assert "20 random points" in told[2]


def test_the_stable_form_is_offered_where_the_rows_were_seen_to_break():
    naive = paragraphs(section(wg.explain(cross_entropy, Z, np.array([0, 2])), "The softmax with").blocks)
    assert any("not finite at inputs of size 1000" in line for line in naive)

    def shifted(z, y):
        return cross_entropy(z - z.max(axis=1, keepdims=True), y)

    stable = wg.explain(lambda x: np.sum(np.logaddexp(0, x) * 1.0), np.array([1.0, 2.0]))
    assert not any("not finite" in str(block) for block in stable.blocks)


def step(h, x, w):
    return np.tanh(w * h + x)


def unrolled(h, x, w):
    for _ in range(3):
        h = step(h, x, w)
    return h * h


def test_a_call_can_be_asked_for_by_its_name():
    report = wg.explain(unrolled, 0.1, 0.3, 0.7, why="step")
    told = paragraphs(report.blocks)
    assert report.title.startswith("What does step send back")
    assert any(line.startswith("It sends back to h: G * (1 - ") for line in told)
    assert "central differences" in told[-1]
