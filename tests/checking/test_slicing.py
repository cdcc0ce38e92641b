"""Statements that functions do not need are blanked; lines and columns stay."""

import ast

from whygrad.checking.slicing import place_of, rebound, sliced

TEXT = """import numpy as np
K = 3
data = load("x.csv")
table = {}
table["a"] = K
def f(x):
    data = x * K
    return data + table["a"]
for step in range(10**9): print(f(step))
if __name__ == "__main__":
    f(2)
"""


def test_what_a_function_reads_is_kept():
    kept = sliced(TEXT, ("f",))
    assert len(kept.split("\n")) == len(TEXT.split("\n"))
    lines = kept.split("\n")
    assert lines[1:5] == ["K = 3", "", "table = {}", 'table["a"] = K']
    assert lines[5:8] == TEXT.split("\n")[5:8] and not "".join(lines[8:]).strip()


def test_a_function_that_reads_a_name_of_the_module_keeps_it():
    assert "load" in sliced(TEXT + "def g():\n    return data\n", ("g",))
    assert "load" not in sliced(TEXT, ("f",))


def test_failing_statements_are_left_out_and_two_on_a_line_parse():
    text = "a = 1; b = read(); c = 2\ndef f():\n    return a + b + c\n"
    kept = sliced(text, ("f",), (1,))
    assert "read" not in kept and ast.unparse(ast.parse(kept)).startswith("a = 1\nc = 2")
    assert place_of(text, 1) == 0 and place_of(text, 3) is None


LAYERS = """import numpy as np
def scale(x): return 2 * x
@np.vectorize
def other(x): return x
def forward(x): return scale(x)
TABLE = {"scale": scale}
class Named:
    kind = "other"
"""


def test_definitions_that_nothing_mentions_are_blanked():
    kept = sliced(LAYERS, ("forward",))
    assert "def scale" in kept and "vectorize" not in kept and "class Named" not in kept
    namespace: dict[str, object] = {}
    exec(kept, namespace)
    assert kept.count("\n") == LAYERS.count("\n") and callable(namespace["forward"])


def test_a_name_in_a_string_keeps_its_definition():
    assert "def other" in sliced(LAYERS, ("Named",))


def test_definitions_are_kept_where_names_may_be_put_together():
    looked_up = LAYERS + "def call(name, x):\n    return globals()[name](x)\n"
    assert sliced(looked_up, ("call",)).count("def ") == looked_up.count("def ")


def test_names_that_the_module_binds_more_than_once():
    text = "import numpy as np\na = 1.0\nb = 2.0\nb = a\nfor k in range(3):\n    c = k\nd = 0\nd += 1\n"
    assert rebound(f"{text}def f(e):\n    e = 1\n    e = 2\n    return e\n") == {"b", "c", "d", "k"}
