"""Habits of naming inputs: what `x`, `W1`, `b`, `y`, `reg`, `conv_param` usually are, likeliest first.

What the text says (`N, D = x.shape`, a docstring, a use as an index) counts more than a name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from whygrad.checking.examples.arrays import Make, array_of, documented
from whygrad.checking.examples.dimensions import Dimensions
from whygrad.checking.examples.facts import Facts
from whygrad.checking.examples.literals import literal
from whygrad.checking.examples.making import stem
from whygrad.checking.examples.settings import COUNTS, DRAWS, KEYS, OLD_DRAWS, POOL_KEYS, SCALARS
from whygrad.checking.examples.templates import Array, Domain, Entries, Items, Literally, Size, Template
from whygrad.checking.examples.usage import ARRAY_WORDS

_SIZE = re.compile(
    r"(?i)^(n_?(x|h|y|a|in|out|inputs?|outputs?|hidden|features?|classes|neurons|units|filters|channels?|c|dims?)"
    r"|(in|out|input|output|hidden|embed(ding)?|wordvec|vocab|model|feature|num|n|d|h|word|latent|layer|state)"
    r"_?(size|dims?|features?|channels?|units|nodes|neurons|width|layers?|classes|filters|inputs|outputs|model|n|len"
    r"|hidden|in|out|embd?|length|shape)"
    r"|number_of_\w+|num_\w+|size\w*|dim(ension)?|units?|fan_in|fan_out|in_?put_?len|depth|width|height|nin|nout"
    r"|seq_len\w*|time_steps|d_(in|out|model|ff|k|v)|inputs?_?n(um(ber)?)?|hiddens?|input_nodes|n_\w+)$"
)
_LABEL = re.compile(
    r"(?i)^(y|ys|t|labels?|targets?|target_\w+|y_(train|batch|true|b)|classes|gold|captions_out)$"
)
_TARGET = re.compile(
    r"(?i)^(y|t|ys|targets?|labels?|y_?true|y_?train|truth|expected\w*|answers?|y_?batch|desired\w*|actual|target_\w+)$"
)
_PROBABILITY = re.compile(
    r"(?i)^(al|a2|a3|y_?hat|y_?pred|probs?|p|yhat|pred(iction)?s?|predicted|softmax_out|y_?pred\w*|a_?last)$"
)
_WEIGHT = re.compile(
    r"(?i)^(w\w{0,3}|weights?\w*|theta\d?|kernels?|filters?|u|v|wordvec|emb(edding)?s?|coef\w*|m\d?)$"
)
_BIAS = re.compile(r"(?i)^(b\w{0,2}|bias(es)?\d?|beta\d?|gamma\d?|shift|intercept)$")
_STATE = re.compile(r"(?i)^(h|c|a|s)0$|prev|(h|c|a|s)_?(t|next|init)$|hidden_?state|^d?(h|c)next$")
_VECTOR = re.compile(r"(?i)vec(tor)?$")
_MASK = re.compile(r"(?i)mask")
_CONVOLVES = re.compile(r"(?i)conv|pool|im2col|spatial|cnn|image|zero_?pad")
_NORMALIZES = re.compile(r"(?i)norm|bn|scale|affine")
_FLAG = re.compile(
    r"(?i)^(train(ing)?|is_train(ing)?|verbose|debug|print_\w+|return_\w+|use_\w+|do_\w+|test(ing)?)$"
)
MOST = 7


def choices(name: str, facts: Facts, context: str) -> list[Make]:
    """What a parameter may be, likeliest first. `context` is the name of its function and class."""
    found: list[Make] = []
    for make in _choices(name, facts, context):
        found.append(make)
        if len(found) >= MOST:
            break
    return found


def _choices(name: str, facts: Facts, context: str) -> Iterator[Make]:
    if facts.keys or facts.prefixes:
        columns = facts.made.get("b") == (0, 1)
        for layout in ("columns", "rows") if columns else ("rows", "columns"):
            yield partial(_entries, facts, context, layout=layout)
        return
    if not facts.required:
        yield from _with_default(name, facts, context)
        return
    if facts.unrolled:
        yield lambda d: Array((d.new("unrolled"),))
        return
    if facts.parts and not (facts.ranks or facts.least_rank) and _has_arrays(facts.parts):
        yield partial(_parts, facts, context, 0)
        yield partial(_parts, facts, context, 1)
    if facts.rows and not facts.ranks:
        yield lambda d: _rows(facts.rows, context, d)
    if facts.strings:
        for word in dict.fromkeys(facts.strings):
            yield _constant(repr(word))
        return
    if facts.attributes & DRAWS:
        yield _constant("randomstate(0)" if facts.attributes & OLD_DRAWS else "generator(0)")
        return
    low = name.lower()
    array = bool(facts.ranks or facts.least_rank or facts.documented or facts.attributes & ARRAY_WORDS)
    if facts.annotation in ("int", "float", "bool") and not array:
        yield from _annotated(low, facts)
        return
    if _FLAG.match(name) and not array:
        yield _constant("True")
        return
    if facts.divisor and not array:
        yield _constant(COUNTS.get(low, "2"))
        return
    sizes = re.search(r"(?i)(dims|sizes|layers|shape|structure|hidden_units)$", name)
    if sizes and not facts.attributes & {"shape", "dot"} and facts.annotation != "int":
        yield from _lists(facts)
        return
    if (facts.size and not facts.ranks and not facts.least_rank and not facts.documented) or (
        not array and not facts.index and _SIZE.match(name) and not facts.indexed_by_number
    ):
        yield from _sized(low, facts)
        return
    if (
        low in COUNTS
        and not array
        and not facts.indexed_by_number
        and low not in ("s", "g", "k", "kernel", "window")
    ):
        yield _constant(COUNTS[low])
    if low in SCALARS and not array and low not in ("p", "t", "c", "scale", "std", "delta", "alpha"):
        yield _constant(SCALARS[low])
        if low in ("eps", "epsilon"):
            yield _constant("0.5")  # where it is no guard against zero but what others are divided by
        return
    if low in ("beta", "gamma") and not array and not _NORMALIZES.search(context):
        yield _constant("0.3")
    listed = facts.index or facts.indexed_by_number or facts.iterated or facts.unpacked or facts.arrayed
    if facts.plain and not (array or listed):
        yield _constant("0.7")
    if facts.unpacked > 1 and not (array or facts.index):  # `c, phi, s = params`
        yield lambda d: Array((d.constant(facts.unpacked),))
    yield from _arrays(name, facts, context)
    if low in SCALARS:
        yield _constant(SCALARS[low])
    if not (_BIAS.match(name) and stem(name) in facts.made):
        yield _constant("0.7")


def _with_default(name: str, facts: Facts, context: str) -> Iterator[Make]:
    value, low = literal(facts.default), name.lower()
    if "dtype" in low and facts.default is not None and "32" in ast.unparse(facts.default):
        yield _constant("'float64'")  # rounding to 7 digits hides small mistakes
        return
    required = Facts(**{**vars(facts), "required": True, "default": None})
    if facts.strings or _FLAG.match(name) or isinstance(value, bool | str):
        yield _omitted
        return
    if isinstance(value, tuple | list) and value and all(isinstance(v, int) for v in value):
        brackets = "()" if isinstance(value, tuple) else "[]"
        if re.search(r"(?i)dim|shape|size|hidden|layers", name):
            yield _sizes(len(value), brackets, image=len(value) == 3 and isinstance(value, tuple))
        yield _omitted
        return
    if isinstance(value, int | float):
        # Zero switches off what is to be checked.
        if value == 0 and low in SCALARS:
            yield _constant(SCALARS[low])
        if isinstance(value, int) and value > 1 and (_SIZE.match(name) or facts.size):
            yield from _sized(low, facts)
        yield _omitted
        return
    if facts.default is not None and value is None and (_LABEL.match(name) or _TARGET.match(name)):
        yield from _arrays(name, required, context)
    yield _omitted


def _annotated(low: str, facts: Facts) -> Iterator[Make]:
    if facts.annotation == "bool":
        yield _constant("True")
    elif facts.annotation == "int" and facts.index:
        yield _constant("1")
    elif facts.annotation == "int":
        yield from _sized(low, facts)
    else:
        yield _constant(SCALARS.get(low, "0.7"))


def _omitted(_: Dimensions) -> Template | None:
    return None


def _constant(written: str) -> Make:
    return lambda _: Literally(written)


def _sized(low: str, facts: Facts) -> Iterator[Make]:
    if low in COUNTS:
        yield _constant(COUNTS[low])
    yield lambda d: Size(d.new())
    if low in SCALARS:
        yield _constant(SCALARS[low])
    yield _sizes(2, "()")
    if facts.indexed_by_number or facts.iterated:
        yield _sizes(3, "()")


def _sizes(count: int, brackets: str, image: bool = False) -> Make:
    def make(d: Dimensions) -> Template:
        made: tuple[int, ...]
        if image:
            made = (d.new(), d.by_name("image 2", "image"), d.by_name("image 3", "image"))
        else:
            made = tuple(d.new() for _ in range(count))
        return Items(tuple(map(Size, made)), brackets)

    return make


def _lists(facts: Facts) -> Iterator[Make]:
    count = facts.unpacked or 4  # two hidden layers: with one, every layer but the last is the first
    if facts.unpacked == 3:
        yield _sizes(3, "()", image=True)
    yield _sizes(count, "[]")
    yield _sizes(2, "[]")
    yield lambda d: Size(d.new())


def _rows(names: Sequence[str], context: str, d: Dimensions) -> Template:
    """A list of layers, each with the parts of these names."""
    layers = []
    for _ in range(2):
        parts = [entry_template(name, context, d) for name in names]
        layers.append(Items(tuple(p for p in parts if p is not None), "()"))
    return Items(tuple(layers))


def _has_arrays(parts: Mapping[str, Facts]) -> bool:
    return any(p.arrayed or p.ranks or p.least_rank or p.attributes & ARRAY_WORDS for p in parts.values())


def _parts(facts: Facts, context: str, choice: int, d: Dimensions) -> Template:
    """A list of what it is unpacked as; of each part the likeliest that it may be, or the next."""
    made = []
    for name, known in facts.parts.items():
        known.made = facts.made
        options = choices(name, known, "" if _BIAS.match(name) else context)
        made.append(options[min(choice, len(options) - 1)](d))
    return Items(tuple(part for part in made if part is not None))


def _entries(facts: Facts, context: str, d: Dimensions, layout: str) -> Template:
    """A dictionary with the keys that are read; those with defaults of their own are left out."""
    found: dict[str, Template] = {}
    pool = any("pool" in key for key in facts.keys) or "pool" in context.lower()
    for key, default in facts.keys.items():
        if default is not None and literal(default) is None:
            continue  # `bn_param.get("running_mean", np.zeros(D))`
        written = POOL_KEYS.get(key) if pool else None
        written = written or KEYS.get(key.lower())
        if default is not None and key != "mode":
            continue
        made: Template | None
        if key in facts.entries:
            made = Array(documented(facts.entries[key], d))
        else:
            made = Literally(written) if written else entry_template(key, context, d, layout)
        if made is not None:
            found[key] = made
    for number in (1, 2):
        for prefix in dict.fromkeys(facts.prefixes):
            if len(prefix) <= 8 and not re.match(r"(?i)d[A-Z]|grad|d_", prefix):
                made = entry_template(f"{prefix}{number}", context, d, layout)
                if made is not None:
                    found.setdefault(f"{prefix}{number}", made)
    return Entries(found)


def entry_template(key: str, context: str, d: Dimensions, layout: str = "rows") -> Template | None:
    """A value for an entry of a dictionary, by its key."""
    if re.match(r"(?i)^(b|bias)", key) and layout == "columns":
        return Array((d.new(), d.constant(1)))
    if written := KEYS.get(key.lower()) or SCALARS.get(key.lower()):
        return Literally(written)
    made = next(iter(choices(key, Facts(), "" if _BIAS.match(key) else context)), None)
    return made(d) if made else None


def _arrays(name: str, facts: Facts, context: str) -> Iterator[Make]:
    domain: Domain = "real"
    if facts.index and (_LABEL.match(name) or not (facts.logarithm or _WEIGHT.match(name))):
        for rank in _label_ranks(facts):
            yield array_of(rank, facts, "labels", classes=3)
        if _known_rank(facts) is None:  # nothing says that there are several, which may be the same
            yield _constant("1")
        return
    if _TARGET.match(name):
        yield from _targets(name, facts, context)
        return
    if _MASK.search(name):
        domain = "binary"
    elif _PROBABILITY.match(name) and (
        facts.logarithm or re.search(r"(?i)entropy|bce|nll|likelihood", context)
    ):
        domain = "probability"
    for shape in _shapes(name, facts, context):
        yield array_of(shape, facts, domain, window=bool(_WEIGHT.match(name)))


def _label_ranks(facts: Facts) -> Iterable[int | tuple[int, ...]]:
    known = _known_rank(facts)
    return [known] if known is not None else [1, 2]


def _targets(name: str, facts: Facts, context: str) -> Iterator[Make]:
    """Targets are labels, or have the shape and the meaning of what they are compared with."""
    ranks = [r for r in _shapes(name, facts, context) if r != 4]
    first = ranks[0] if ranks else 2
    words = context.lower()
    if facts.plain or re.search(r"mse|mean_squared|squared|l2|regress|mae|huber", words):
        domains: Sequence[Domain] = ("real", "onehot", "labels")
    elif facts.logarithm or re.search(r"bce|binary|logistic", words):
        domains = ("binary", "onehot", "real")
    else:
        domains = ("onehot", "onehot_columns", "binary", "real", "labels")
    for domain in domains:
        wanted = 1 if domain == "labels" else first
        if domain.startswith("onehot") and wanted != 2:
            continue
        yield array_of(wanted, facts, domain, classes=3)
    if "onehot" in domains and first != 1:
        yield array_of(1, facts, "onehot")
    yield array_of(1, facts, "real")


def _known_rank(facts: Facts) -> int | None:
    if facts.documented and "..." not in facts.documented:
        return len(facts.documented)
    if facts.ranks:
        return facts.ranks[0]
    return None


def _shapes(name: str, facts: Facts, context: str) -> Iterator[int | tuple[int, ...]]:
    """Ranks, or shapes in which 1 is written and 0 stands for any size; likeliest first."""
    if facts.documented:
        yield -1
    least = facts.least_rank
    ranks = list(facts.ranks) or ([4] if least == 4 else [3] if least == 3 else [])
    yield from ranks
    if facts.ranks:
        return
    usual: tuple[int | tuple[int, ...], ...]
    if _BIAS.match(name) and (made := facts.made.get(stem(name))) is not None:
        usual = (made if 1 in made else len(made),)
    elif _BIAS.match(name) and not re.fullmatch(r"(?i)b\w*[xy]", name):
        usual = (1, (1, 0), (0, 1), 0)
    elif facts.outer and not facts.documented:
        usual = (1, (0, 1), 2)
    elif _CONVOLVES.search(context) and not _STATE.search(name):
        usual = (4, 2, 3)
    elif _WEIGHT.match(name):
        usual = (2, (0, 1), 1, 4, 3)
    elif _VECTOR.search(name):
        usual = (1, (0, 1), 2, (1, 0))
    else:
        listed = facts.iterated or (facts.arrayed and not facts.least_rank)
        usual = (1, 2, (0, 1), 3, 4, 0) if facts.plain and listed else (2, 1, (0, 1), 3, 4, 0)
    yield from (u for u in usual if not isinstance(u, int) or u >= least)
