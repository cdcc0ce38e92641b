"""Which statements may have made a gradient wrong: its own, and those in the backward slice of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from whygrad.checking.evidence import Claim, Evidence
from whygrad.checking.naming import stems
from whygrad.checking.watching import root_name
from whygrad.diagnosis.drafts import Draft

SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)


@dataclass(frozen=True, eq=False)
class Suspect:
    """A statement that takes part in computing a wrong gradient."""

    node: ast.stmt
    function: str
    own: bool
    """It assigns the wrong variable itself."""
    in_loop: bool = False
    block: tuple[ast.stmt, ...] = ()
    """The statements beside it, in order."""
    right: bool = False
    """It makes a true gradient; to blame only if it was meant as another one, and several lines say so."""
    shared: bool = False
    """It makes several values, of which one is a true gradient."""
    loops: tuple[str, ...] = ()
    """Variables of the loops around it, outermost first."""

    @property
    def innocent(self) -> bool:
        """Does something say that it is right?"""
        return self.right or self.shared

    @property
    def line(self) -> int:
        return self.node.lineno


def statements(tree: ast.Module) -> Iterator[Suspect]:
    """All simple statements, with the function and the block that they stand in."""
    yield from _walk(tree.body, "", False, ())


def _walk(
    body: Sequence[ast.stmt], function: str, in_loop: bool, loops: tuple[str, ...]
) -> Iterator[Suspect]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inner = f"{function}.{node.name}" if function else node.name
            yield from _walk(node.body, inner, False, ())
            continue
        if isinstance(node, SIMPLE) and not _is_text(node):
            yield Suspect(node, function, False, in_loop, tuple(body), loops=loops)
        looping = isinstance(node, ast.For | ast.While)
        bound = (
            [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]
            if isinstance(node, ast.For)
            else []
        )
        for name in ("body", "orelse", "finalbody"):
            inside = getattr(node, name, None) or ()
            yield from _walk(inside, function, in_loop or looping, (*loops, *bound))


def _is_text(node: ast.stmt) -> bool:
    """A docstring, or another expression that is no call."""
    return isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)


def targets(node: ast.stmt) -> set[str]:
    """Root names, and `self.dW`-like paths, that a statement assigns or changes."""
    found: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        found = list(node.targets)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        found = [node.target]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        found = [*call.args[:1], *([call.func.value] if isinstance(call.func, ast.Attribute) else [])]
    flat = [e for t in found for e in (t.elts if isinstance(t, ast.Tuple | ast.List) else [t])]
    return {part for target in flat for part in (root_name(target), ast.unparse(target)) if part}


def reads(node: ast.stmt) -> set[str]:
    """Names and attribute paths that a statement reads."""
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    found |= {ast.unparse(n) for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    if isinstance(node, ast.AugAssign):
        found |= targets(node)
    return found


def part_of(evidence: Evidence, suspect: Suspect) -> str:
    """`forward`, `backward`, or `` for what lies outside both (helper functions)."""
    program = evidence.program
    forward, backward = program.forward_function, program.backward_function
    if program.form in ("script", "single"):
        if suspect.function != (forward if program.form == "single" else ""):
            return ""
        late = suspect.line >= evidence.backward_line or suspect.line in evidence.interleaved
        return "backward" if late else "forward"
    if suspect.function == backward:
        return "backward"
    return "forward" if suspect.function == forward else ""


def backward_slice(evidence: Evidence, tree: ast.Module, claim: Claim) -> list[Suspect]:
    """Statements of the backward part that a claim depends on, its own first, then from late to early.

    Statements that only make variables found right are marked so.
    """
    everything = [s for s in statements(tree) if s.line <= evidence.program.last_line]
    backward = _around(evidence, everything, claim) or [
        s for s in everything if part_of(evidence, s) == "backward"
    ]
    repeated = {t for s in everything if part_of(evidence, s) == "forward" for t in targets(s.node)}
    own_line = [s for s in backward if s.line <= claim.line <= (s.node.end_lineno or s.line)]
    right = {c.name for c in evidence.claims if c.verdict == "right"} - {claim.name}
    wrong = {c.name for c in evidence.claims if c.verdict in ("wrong", "inherited")}
    # A line that stores under another spelling (`dw` for `dW`) is read by nothing, and is a suspect for that.
    strays = set(evidence.unused) | {t for s in backward for t in targets(s.node)
                                     if t.lower() == claim.name.lower()}  # fmt: skip
    wanted = strays | {claim.name, claim.name.split(".")[0].split("[")[0]} - {"self"} | {claim.name}
    for suspect in own_line:
        wanted |= reads(suspect.node)
    slots = {a.rpartition(".")[2] for a in wanted if "." in a and not a.startswith("self.")}
    # `parent.grad += ...` may be what `x.grad` holds: the objects go by several names.
    wanted |= {
        t for s in backward for t in targets(s.node) if s.loops and t.rpartition(".")[2] in slots and "." in t
    }
    found: list[Suspect] = []
    before = -1
    # What a loop carries from one round to the next is read above the line that assigns it.
    while before < len(wanted):
        before, found = len(wanted), []
        for suspect in reversed(backward):
            assigned = targets(suspect.node)
            own = suspect in own_line or claim.name in assigned
            if isinstance(suspect.node, ast.Return):
                own = own or not own_line
                if not own and suspect not in own_line:
                    continue
            elif not assigned & wanted and not own:
                continue
            sound = assigned and assigned - strays <= right | {"self"} and not own and not assigned & strays
            # `dZ = dH` is the gradient of `H`, whatever was meant: the slope between them may be missing.
            if sound and not copies(suspect.node):
                found.append(replace(suspect, right=True))
                continue
            wanted |= reads(suspect.node) if not sound else set()
            shared = len(assigned) > 1 and bool(assigned & right) and not assigned & wrong and not own
            # What the forward pass computes as well (`x_pad`) is likelier right.
            shared |= bool(assigned) and assigned <= repeated and not own
            found.append(replace(suspect, own=own, shared=shared or bool(sound)))
    return [*sorted(found, key=lambda s: not s.own), *_calling(evidence, everything, backward)]


def _calling(evidence: Evidence, everything: Sequence[Suspect], made: Sequence[Suspect]) -> Iterator[Suspect]:
    """Statements of the backward part that call the function of some others, and so give it what it gets."""
    names = {s.function.rpartition(".")[2] for s in made if not part_of(evidence, s)}
    for suspect in everything if names else ():
        called = (n.func for n in ast.walk(suspect.node) if isinstance(n, ast.Call))
        if part_of(evidence, suspect) == "backward" and {ast.unparse(f) for f in called} & names:
            yield suspect


def _around(evidence: Evidence, everything: Sequence[Suspect], claim: Claim) -> list[Suspect]:
    """Statements of the function that makes an intermediate gradient, where the backward part calls it."""
    here = [s for s in everything if s.line <= claim.line <= (s.node.end_lineno or s.line)]
    called = claim.role == "intermediate" and here and here[0].function and not part_of(evidence, here[0])
    return [s for s in everything if s.function == here[0].function] if called else []


def behind(evidence: Evidence, tree: ast.Module) -> list[Suspect]:
    """Statements of functions that only the backward pass calls, as `dforce_dx`.

    What the forward pass runs as well is right as far as that goes.
    """
    lines = {s.line for s in evidence.statements if s.part == "backward"}
    lines -= {s.line for s in evidence.statements if s.part == "forward"}
    found = [s for s in statements(tree) if s.line <= evidence.program.last_line and s.function]
    return [s for s in found if s.line in lines and part_of(evidence, s) == ""]


def copies(node: ast.stmt) -> bool:
    """Does a statement only hand a value on under another name: `dZ = dH`, `dZ = dH.copy()`?"""
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "copy":
        value = value.func.value if not value.args else value
    return isinstance(node, ast.Assign) and isinstance(value, ast.Name)


def takes_size(node: ast.stmt) -> bool:
    """Does a statement only take sizes: `N, D = x.shape`, `n = x.shape[0]`, `m = len(y)`?"""
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) in ("len", "np.size", "np.shape")
    taken = value.value if isinstance(value, ast.Subscript) else value
    return isinstance(taken, ast.Attribute) and taken.attr in ("shape", "size")


def helpers(
    evidence: Evidence, tree: ast.Module, own: Sequence[Suspect], claim: str = ""
) -> list[list[Suspect]]:
    """Statements of functions that belong to neither part: an engine's rules, a slope function.

    Where the gradient is read off an object (`dx = x.grad`), those that write there come first; where a
    function returned it (`dW, db = backward(...)`), those of the function that made it.
    """
    found = [s for s in statements(tree) if s.line <= evidence.program.last_line and s.function
             and part_of(evidence, s) == ""]  # fmt: skip
    slots = {slot for s in own if (slot := read_off(getattr(s.node, "value", None)))}
    writing = [s for s in found if slots & {target.rpartition(".")[2] for target in targets(s.node)}]
    writing = [s for s in writing if isinstance(s.node, ast.AugAssign | ast.Assign) and not _is_start(s.node)]
    making = [s for s in _makers(tree, own, claim, found) if s not in writing]
    rest = [s for s in found if s not in writing and s not in making]
    alone = {s.line for s in behind(evidence, tree)}
    later = [s for s in rest if s.line in alone]
    return [writing, making, later, [s for s in rest if s not in later]]


def _makers(tree: ast.Module, own: Sequence[Suspect], claim: str, found: Sequence[Suspect]) -> list[Suspect]:
    """Statements of a function from which it makes one of the values that it returns, the last first."""
    for suspect in own:
        call = getattr(suspect.node, "value", None)
        assigned = suspect.node.targets[0] if isinstance(suspect.node, ast.Assign) else None
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func).rpartition(".")[2]
        inside = [s for s in found if s.function.rpartition(".")[2] == name]
        returned = [s.node.value for s in inside if isinstance(s.node, ast.Return)][-1:]
        for value in returned:
            several = isinstance(value, ast.Tuple) and isinstance(assigned, ast.Tuple)
            pairs = zip(assigned.elts, value.elts, strict=False) if several else ((assigned, value),)  # type: ignore[union-attr]
            parts = [v for t, v in pairs if t is not None and v is not None and ast.unparse(t) == claim]
            wanted = {n.id for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)}
            return _leading_to(wanted, inside)
    return []


def _leading_to(wanted: set[str], inside: Sequence[Suspect]) -> list[Suspect]:
    """The statements that names are made by, directly or not."""
    made: list[Suspect] = []
    for suspect in reversed(inside):
        if targets(suspect.node) & wanted:
            wanted = wanted | reads(suspect.node)
            made.append(suspect)
    return made


def _is_start(node: ast.stmt) -> bool:
    """Does a statement only set a number to begin with: `self.grad = 0`?"""
    return isinstance(getattr(node, "value", None), ast.Constant)


def read_off(value: ast.AST | None) -> str:
    """The attribute or method of an object that a value, or each of several, is read from: `x.grad`."""
    if isinstance(value, ast.Tuple | ast.List):
        slots = {read_off(item) for item in value.elts}
        return slots.pop() if len(slots) == 1 else ""
    if isinstance(value, ast.Call) and not value.args and not value.keywords:
        value = value.func
    plain = isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name)
    return value.attr if plain and value.value.id not in ("np", "math", "self") else ""  # type: ignore[union-attr]


def reads_gradient(node: ast.AST) -> bool:
    """Does a statement only read the gradient of an object, which an engine works out: `dx = x.grad`?"""
    return isinstance(node, ast.Assign) and any(not stem for stem, _ in stems(read_off(node.value)))


def keeping(evidence: Evidence, draft: Draft) -> list[tuple[Suspect, int]]:
    """Statements of a forward function that its output does not depend on: they keep something.

    With each, where in its text that begins: of `return out, (x, w)` it is what comes after the output.
    """
    if evidence.program.form in ("script", "single"):
        return []  # nothing is handed over
    forward = [s for s in statements(draft.tree) if part_of(evidence, s) == "forward"]
    found: list[tuple[Suspect, int]] = []
    needed: set[str] = set()
    for suspect in forward:
        value = suspect.node.value if isinstance(suspect.node, ast.Return) else None
        if isinstance(value, ast.Tuple) and len(value.elts) > 1:
            needed |= reads(ast.Expr(value.elts[0]))
            start = draft.source.span_of(suspect.node)
            after = draft.source.span_of(value.elts[1])
            if start.line == after.line:
                found.append((suspect, after.column - start.column))
        elif value is not None:
            needed |= reads(suspect.node)
    before = -1
    while before < len(needed):
        before = len(needed)
        for suspect in forward:
            if (targets(suspect.node) - {"self"}) & needed:
                needed |= reads(suspect.node)
    kept = [s for s in forward if (made := targets(s.node) - {"self"}) and not made & needed]
    return found + [(s, 0) for s in reversed(kept)]
