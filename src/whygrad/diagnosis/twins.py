"""Twin statements, which say the same of two axes or two gates, and one slip made in both alike.

`top = i` and `left = j` both lack `* stride`: neither edit alone makes a gradient right. What is changed in
one is changed in the other in its own names.
"""

from __future__ import annotations

import ast
import io
import itertools
import tokenize
from collections.abc import Iterator, Mapping, Sequence, Set
from difflib import SequenceMatcher
from functools import lru_cache

from whygrad.diagnosis.suspects import Suspect

MOST_TOKENS = 40
NAMES = (tokenize.NAME, tokenize.NUMBER)


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[tuple[int, str, str], ...]:
    """Kind and string of each token, with the space before it; empty for what is no line of Python."""
    found: list[tuple[int, str, str]] = []
    end = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
                break
            if token.start[0] > 1:
                return ()
            found.append((token.type, token.string, text[end : token.start[1]]))
            end = token.end[1]
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return ()
    return tuple(found)


def renaming(first: str, second: str) -> dict[str, str] | None:
    """What names and numbers of one text are in the other; None where they differ in more than those."""
    one, two = tokens(first), tokens(second)
    if len(one) != len(two) or not one or len(one) > MOST_TOKENS:
        return None
    names: dict[str, str] = {}
    for (kind, a, _), (other, b, _) in zip(one, two, strict=True):
        if kind != other or (kind not in NAMES and a != b) or names.setdefault(a, b) != b:
            return None
    changed = {a: b for a, b in names.items() if a != b}
    return changed or None


def twins(suspects: Sequence[Suspect], texts: Mapping[int, str]) -> Iterator[tuple[Suspect, Suspect]]:
    """Pairs of statements of one block that differ in names alone, those that stand nearest first."""
    able = [s for s in suspects if isinstance(s.node, ast.Assign | ast.AugAssign) and not s.right]
    pairs = [
        (one, two) if one.line < two.line else (two, one)
        for one, two in itertools.combinations(able, 2)
        if one.block and two.block and one.block[0] is two.block[0] and one.line != two.line
    ]
    for one, two in sorted(pairs, key=lambda pair: (pair[1].line - pair[0].line, pair[0].line)):
        if renaming(texts[id(one)], texts[id(two)]) is not None:
            yield one, two


def alike(changed: str, first: str, second: str, known: Set[str]) -> list[str]:
    """The second text changed as the first was: what is new in it as it stands, or under a twin's name."""
    names = renaming(first, second)
    one, two, new = tokens(first), tokens(second), tokens(changed)
    if names is None or not new:
        return []
    matcher = SequenceMatcher(None, [t[1] for t in one], [t[1] for t in new], autojunk=False)
    same = {b + k: a + k for a, b, size in matcher.get_matching_blocks() for k in range(size)}
    made = []
    for rename in (_as_it_is, _in_twin_names):
        words = [
            space + (two[same[k]][1] if k in same else rename(kind, word, names, known))
            for k, (kind, word, space) in enumerate(new)
        ]
        made.append("".join(words))
    return list(dict.fromkeys(made))


def _as_it_is(kind: int, word: str, names: Mapping[str, str], known: Set[str]) -> str:
    return names.get(word, word)


def _in_twin_names(kind: int, word: str, names: Mapping[str, str], known: Set[str]) -> str:
    """`pad_h` is `pad_w` where `h` became `w`; `size[0]` is `size[1]`."""
    if word in names or kind not in NAMES:
        return names.get(word, word)
    if kind == tokenize.NUMBER:
        return str(int(word) + 1) if word.isdigit() else word
    for old, new in names.items():
        for a, b in (
            (old, new),
            (old.upper(), new.upper()),
            (old[0], new[0]),
            (old[0].upper(), new[0].upper()),
        ):
            other = word.replace(a, b)
            if other != word and other in known:
                return other
    return word
