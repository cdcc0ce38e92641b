"""Pictures as files and as displays of a notebook."""

import pytest

from whygrad.errors import UsageError
from whygrad.rendering.pictures import Picture


def test_the_name_says_the_format(neuron):
    picture = Picture(neuron)
    assert picture.as_file("a.svg").startswith(b"<svg")
    assert picture.as_file("A.DOT").startswith(b"digraph")
    assert "(exp)" in picture.as_file("a.txt").decode()
    with pytest.raises(UsageError, match="drawn as") as told:
        picture.as_file("a.gif")
    assert told.value.hint == "a.svg"


@pytest.mark.parametrize("theme", ["auto", "light", "dark", "print"])
def test_every_theme_marks_its_own_rules(neuron, theme):
    assert f'class="wg-{theme}"' in Picture(neuron, theme).svg()
