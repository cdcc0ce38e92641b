"""Dimensions that only the gradients tell to be one: `b[f]`, or the rows of a state and of the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from whygrad.checking.programs import Program
from whygrad.errors import NoGradientError

if TYPE_CHECKING:
    from whygrad.checking.examples.search import Search
    from whygrad.checking.unaided import How, Texts, Unaided


def tied_by_gradients(unaided: Unaided, search: Search, how: How) -> tuple[Program, Texts] | None:
    """The last solution with those dimensions tied that only the backward pass brings together.

    One tie may bring the others about: where a state has more rows, the input has fewer.
    """
    guess = search.guess
    found: list[tuple[Program, Texts]] = []
    for small in (False, True):
        with contextlib.suppress(NoGradientError):
            program, _ = unaided.completed(*how, guess.texts(small))
            shapes = unaided.misfits(program, how[1]) if isinstance(program, Program) else {}
            for names in (list(shapes), *([name] for name in shapes if len(shapes) > 1)):
                search.guess = guess.copy()
                ties = [search.tie(name, shapes[name], small) for name in names]
                found += _retried(unaided, search, how) if any(ties) else ()
                if found and any(ties) and not unaided.misfits(found[-1][0], how[1]):
                    return found[-1]
    search.guess = guess
    return found[0] if found else None


def _retried(unaided: Unaided, search: Search, how: How) -> Iterator[tuple[Program, Texts]]:
    """The present guess at small sizes, or at large ones, where it runs."""
    texts = next((t for t in map(search.guess.texts, (True, False)) if search.tried(t) is None), None)
    program, texts = unaided.completed(*how, texts) if texts else (None, {})
    if isinstance(program, Program):
        yield program, texts
