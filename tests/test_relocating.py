"""Places of the text that ran, told in the text that the user knows."""

from __future__ import annotations

from tests.rendering.results import failed, finding, result

from whygrad.definitions import Definitions
from whygrad.relocating import relocated
from whygrad.source import Source, edited

SHOWN = "import numpy as np\n    def f(x):\n        return x\n    # end\n"
RAN = "import given\n\ndef f(x):\n    return x\n"
MOVED = Definitions(Source("f.py", RAN), SHOWN, offset=1, indents={3: 4, 4: 4})


def test_lines_and_columns_are_those_of_the_file() -> None:
    repair = {
        "edits": [{"line": 4, "before": "    return x", "after": "    y = x\n    return y"}],
        "verified_points": 8,
    }
    said = finding(line=4, end_line=4, column=12, end_column=13, repair=repair, alternatives=[])
    moved = relocated(result(said), MOVED)["findings"][0]
    assert [moved[k] for k in ("line", "column", "end_line", "end_column")] == [3, 16, 3, 17]
    assert SHOWN.split("\n")[2][15] == "x"
    (edit,) = moved["repair"]["edits"]
    after = edited(SHOWN, {edit["line"]: (edit["before"], edit["after"])})
    assert after == SHOWN.replace("        return x", "        y = x\n        return y")
    assert relocated(result(said), MOVED)["variables"][0]["line"] == 2


def test_what_is_put_before_a_line_stays_before_the_users() -> None:
    repair = {"edits": [{"line": 2, "before": "", "after": "import math\n"}], "verified_points": 1}
    (edit,) = relocated(result(finding(repair=repair)), MOVED)["findings"][0]["repair"]["edits"]
    assert edit == {"line": 1, "before": "import numpy as np", "after": "import math\nimport numpy as np"}


def test_errors_move_too_and_an_unmoved_result_is_itself() -> None:
    place = {"file": "f.py", "line": 4, "column": 5, "end_line": 4, "end_column": 6}
    error = relocated(failed(line=4, place=place), MOVED)["error"]
    assert (error["line"], error["place"]["line"], error["place"]["column"]) == (3, 3, 9)
    same = Definitions(Source("f.py", RAN), RAN)
    assert relocated(result(finding()), same) == result(finding())
