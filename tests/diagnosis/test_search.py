"""Entries are solved one by one, two slips are found where one is not enough."""

import math

import numpy as np

from whygrad.diagnosis.mutation import Material
from whygrad.diagnosis.search import Bench, Searcher
from whygrad.diagnosis.synthesis import compositions

POINTS = [
    {"w": [0.3, -1.2, 0.8], "x": [1.4, 0.6]},
    {"w": [-0.7, 0.2, 1.1], "x": [0.5, -1.5]},
    {"w": [1.9, -0.4, -0.6], "x": [-0.2, 0.9]},
]


def environment(point: dict[str, list[float]]) -> dict[str, object]:
    w, x = point["w"], point["x"]
    product = w[0] * x[0] + w[1] * x[1] + w[2]
    activation = 1 / (1 + math.exp(-product))
    return {**point, "product": product, "activation": activation, "slope": activation * (1 - activation)}


ENVIRONMENTS = [environment(point) for point in POINTS]


def solve(text: str, wants: list[object]) -> list[str]:
    bench = Bench(ENVIRONMENTS, wants, {"math": math})
    material = Material.of(ENVIRONMENTS[0], library="math", gradients=frozenset({"slope"}))
    return [solution.text for solution in Searcher(material, 5.0).expression(text, bench)]


def test_each_entry_is_a_search_of_its_own() -> None:
    wants = [[e["w"][0] * e["slope"], e["w"][1] * e["slope"]] for e in ENVIRONMENTS]  # type: ignore[index]
    assert solve("[w[0] * activation + w[2] * activation]", wants)[0] == "[w[0] * slope, w[1] * slope]"


def test_two_slips_in_one_expression() -> None:
    wants = [-e["w"][1] * e["slope"] for e in ENVIRONMENTS]  # type: ignore[index]
    assert solve("w[1] * activation", wants)[0] == "-w[1] * slope"


def test_what_is_right_needs_no_slip() -> None:
    assert solve("activation", [e["activation"] for e in ENVIRONMENTS]) == ["activation"]


def test_nothing_is_found_where_nothing_fits() -> None:
    assert solve("product", [math.pi, math.e, 1.7]) == []


def test_missing_factors_and_terms_are_looked_up() -> None:
    rng = np.random.RandomState(1)
    spaces = [{"g": rng.randn(4, 3), "a": rng.randn(4, 3), "b": rng.randn(3)} for _ in range(3)]
    material = Material.of(spaces[0])

    def texts(text: str, wants: list[object]) -> list[str]:
        return [s.text for s in compositions(text, Bench(spaces, wants, {"np": np}), material)]

    assert "g * (1 - a ** 2)" in texts("g", [s["g"] * (1 - s["a"] ** 2) for s in spaces])
    assert "g + a" in texts("g", [s["g"] + s["a"] for s in spaces])
    assert "np.sum(g, axis=0)" in texts("b", [s["g"].sum(axis=0) for s in spaces])
    assert "g @ b" in texts("g", [s["g"] @ s["b"] for s in spaces])


def test_a_shape_is_not_repeated():
    bench = Bench([{"shape": (30, 30, 30), "n": 4, "x": 2.0}], [1.0], {"np": np})
    assert bench.value("np.ones(shape * n).sum() * x", 0) is None
    assert bench.value("np.ones(n * 2).sum() * x", 0) == 16.0
