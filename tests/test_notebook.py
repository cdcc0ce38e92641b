"""In a notebook: plain displays without scripts, the magic that checks a cell, the page as a widget."""

import json

import pytest

from whygrad.errors import UsageError
from whygrad.notebook import hints_in, taken_over

CELLS = [
    "%load_ext whygrad\nimport numpy as np\nimport whygrad as wg\nscale = 3.0",
    "%%whygrad\nw = np.array([1.0, -2.0])\nloss = np.sum(scale * w * w)\ngrad_w = 2 * w",
    "w",
    "wg.show('sigmoid(w*x)', at='w=2, x=-1')",
    "wg.explain('w*x', at='w=2, x=-1', why='w')",
    "wg.trace(lambda x: x * x)(3.0)",
    "page = wg.show('w*x', at='w=2, x=-1').widget()\nlen(page.document), page.selection",
]


def displays(cell):
    return [out["data"] for out in cell["outputs"] if "data" in out]


@pytest.fixture(scope="module")
def cells():
    nbformat = pytest.importorskip("nbformat", reason="nbclient is not installed")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return notebook.cells


def test_the_magic_runs_the_cell_and_checks_it(cells):
    said = json.dumps(cells[1]["outputs"])
    assert "grad_w" in said and "wrong" in said
    assert "scale" in said  # the factor that the other cell gave
    assert "array([ 1., -2.])" in json.dumps(cells[2]["outputs"])


def test_drawings_explanations_and_graphs_come_as_pictures_and_text(cells):
    for cell in cells[3:6]:
        (data,) = displays(cell)
        assert {"text/plain", "image/svg+xml"} <= set(data)
        assert "text/html" not in data
        assert not any("<script" in str(value) for value in data.values())


def test_the_page_is_a_widget_whose_selection_reaches_python(cells):
    (data,) = displays(cells[6])
    size, selection = eval(data["text/plain"])
    assert size > 100 and selection == []


def test_what_a_cell_takes_from_others_is_given_in_one_line():
    import numpy as np

    namespace = {"np": np, "scale": 3.0, "w": np.ones(2), "unused": 1, "helper": print}
    line, given = taken_over("loss = np.sum(scale * w)\nx = helper", namespace)
    assert line == "import numpy as np; from whygrad_given import scale, w"
    assert set(given) == {"scale", "w"}
    assert taken_over("x = 1", namespace) == ("pass", {})
    assert taken_over("x = = 1", namespace) == ("pass", {})


def test_hints_stand_on_the_line_of_the_magic():
    assert hints_in("output=loss inputs=make") == {"output": "loss", "inputs": "make"}
    with pytest.raises(UsageError, match="no hint"):
        hints_in("loss")
