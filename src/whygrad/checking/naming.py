"""Habits of naming gradients: whose gradient does `dL_dz`, `W1_grad` or `d_h1` claim to be?"""

from __future__ import annotations

import re

_WORDS = r"gradients?|grads?|deriv|derivative|deltas?|adjoint|adj|cotangent|ct|partial|nabla|der|bar"
_CHANGES = r"changes?|adjustments?|adjust|updates?"
"""What a step changes a weight by, which often is its gradient, or minus it."""

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"^d_?[A-Za-z]\w{0,9}?_d_?(?P<of>\w+)$",  # dL_dx, dloss_dw
        r"^d[A-Z]d_?(?P<of>\w+)$",  # dLdx
        rf"^(?:{_WORDS})_(?P<of>\w+)$",  # grad_x, delta_w1
        rf"^(?P<of>\w+?)_(?:{_WORDS})$",  # x_grad, coef_der
        rf"^(?:{_WORDS})(?P<of>[A-Z]\w*)$",  # gradX
        r"^(?P<of>[A-Za-z]\w*?)(?:Grad|Gradient|Delta|Der)$",  # xGrad
        r"^grad(?!s_|ient)(?P<of>[a-z]\w*)$",  # gradx
        r"^d_(?P<of>\w+)$",
        r"^d(?P<of>[A-Z]\w*)$",
        r"^d(?P<of>[A-Za-z]\w*)$",
        r"^g_(?P<of>\w+)$",
        r"^g(?P<of>[A-Z]\w*)$",
        r"^(?P<of>\w+)_d$",
        r"^(?P<of>\w+)bar$",
        r"^d[A-Za-z]{1,5}?d_?(?P<of>\w+)$",  # dfdx, dlda
        r"^d_d_?(?P<of>\w+)$",  # the entry dW of a dictionary grads
        r"^(?:net_|total_)?[Ff]orces?_(?P<of>\w+)$",
        r"^g(?P<of>[a-z]\w*)$",
        r"^D_(?P<of>\w+)$",  # D_m of a line m * x + b
        rf"^(?:{_CHANGES})_(?P<of>\w+)$",  # change_weights2
        rf"^(?P<of>\w+)_(?:{_CHANGES})$",  # w1_adjustment
    )
)
FORCE = re.compile(r"(?i)(^|_|\.)forces?($|_)")
"""A force is minus the gradient of an energy."""
_BARE = re.compile(
    rf"^(?:(?:{_WORDS})\d*|dydx|dfdx|df|dy|dx|dw|jac|jacobian|g\d*|slope|total_grad|all_grads?)$"
)
_WORD = re.compile(rf"^(?:{_WORDS})$")
"""`grads` is no gradient of an `s`."""
_WEAK = (9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
"""Patterns (by place) that many ordinary names fit too; they count only where the rest names a variable."""

_FAMILIES = (
    {"input", "inputs", "x", "inp", "data", "features", "x_batch", "xb"},
    {"weight", "weights", "w", "kernel", "theta", "coef"},
    {"bias", "biases", "b", "intercept", "offset"},
    {"hidden", "h", "hid"},
    {"output", "out", "y", "y_hat", "pred", "y_pred", "o"},
    {"logits", "scores", "z"},
    {"probs", "p", "prob", "softmax", "y_hat"},
    {"emb", "embedding", "embeddings", "table"},
    {"scale", "gamma"},
    {"shift", "beta"},
    {"mu", "mean"},
    {"sigma", "std"},
    {"position", "pos", "x"},
)
_FORMS = {
    "val",
    "value",
    "values",
    "data",
    "in",
    "input",
    "arr",
    "array",
    "vec",
    "vector",
    "mat",
    "matrix",
    "num",
    "np",
}
"""`x_val` is `x`, whatever else goes by that name."""
EXACT = 0.9
"""Similarity from which a name says it plainly."""


def is_change(name: str) -> bool:
    """Does a name say only that a variable is changed by it?"""
    return re.fullmatch(rf"(?:{_CHANGES})_\w+|\w+_(?:{_CHANGES})", name) is not None


def stems(name: str) -> list[tuple[str, bool]]:
    """What a name may be the gradient of, likeliest first, each with whether the habit is a weak sign.

    Empty where the name is not that of a gradient; the stem is "" for a bare `grad`.
    """
    found: list[tuple[str, bool]] = []
    for place, pattern in enumerate(() if _WORD.match(name) else _PATTERNS):
        match = pattern.match(name)
        if match and (match["of"], False) not in found:
            found.append((match["of"], place in _WEAK))
    if _BARE.match(name):
        found.append(("", re.fullmatch(r"df|g\d*|slope|dx|dw|dy", name) is not None))
    if re.fullmatch(r"(?:net_|total_)?[Ff]orces?", name):
        found.append(("", True))
    return found


def quotients(name: str) -> list[tuple[str, str]]:
    """Ways to read a name as a quotient: `dy_dz` as (y, z); `dxdt` as (x, t)."""
    if not name.startswith("d"):
        return []
    parts = [(name[1 : m.start()].strip("_"), name[m.end() :].lstrip("_")) for m in re.finditer("d", name)]
    return [(above, below) for above, below in parts if above and below]


OWN = "own__"
"""What variables begin with that stand for attributes of a method made plain: as long as `self.`."""


def similarity(stem: str, name: str) -> float:
    """How well a stem names a variable, from 0 to 1."""
    name = name.removeprefix(OWN)
    if stem == name:
        return 1.0
    low, other = stem.lower(), name.lower()
    if low == other:
        return 0.95
    if low.replace("_", "") == other.replace("_", ""):
        return 0.92
    if not low or not other:
        return 0.0
    if re.fullmatch(re.escape(low) + r"_?\d+", other) or re.fullmatch(re.escape(other) + r"_?\d+", low):
        return 0.75 if stem[0] == name[0] else 0.65
    tokens, others = _words(stem), _words(name)
    if others[0] == low and all(word in _FORMS for word in others[1:]):
        return 0.8
    if _same_family(low, other):
        return 0.7
    if other.startswith(low) or _prefix(other, low):
        return 0.6 if stem[0] == name[0] else 0.5
    if _is_tail(low, other):
        return 0.5
    if set(tokens) & set(others):
        return 0.45
    if other.endswith(low) or low.endswith(other):
        return 0.3
    return 0.0


def _words(name: str) -> list[str]:
    """The words of `outside_vectors` and of `outsideVectors`."""
    return [word.lower() for word in re.split(r"_|(?<=[a-z0-9])(?=[A-Z])", name)]


def _is_tail(stem: str, name: str) -> bool:
    """Does a stem leave out the letter that a name begins with? `g_ho` is the gradient of `w_ho`."""
    return len(stem) > 1 and re.fullmatch(rf"[A-Za-z]_{re.escape(stem)}", name) is not None


def _prefix(short: str, long: str) -> bool:
    """Does a stem begin with a name? One letter alone says too little: `den` is no gradient of `e`."""
    return long.startswith(short) and (len(short) > 1 or re.fullmatch(r"(s|_.*|\d.*)", long[1:]) is not None)


def _same_family(low: str, other: str) -> bool:
    (base, digits), (other_base, other_digits) = _split(low), _split(other)
    return digits == other_digits and any(base in family and other_base in family for family in _FAMILIES)


def _split(name: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.*?)_?(\d*)", name)
    return (match[1], match[2]) if match else (name, "")


def last_word(name: str) -> str:
    """`W1` of `params["W1"]`, `W` of `self.W`."""
    return name[:-2].rsplit('["', 1)[1] if name.endswith('"]') else name.rpartition(".")[2]


def best(name: str, candidates: list[str], exclude: tuple[str, ...] = ()) -> list[tuple[float, str]]:
    """Candidates that a gradient name may be about, most similar first."""
    scored: dict[str, float] = {}
    for stem, weak in stems(name):
        for candidate in candidates:
            if candidate == name or candidate in exclude:
                continue
            score = similarity(stem, last_word(candidate)) if stem else 0.1
            if weak and score < EXACT:
                score *= 0.8
            scored[candidate] = max(scored.get(candidate, 0.0), score)
    return sorted(((score, c) for c, score in scored.items() if score > 0), key=lambda pair: -pair[0])


def is_gradient_name(name: str, known: set[str]) -> bool:
    """Does a name look like a gradient, given the other variables?"""
    for stem, weak in stems(name):
        if not weak:
            return True
        if any(similarity(stem, other) >= 0.5 for other in known if other != name):
            return True
    return False


LIKELY_INPUT = re.compile(r"(?i)^(x\d*|w\d*|weights?|theta|params?|pos\w*|coef\w*|beta|v|u|z|q|r)$")
"""What a bare `grad` is usually taken by."""
OUTPUT_WORDS = re.compile(
    r"(?i)(loss|cost|energy|error|err|nll|objective|obj|chi2|mse|sse|crossent|cross_entropy|lse|likelihood)"
    r"|^(J|L|E|C|f|F|S|s|total|result|value|out|output|y|risk|penalty|score|H|U|V)$"
)
"""Names that outputs go by."""
PLAIN_OUTPUT_WORDS = re.compile(
    r"(?i)loss|cost|energy|nll|objective|chi2|mse|sse|crossent|cross_entropy|likelihood"
)
"""Those that say it plainly."""
NO_OUTPUT = re.compile(r"(?i)acc|^lr$|rate$|^n$|^m$|eps|num_|count|epoch|step|norm_of|ratio")
"""Numbers that a script computes on the side."""
STEP_WORDS = re.compile(r"\b(lr|learning_rate|alpha|eta|step_size|step|rate|clip)\b")
"""A last line that mentions these turns a gradient into a step, or clips it."""
UPSTREAM_WORDS = re.compile(
    r"^(?!data$)(d_?(out|y|output|h|z|next\w*|l_?d_?\w+|a|o|loss)\w*|grad\w*|g|delta\w*|upstream\w*|dL\w*"
    r"|cotangent|ct|seed|g(_?(out|ys?|z|h)\w*|[a-z]\d?)|top_?diff|\w*_grad|error|err|d[A-Z_]\w*|d(?!ata$)\w{1,3})$"
)
"""Parameters of a backward function that stand for the upstream gradient."""
