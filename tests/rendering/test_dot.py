"""Circuits in DOT."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.rendering.dot import to_dot
from whygrad.report import Box, Circuit, Frame, Wire


@given(st.data())
def test_every_box_and_wire_is_there_once(circuits, data):
    circuit = data.draw(circuits)
    text = to_dot(circuit)
    assert len(re.findall(r"^  n\d+ \[", text, re.M)) == len(circuit.boxes)
    assert len(re.findall(r"^  n\d+ -> n\d+ \[", text, re.M)) == len(circuit.wires)


def test_strings_are_quoted():
    text = to_dot(Circuit((Box("a", 'say "hi" \\ \n', "input"),), ()))
    assert r'label="say \"hi\" \\ \n"' in text


def test_operands_keep_their_order():
    boxes = (Box("a", "a", "input"), Box("b", "b", "input"), Box("c", "-", "op"))
    text = to_dot(Circuit(boxes, (Wire("a", "c", 1, "1", "-1"), Wire("b", "c", 0))))
    assert text.index("n1 -> n2") < text.index("n0 -> n2")
    assert r'[label="1\n-1"]' in text


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz' `dot` is not installed")
def test_graphviz_reads_it(neuron):
    framed = replace(
        neuron, frames=(Frame("o", "an outer", ("s0", "s1", "t0")), Frame("i", "in", ("s0", "s1")))
    )
    done = subprocess.run(["dot", "-Tsvg"], input=to_dot(framed), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_frames_are_clusters_inner_ones_within_outer_ones():
    boxes = tuple(Box(key, key, "op") for key in "abcd")
    wires = tuple(Wire(one, two, 0) for one, two in ("ab", "bc", "cd"))
    frames = (
        Frame("o", "outer", ("a", "b", "c")),
        Frame("i", "inner", ("a", "b")),
        Frame("e", "else", ("d",)),
    )
    lines = to_dot(Circuit(boxes, wires, frames=frames)).splitlines()
    shape = [line.split()[0] + line.split()[-1] for line in lines if "subgraph" in line or line == "  }"]
    assert shape == ["subgraphn2;", "subgraphn1;", "}}", "}}", "subgraphn3;", "}}"]
