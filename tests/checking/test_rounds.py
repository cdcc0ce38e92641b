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
