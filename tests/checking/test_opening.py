"""A function that trains, as statements of the module: the same numbers, the same lines and columns."""

import ast
import textwrap

import numpy as np
import pytest

from whygrad.checking.opening import opened_call

TRAIN = textwrap.dedent("""\
    import numpy as np

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    # one layer
    def train(X, Y, *, rate=0.1, rounds=3):
        w = np.full(X.shape[1], 0.5)
        for k in range(rounds):
            p = sigmoid(X @ w)
            loss = -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))
            dw = X.T @ (p - Y) / len(Y)
            w -= rate * dw
        return w, dw

    {before}
    {call}
    print(result)
    """)
BEFORE = "data = np.array([[0.3, -1.0], [0.2, 0.7]])\nlabels = np.array([0.0, 1.0])"
CALL = "result = train(data, labels, rounds=2)"


def values(text):
    namespace = {"__name__": "__main__"}
    exec(text, namespace)
    return namespace


def test_the_block_computes_what_the_call_did():
    text = TRAIN.format(before=BEFORE, call=CALL)
    opened = opened_call(text)
    ours, theirs = values(opened), values(text)
    assert np.array_equal(ours["w"], theirs["result"][0]) and np.array_equal(ours["dw"], theirs["result"][1])
    assert ours["rate"] == 0.1 and ours["rounds"] == 2


def test_lines_and_columns_of_the_function_stay():
    text = TRAIN.format(before=BEFORE, call=CALL)
    opened = opened_call(text)
    assert opened.splitlines()[7:13] == text.splitlines()[7:13]
    function = ast.parse(text).body[2]
    block = next(node for node in ast.parse(opened).body if isinstance(node, ast.If))
    for own, shown in zip(function.body[:-1], block.body[:-1], strict=True):
        assert (own.lineno, own.col_offset, ast.dump(own)) == (
            shown.lineno,
            shown.col_offset,
            ast.dump(shown),
        )


def test_a_guarded_call_is_found():
    guarded = f'if __name__ == "__main__":\n{textwrap.indent(f"{BEFORE}{chr(10)}{CALL}", "    ")}'
    text = TRAIN.format(before="", call=guarded).replace("\nprint(result)", "")
    assert np.allclose(values(opened_call(text))["w"], values(text)["result"][0])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("result = train(", "result = list(train("),
        lambda text: text.replace("rate * dw", "rate * p[0]"),
        lambda text: text.replace("    return w, dw", "    if k:\n        return w, dw\n    return w, dw"),
        lambda text: text.replace("# one layer", "rate = 1"),
        lambda text: text.replace("data =", "for n in range(2):\n    data ="),
        lambda text: text.replace("(data, labels, rounds=2)", "(*[data, labels])"),
        lambda text: text.replace("(data, labels, rounds=2)", "(data)"),
        lambda text: text.replace("def train", "@staticmethod\ndef train"),
        lambda text: text + "def (",
    ],
)
def test_what_cannot_be_opened_stays(change):
    text = change(TRAIN.format(before=BEFORE, call=CALL))
    assert opened_call(text) == ""
