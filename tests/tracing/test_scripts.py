"""Recordings of scripts: events, inputs, what is supplied, and what happens when a script fails."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest

from whygrad.differentiation import differentiate
from whygrad.errors import LimitError, ScriptError
from whygrad.execution import execute
from whygrad.source import Source, site
from whygrad.tracing import Traced, record_script
from whygrad.tracing.values import plain

NEURON = """
    w = [2, -3, -3]
    x = [-1, -2]
    product = w[0]*x[0] + w[1]*x[1] + w[2]
    activation = 1 / (1 + math.exp(-product))
    grad_product = (1 - activation) * activation
    grad_x = [w[0]*grad_product, w[1]*grad_product]
"""


def record(text, **options):
    return record_script(Source("script.py", textwrap.dedent(text)), **options)


def test_inputs_become_rows_and_assignments_events():
    recording = record(NEURON, inputs=["w", "x"])
    graph = recording.graph
    assert recording.failure is None
    assert [graph.name(row) for row in graph.inputs] == ["w[0]", "w[1]", "w[2]", "x[0]", "x[1]"]
    assert recording.inputs == {"w": [0, 1, 2], "x": [3, 4]}
    assert [e.target for e in recording.events] == [
        "w", "x", "product", "activation", "grad_product", "grad_x",
    ]  # fmt: skip
    product = recording.events[2]
    assert product.value == 1.0
    assert graph.name(product.rows) == "product"
    assert site(product.site).text == "product = w[0]*x[0] + w[1]*x[1] + w[2]"
    assert recording.events[-1].value == [0.3932238664829637, -0.5898357997244456]
    assert [recording.values[row] for row in recording.events[-1].rows] == recording.events[-1].value
    assert recording.supplied == [("math", "import math")]


def test_the_recorded_graph_gives_the_gradient():
    recording = record(NEURON, inputs=["w", "x"])
    (output,) = [e.rows for e in recording.events if e.name == "activation"]
    derivative = differentiate(recording.graph, [output])
    run = execute(derivative.graph, [recording.values[row] for row in recording.graph.inputs])
    np.testing.assert_allclose(run.outputs[3:], recording.events[-1].value, rtol=1e-14)


def test_overrides_replace_the_first_binding_only():
    text = """
        x = 1.0
        y = x * 2
        x = y + 1
    """
    recording = record(text, inputs=["x"], overrides={"x": 5.0})
    assert plain(recording.namespace["y"]) == 10.0
    assert plain(recording.namespace["x"]) == 11.0


def test_writes_have_events_and_the_whole_comes_last():
    recording = record(
        """
        import numpy as np
        a = np.array([1.0, 2.0, 3.0])
        out = np.zeros(3)
        for i in range(3):
            out[i] = a[i] ** 2
        """,
        inputs=["a"],
    )
    targets = [e.target for e in recording.events]
    assert targets == ["a", "out", "out[i]", "out[i]", "out[i]", "out"]
    last = recording.events[-1]
    assert last.value.tolist() == [1.0, 4.0, 9.0]
    assert recording.values[last.rows].tolist() == [1.0, 4.0, 9.0]
    instances = [recording.graph.instance(e.instance) for e in recording.events[2:5]]
    assert [i.ordinal for i in instances] == [0, 1, 2]


def test_returns_attributes_and_keys_have_events_of_their_function():
    recording = record(
        """
        class Layer:
            def forward(self, x):
                self.x = x
                return x * x
            def backward(self, g):
                grads = {}
                grads["x"] = 2 * self.x * g
                return grads
        x = 3.0
        layer = Layer()
        y = layer.forward(x)
        grads = layer.backward(1.0)
        """,
        inputs=["x"],
    )
    found = [(e.target, e.name, e.function) for e in recording.events]
    assert ("self.x", "self", "Layer.forward") in found
    assert ("return", "return", "Layer.forward") in found
    assert ("grads['x']", "grads", "Layer.backward") in found
    assert recording.events[-1].value == {"x": 6.0}
    assert recording.events[-1].rows["x"] >= 0


def test_values_of_events_are_copies():
    recording = record("import numpy as np\nx = np.ones(2)\ny = x * 2\ny[0] = 7.0\n", inputs=["x"])
    first = next(e for e in recording.events if e.target == "y")
    assert first.value.tolist() == [2.0, 2.0]
    assert recording.values[first.rows].tolist() == [2.0, 2.0]


def test_a_failure_keeps_what_came_before_and_its_place():
    recording = record("x = 2.0\ny = [x * 3]\nz = 1 / (1 + -y)\n", inputs=["x"])
    failure = recording.failure
    assert isinstance(failure.exception, TypeError)
    assert (failure.place.line, failure.place.column) == (3, 14)
    assert failure.place.end_column == 16
    assert site(failure.site).text == "-y"
    assert [e.target for e in recording.events] == ["x", "y"]
    assert "y" in failure.namespace


def test_what_has_no_rule_is_noted_and_taken_as_a_constant():
    recording = record(
        "import numpy as np\nx = np.ones(4)\ns = np.fft.fft(x).real\nr = round(x[0], 2)\ny = x * 2\n",
        inputs=["x"],
    )
    assert recording.failure is None
    assert any("line 3" in note and "fft" in note for note in recording.notes)
    assert any("line 4" in note for note in recording.notes)
    assert type(recording.namespace["y"]) is Traced


def test_what_is_printed_is_kept_and_bounded():
    recording = record("x = 1.5\nprint('x is', x)\nfor k in range(20000): print(k, x)\n", inputs=["x"])
    assert recording.stdout.startswith("x is 1.5\n0 1.5\n")
    assert len(recording.stdout) <= 65536


def test_a_script_that_never_ends_is_stopped():
    recording = record("x = 1.0\nwhile x > 0:\n    x = x * 1.0\n", inputs=["x"], seconds=0.3)
    assert isinstance(recording.failure.exception, LimitError)


def test_input_and_exit():
    failure = record("x = float(input('x?'))\n").failure
    assert isinstance(failure.exception, ScriptError)
    assert failure.exception.hint
    assert record("import sys\nx = 1.0\nsys.exit()\n").failure is None
    assert record("import sys\nsys.exit('no')\n").failure is not None


def test_a_driver_runs_after_the_module():
    driver = Source("driver.py", "a = 2.0\ny = f(a)\n")
    recording = record("def f(x):\n    return x * x\n", inputs=["a"], driver=driver)
    assert recording.values[recording.events[-1].rows] == 4.0
    assert recording.inputs == {"a": 0}


def test_the_script_runs_as_main_with_its_arguments():
    recording = record(
        "import sys\nif __name__ == '__main__':\n    x = 2.0\n    n = len(sys.argv)\n",
        inputs=["x"],
        argv=["a", "b"],
    )
    assert recording.inputs == {"x": 0}
    assert recording.namespace["n"] == 3


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("x = 1\nprint x\n", 2, "print(x)"),
        ("x = (1\n", 1, None),
        ("def f():\nreturn 1\n", 2, "spaces"),
        ("try:\n    pass\nexcept ValueError, e:\n    pass\n", 3, "Python 2"),
        ("return 3\n", 1, None),
    ],
)
def test_text_that_is_no_python_is_refused_with_its_place(text, line, hint):
    with pytest.raises(ScriptError) as caught:
        record(text)
    assert caught.value.place.line == line
    assert hint is None or hint in caught.value.hint


def test_docstrings_and_future_imports_stay_first():
    recording = record(
        '"""Doc."""\nfrom __future__ import annotations\nx: float = 1.5\ny = x * 2\n', inputs=["x"]
    )
    assert recording.failure is None
    assert plain(recording.namespace["y"]) == 3.0


def test_the_last_value_of_a_name_is_known_beyond_the_room_for_events(monkeypatch):
    monkeypatch.setattr("whygrad.tracing.recording.MAX_EVENTS", 10)
    text = "w = 0.5\ns = 1.0\nfor _ in range(20):\n    s = w * s\nloss = s * 3\n"
    recording = record(text, inputs=["w"])
    (last,) = [event for event in recording.events if event.target == "loss"]
    assert last.value == pytest.approx(3 * 0.5**20)
