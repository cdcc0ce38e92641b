"""What is known at a statement that is searched."""

import time

import pytest

from whygrad.checking.evidence import Evidence
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.slips import Slip, Solution
from whygrad.diagnosis.suspects import Suspect, backward_slice
from whygrad.diagnosis.trials import Trials
from whygrad.diagnosis.workbench import Workbench


@pytest.fixture
def bench(evidence: Evidence, draft: Draft) -> Workbench:
    claim = evidence.claim("dW")
    assert claim is not None
    found = Workbench(Trials(evidence), draft, time.process_time() + 20)
    found.at = found.search_points(claim)
    return found


def suspects(evidence: Evidence, draft: Draft) -> list[Suspect]:
    claim = evidence.claim("dW")
    assert claim is not None
    return backward_slice(evidence, draft.tree, claim)


def test_the_wanted_value_is_the_truth(bench: Workbench, evidence: Evidence, draft: Draft) -> None:
    claim, own = evidence.claim("dW"), suspects(evidence, draft)[0]
    assert claim is not None
    found = bench.bench(own, bench.scope(own), claim)
    assert found is not None
    assert found[1].judge("x.T @ (dh * (1 - h ** 2))").right
    assert not found[1].judge("x.T @ dz").right


def test_an_earlier_line_is_judged_by_its_block(bench: Workbench, evidence: Evidence, draft: Draft) -> None:
    claim, earlier = evidence.claim("dW"), suspects(evidence, draft)[1]
    assert claim is not None
    block = bench.block_bench(earlier, bench.scope(earlier), claim)
    assert block is not None
    assert block.judge("dz = dh * (1 - h ** 2)").right
    assert not block.judge("dz = dh").right


def test_a_solution_of_the_value_becomes_one_of_the_statement(
    bench: Workbench, evidence: Evidence, draft: Draft
) -> None:
    own = suspects(evidence, draft)[0]
    value = own.node.value  # type: ignore[attr-defined]
    whole = bench.whole(own, value, Solution("x.T @ dh", (Slip("name", "dz", "dh", 6),)))
    assert whole.text == "dW = x.T @ dh"
    assert whole.slips[0].start == len("dW = x.T @ ")


def test_material_has_what_is_in_scope(bench: Workbench, evidence: Evidence, draft: Draft) -> None:
    own = suspects(evidence, draft)[0]
    material = bench.material(own, bench.scope(own))
    assert {"x", "W", "h", "dh", "dz"} <= set(material.values)
    assert material.library == "np"
    assert "dW" in material.targets
