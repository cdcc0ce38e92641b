"""Derived lines put into the user's own file: below `# backward`, or in place of `...` in a function.

Everything else stays as it is, byte for byte.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from whygrad.emission.deriving import Written, is_cache
from whygrad.emission.leaves import write
from whygrad.emission.saving import replaced
from whygrad.errors import EmissionError
from whygrad.source import Source

SECTION = re.compile(r"(?i)^#+\s*backward\b.*")
EXERCISE = re.compile(r"^(\s*)((?:grad_|hess_|d)\w+(?:\[[^=]*\])?) (=|\+=|-=) .+$")


def into_script(source: Source, backward: str) -> str:
    """The file with backward lines below its comment `# backward`; at its end if there is none."""
    lines = source.text.split("\n")
    added = backward.rstrip("\n").split("\n")[1:]
    for k, line in enumerate(lines):
        if SECTION.match(line.strip()):
            return "\n".join([*lines[: k + 1], *added, *lines[k + 1 :]])
    return source.text.rstrip("\n") + "\n\n# backward\n" + "\n".join(added) + "\n"


def stubs(tree: ast.Module) -> list[ast.FunctionDef]:
    """Functions of which only the header is written."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            body = node.body[ast.get_docstring(node) is not None :]
            last = body[0] if len(body) == 1 else None
            if (
                isinstance(last, ast.Expr)
                and isinstance(last.value, ast.Constant)
                and last.value.value is ...
            ):
                found.append(node)
    return found


def forward_of(stub: ast.FunctionDef, names: Sequence[str]) -> str | None:
    """The function that a stub answers to: `affine_forward` of `affine_backward`, `f` of `grad_f`."""
    name = stub.name
    wanted = [name.replace("backward", "forward"), name.removeprefix("grad_"), name.removesuffix("_backward")]
    return next((n for n in wanted if n in names and n != name), None)


def upstream_of(stub: ast.FunctionDef, forward: ast.FunctionDef) -> list[str]:
    """Parameters of a stub that its function does not have: the cotangents of the results."""
    own = {a.arg for a in ast.walk(forward.args) if isinstance(a, ast.arg)}
    return [a.arg for a in stub.args.args if a.arg not in own]


def into_function(source: Source, stub: ast.FunctionDef, forward: ast.FunctionDef, written: Written) -> str:
    """The file with the body of a stub written out."""
    body = [f"    {line}" if line else "" for line in body_of(source, stub, forward, written)]
    mark = stub.body[-1]
    lines = source.text.split("\n")
    first = min([stub.lineno, *(d.lineno for d in stub.decorator_list)])
    while first > 1 and lines[first - 2].startswith("#"):  # a comment on the function goes with it
        first -= 1
    pairs = [*written.pairs.strip("\n").split("\n"), "", ""] if written.pairs else []
    pad = " " * mark.col_offset
    made = [pad + line[4:] if line else "" for line in body]
    if mark.lineno == stub.lineno:  # def f(x): ...
        head = lines[mark.lineno - 1][: mark.col_offset].rstrip()
        made = [head, *body]
    above = [*lines[: first - 1], *pairs, *lines[first - 1 : mark.lineno - 1]]
    return "\n".join([*above, *made, *lines[mark.end_lineno or mark.lineno :]])


def body_of(source: Source, stub: ast.FunctionDef, forward: ast.FunctionDef, written: Written) -> list[str]:
    """The lines of a stub's body, without indentation."""
    parameters = [a.arg for a in stub.args.args]
    upstream = parameters if written.forward else upstream_of(stub, forward)
    given = dict(zip(written.given, upstream, strict=False))
    results = f"return {', '.join(written.results)}"
    lines = [line.removeprefix("    ") for line in written.lines]
    if not written.forward:
        above = [line.removeprefix("    ") for line in written.forward_lines]
        return [*above, *([""] if above else []), *(replaced(line, given) for line in lines), results]
    kept = cached(forward)
    again, missing = computed_again(forward, [n for n in written.cache if n not in kept], kept)
    if missing:
        raise EmissionError(
            f"the cache of {forward.name} lacks {', '.join(missing)}, which its backward pass needs",
            hint=f"cache = ({', '.join(written.cache)})",
            place=source.place(source.span_of(stub)),
        )
    unpack = f"{', '.join(kept)} = {parameters[-1]}"
    return [unpack, *again, *(replaced(line, given) for line in lines), replaced(results, given)]


def computed_again(
    forward: ast.FunctionDef, missing: Sequence[str], kept: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The statements of the forward pass that give what a cache lacks, and what they cannot give."""
    assigns = [s for s in forward.body if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)]
    stores = [n.id for n in ast.walk(forward) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    made = {write(s.targets[0]): s for s in assigns if stores.count(write(s.targets[0])) == 1}
    local = {a.arg for a in ast.walk(forward.args) if isinstance(a, ast.arg)} | set(stores)
    needed, lost = set[str](), list[str]()
    pending = list(missing)
    while pending:
        name = pending.pop(0)
        if name not in made:
            lost.append(name)
        elif name not in needed:
            needed.add(name)
            read = {n.id for n in ast.walk(made[name].value) if isinstance(n, ast.Name)}
            pending += sorted((read & local) - set(kept) - needed)
    lines = [f"{write(s)}  # computed again" for s in assigns if write(s.targets[0]) in needed]
    return lines, [n for n in missing if n not in made] or lost


def cached(forward: ast.FunctionDef) -> list[str]:
    """The names that a forward function returns in its cache, in order."""
    returns = [n.value for n in ast.walk(forward) if isinstance(n, ast.Return)]
    last = returns[-1] if returns else None
    kept = next((e for e in last.elts if is_cache(write(e))), None) if isinstance(last, ast.Tuple) else None
    if isinstance(kept, ast.Name):
        assigned = [n for n in ast.walk(forward) if isinstance(n, ast.Assign)]
        made = [n.value for n in assigned if write(n.targets[0]) == write(kept)]
        kept = made[-1] if made else None
    parts = kept.elts if isinstance(kept, ast.Tuple) else [kept]
    names = [e.id for e in parts if isinstance(e, ast.Name)]
    return names if len(names) == len(parts) else []


def with_exercises(text: str, count: int, own: str = "") -> str:
    """The text with `...` in place of what some gradients are: evenly spread, `count` of them.

    Lines that are the user's `own` are none.
    """
    lines = text.split("\n")
    known = {line.strip() for line in own.split("\n")}
    whole = [k for k, line in enumerate(lines) if EXERCISE.match(line) and not line.endswith(("(", "["))]
    places = [k for k in whole if "zeros" not in lines[k] and lines[k].strip() not in known]
    chosen = {places[round((k + 0.5) * len(places) / count - 0.5)] for k in range(min(count, len(places)))}
    for k in chosen:
        found = EXERCISE.match(lines[k])
        assert found is not None
        lines[k] = f"{found[1]}{found[2]} {found[3]} ...  # exercise"
    return "\n".join(lines)
