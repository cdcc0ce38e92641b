"""The derivative in the names that are in scope."""

import numpy as np
import pytest

from whygrad.checking.evidence import Evidence
from whygrad.diagnosis.alignment import _sized, by_fingerprint, derived_texts, key_of, spellings
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.scopes import Scope, scope_of
from whygrad.diagnosis.suspects import statements


def test_the_text_gives_the_true_gradient(evidence: Evidence, draft: Draft) -> None:
    claim = evidence.claim("db")
    node = next(s.node for s in statements(draft.tree) if s.line == 11)
    assert claim is not None
    scope = scope_of(evidence.program, node, [evidence.points[1]])
    (text,) = derived_texts(evidence, claim, scope, 1)
    found = eval(text, {**scope.shared, **scope.first})
    assert np.allclose(found, np.asarray(claim.truth[1]))
    assert "dh" in text, "what the user has computed is not computed again"


def test_common_numbers_stand_for_no_quantity() -> None:
    scope = Scope([[{"n": 2.0, "k": 2.5, "m": np.array([[1.0, 2.0], [3.0, 4.0]])}]])
    texts = [text for found in by_fingerprint(scope).values() for text, _ in found]
    assert texts == ["k", "m", "m.T"]
    assert key_of(np.ones(2)) == key_of(np.ones(2) + 1e-12)


@pytest.mark.parametrize(
    ("text", "program", "sized"),
    [
        ("dy[1] * x[1:4]", "for i in range(4): y[i] = x[i:i + 3] @ k", True),
        ("[w[0] * g, w[1] * g]", "p = w[0] * x[0] + w[1] * x[1]", False),
        ("np.sum(g.reshape(4, 6, 2), axis=2)", "y = np.repeat(x, 2)", True),
        ("g.reshape(N, -1)", "y = x.reshape(N, C)", False),
        ("2 * x ** 3", "y = x", False),
        ("np.cumsum(g[::-1], axis=0)[::-1]", "y = np.cumsum(x)", False),
        ("g[2:]", "y = np.cumsum(x)", True),
    ],
)
def test_what_holds_for_one_size_only_is_not_offered(text: str, program: str, sized: bool) -> None:
    assert _sized(text, program) == sized


def test_shorter_spellings_come_first_and_the_whole_last() -> None:
    text = "1 / 6 * np.log(q) * k * (1 - q) ** np.where(k == 0, 1, k - 1)"
    assert list(spellings(text)) == [
        "np.log(q) * k * (1 - q) ** (k - 1)",
        "1 / 6 * np.log(q) * k * (1 - q) ** (k - 1)",
        "np.log(q) * k * (1 - q) ** np.where(k == 0, 1, k - 1)",
        text,
    ]
    assert list(spellings("x * 1 / 6 * y")) == ["x * 1 / 6 * y"]
