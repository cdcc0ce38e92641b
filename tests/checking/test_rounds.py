"""Training loops and main functions made plain; lines and columns stay."""

import ast
import textwrap

import pytest

from whygrad.checking.rounds import first_round, opened_main


def body(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


MAIN = body("""
    def main():
        x = 2.0
        y = x ** 2
        dx = 2 * x{end}


    {call}
""")


@pytest.mark.parametrize("end", ["", "\n    return dx", "\n    print(dx)"])
@pytest.mark.parametrize("call", ["main()", 'if __name__ == "__main__":\n    main()'])
def test_a_main_function_becomes_a_block_of_the_module(end, call):
    text = MAIN.format(end=end, call=call)
    opened = opened_main(text)
    namespace = {"__name__": "__main__"}
    exec(opened, namespace)
    assert namespace["dx"] == 4.0
    assert opened.splitlines()[1:4] == text.splitlines()[1:4]
    assert len(opened.splitlines()) == len(text.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        MAIN.format(end="", call="print(main())"),
        MAIN.format(end="", call="main()\nmain()"),
        MAIN.format(end="\n    if y > 1:\n        return dx", call="main()"),
        MAIN.format(end="", call="pass"),
        "def main():\n    x = helper()\n    dx = x\ndef helper():\n    return 1.0\nmain()\n",
        "def main(x=1.0):\n    dx = x\nmain()\n",
        "def main():\n    print('nothing')\nmain()\n",
        "def main(:\n",
    ],
)
def test_other_functions_stay(text):
    assert opened_main(text) == text


def test_a_training_loop_within_a_block_ends_after_its_first_round():
    text = body("""
        w = 1.0
        if w:
            for step in range(5):
                dw = 2 * w
                w -= 0.1 * dw
    """)
    namespace: dict = {}
    exec(first_round(text), namespace)
    assert namespace["step"] == 0
    assert ast.parse(first_round(text))


def test_weights_changed_in_a_loop_over_pairs_make_a_training_loop():
    text = body("""
        import numpy as np
        W, b = np.ones(2), np.ones(1)
        rounds = 0
        while rounds < 9:
            dW, db = 2 * W, 2 * b
            for param, dparam in zip([W, b], [dW, db]):
                param -= 0.1 * dparam
            rounds += 1
    """)
    namespace: dict = {}
    exec(first_round(text), namespace)
    assert namespace["rounds"] == 1
    unrelated = text.replace("0.1 * dparam", "0.1")
    assert first_round(unrelated) == unrelated


LAYERS = body("""
    W = [2.0, 3.0]
    dW = [0.0, 0.0]
    rounds = 0
    for epoch in range(5):
        rounds += 1
        loss = W[0] ** 2 * W[1]
        dW[0] = 2 * W[0] * W[1]
        dW[1] = W[0] ** 2
        {update}
""")


@pytest.mark.parametrize(
    "update",
    [
        "W[0] -= 0.1 * dW[0]",
        "W[1] = W[1] - 0.1 * dW[1]",
        "for l in range(2):\n        W[l] -= 0.1 * dW[l]",
        "for l in range(2):\n        W[l] = W[l] - 0.1 * dW[l]\n    if epoch % 2:\n        print(loss)",
    ],
)
def test_a_training_loop_that_updates_entries_ends_after_its_first_round(update):
    text = LAYERS.format(update=update)
    cut = first_round(text)
    namespace: dict[str, object] = {}
    exec(cut, namespace)
    assert namespace["rounds"] == 1 and namespace["W"] != [2.0, 3.0]
    own, shown = ast.parse(text), ast.parse(cut)
    assert [n.lineno for n in shown.body] == [n.lineno for n in own.body]
    assert [n.col_offset for n in shown.body[-1].body[:4]] == [4, 4, 4, 4]


def test_a_loop_that_fills_gradients_of_layers_is_no_training():
    text = body("""
        W, dW, g = [2.0, 3.0], [0.0, 0.0], 1.0
        for l in reversed(range(2)):
            dW[l] = g * W[1 - l]
            dW[l] -= 0.1 * W[l]
    """)
    assert first_round(text) == text


def test_epochs_of_batches_are_cut_to_the_first_batch():
    text = body("""
        W, seen = {"a": 2.0}, []
        for epoch in range(3):
            for i in range(0, 10, 2):
                seen.append(i)
                grads = {"a": 2 * W["a"]}
                for k in W:
                    W[k] -= 0.1 * grads[k]
            print(epoch)
    """)
    namespace: dict[str, object] = {}
    exec(first_round(text), namespace)
    assert namespace["seen"] == [0] and namespace["epoch"] == 0


def test_a_loop_over_layers_that_updates_each_is_no_training():
    text = body("""
        W, dW, g = [2.0, 3.0], [0.0, 0.0], 1.0
        for l in reversed(range(2)):
            dW[l] = g * W[1 - l]
            W[l] -= 0.1 * dW[l]
    """)
    assert first_round(text) == text


def test_a_sum_over_differences_is_no_training():
    text = body("""
        x, energy = [0.0, 1.0, 3.0], 0.0
        for a, b in [(0, 1), (1, 2)]:
            dx = x[a] - x[b]
            energy += 2.0 * dx * dx
    """)
    assert first_round(text) == text


@pytest.mark.parametrize(
    "update", ["w, b = w - 0.1 * dw, b - 0.1 * db", "(w, b) = step(w, b, dw, db)", "[b, w] = b - db, w - dw"]
)
def test_weights_that_change_together_make_a_training_loop(update):
    text = body(f"""
        w, b = 1.0, 2.0
        for epoch in range(20):
            r = 3.0 * w + b
            loss = r ** 2
            dw, db = 6.0 * r, 2.0 * r
            {update}
    """)
    assert "break" in first_round(text)


def test_what_a_round_hands_on_together_is_no_training():
    text = body("""
        h, c, dh = 1.0, 2.0, 1.0
        for t in range(3):
            h, c = h * c, c - h
            dh = dh * c
    """)
    assert first_round(text) == text


def test_a_step_with_momentum_is_training():
    text = body("""
        x, v = 3.0, 0.0
        for step in range(20):
            f = x * x
            dx = 2 * x
            v = 0.9 * v - 0.1 * dx
            x += v
    """)
    assert "break" in first_round(text)
