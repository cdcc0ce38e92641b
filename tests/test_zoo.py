"""The zoo: its programs are right by differences, its mutants are wrong, and a few are found."""

import numpy as np
import pytest
from bench.zoo.drawing import Drawing, applied
from bench.zoo.mutations import mutations
from bench.zoo.program import Program, programs, same
from bench.zoo.scoring import Task, score
from bench.zoo.variants import variants

PROGRAMS = {p.name: p for p in programs()}


def test_there_are_programs_of_every_form() -> None:
    assert len(PROGRAMS) >= 60
    assert {p.style for p in PROGRAMS.values()} == {"script", "pair", "single", "class"}
    assert sum(name.startswith("engine") for name in PROGRAMS) >= 3


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=list(PROGRAMS))
def test_a_program_is_right_by_differences(program: Program) -> None:
    truth = program.truth[1]
    assert all(value.size for value in truth.values())
    assert same(truth, program.numeric(program.text, 1), 1e-5)


@pytest.mark.parametrize("name", ["affine", "rnn_script", "svm_loops", "dense_class"])
def test_mutants_are_wrong_and_repeatable(name: str) -> None:
    program = PROGRAMS[name]
    drawn = list(Drawing(program, 3).mutants(8))
    assert [m.text for m in drawn] == [m.text for m in Drawing(program, 3).mutants(8)]
    assert len(drawn) == 8 and not any(program.right(m.text) for m in drawn)


def test_a_mutation_changes_its_own_lines_only() -> None:
    text = PROGRAMS["batchnorm_paper"].text
    for mutation in mutations(text):
        changed = applied(text, [mutation])
        assert changed is not None
        pairs = enumerate(zip(text.split("\n"), changed.split("\n"), strict=True), 1)
        assert all(mutation.line <= n <= mutation.end for n, (a, b) in pairs if a != b)


def test_variants_are_right_by_differences() -> None:
    program = PROGRAMS["two_layer_net_columns"]
    found = [p for _, p in variants(program)]
    assert len(found) >= 4
    for variant in found:
        got = variant.run(variant.text, variant.moves[1])[0]
        numbers = variant.numeric(variant.text, 1)
        assert all(np.allclose(got[name], numbers[name], rtol=1e-5, atol=1e-8) for name in numbers)


@pytest.mark.parametrize("name", ["layernorm", "linear_regression", "activations_swish"])
def test_a_mutant_is_found_placed_and_repaired(name: str) -> None:
    one = next(m for m in Drawing(PROGRAMS[name]).mutants(6) if m.part == "backward" and len(m.kinds) == 1)
    found = score(Task.of(one))
    assert (found.found, found.placed, found.repaired) == (True, True, True), (one.kinds, found)
    right = score(Task(name, PROGRAMS[name], PROGRAMS[name].text))
    assert right.status == "right"
