"""Which statements take part in a wrong gradient."""

import ast

from whygrad.checking.evidence import Evidence
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.suspects import backward_slice, part_of, reads, statements, targets


def statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


def test_targets_and_reads_name_what_is_written_and_read() -> None:
    assert {"dW"} <= targets(statement("dW[t] += g"))
    assert "self.dW" in targets(statement("self.dW = g"))
    assert {"a", "b"} <= targets(statement("a, b = f(c)"))
    assert "out" in targets(statement("np.add.at(out, i, g)"))
    assert {"out", "g"} <= reads(statement("out += g"))


def test_the_slice_starts_with_the_line_itself(evidence: Evidence, draft: Draft) -> None:
    claim = evidence.claim("dW")
    assert claim is not None
    found = backward_slice(evidence, draft.tree, claim)
    assert [s.line for s in found if not s.right] == [10, 9]
    assert found[0].own
    assert 11 not in [s.line for s in found]


def test_what_a_loop_carries_over_belongs_to_the_slice(evidence: Evidence) -> None:
    claim = evidence.claim("dW")
    assert claim is not None
    text = evidence.program.source.text.replace(
        "dW = x.T @ dz", "for t in range(2): dW = x.T @ dz; dz = carry; carry = dh"
    )
    found = backward_slice(evidence, ast.parse(text), claim)
    assert "carry = dh" in [ast.unparse(s.node) for s in found]


def test_forward_and_backward_part_at_the_first_gradient(evidence: Evidence, draft: Draft) -> None:
    parts = {s.line: part_of(evidence, s) for s in statements(draft.tree)}
    assert parts[7] == "forward"
    assert parts[8] == "backward"
