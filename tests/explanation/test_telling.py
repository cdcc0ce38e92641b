"""Sentences with marks."""

from whygrad.explanation.telling import g, product_text, sum_text, tell, v


def test_marks_become_styles():
    paragraph = tell(f"`x` is {v(2.0)}, its gradient {g(-0.25)}.")
    assert [(word.text, word.style) for word in paragraph.words] == [
        ("x", "code"), (" is ", "plain"), ("2", "value"), (", its gradient ", "plain"), ("-0.25", "gradient"),
        (".", "plain"),
    ]  # fmt: skip


def test_text_without_marks_is_one_run():
    assert [word.text for word in tell("a lonely ` stays").words] == ["a lonely ` stays"]
    assert tell("").words == ()


def test_products_and_sums():
    assert product_text([1.0, -3, 0.19661]) == "1 * (-3) * 0.1966"
    assert product_text([1.0, 1.00001]) == "1 * 1.00001"
    assert sum_text([-1.0, 2, -3]) == "-1 + 2 + (-3)"
    assert sum_text([2.0, 4.0], ["[0]", "[1]"]) == "2 at [0] + 4 at [1]"
    assert sum_text([]) == ""
