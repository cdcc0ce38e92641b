"""Lines of code as `ruff format` leaves them: 88 columns, comments where they fit, long lines broken."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from whygrad.emission.phrases import hug

WIDTH = 88


def block(lines: Iterable[str], depth: int) -> list[str]:
    """Lines indented, long ones broken."""
    return [broken for line in lines for broken in fitted(line, depth)]


def comment(text: str, depth: int) -> list[str]:
    """A comment on lines of its own."""
    return [f"{'    ' * depth}# {line.strip()}".rstrip() for line in text.splitlines()]


def fitted(line: str, depth: int) -> list[str]:
    """One statement, broken as ruff breaks it if it is too long."""
    pad = "    " * depth
    code, mark, note = line.partition("  # ")
    text = hug(spaced(code)) + mark + note
    code, mark, note = text.partition("  # ")
    if len(pad + code) <= WIDTH:
        whole = pad + text
        return [whole] if len(whole) <= WIDTH else [*comment(note, depth), pad + code] if mark else [whole]
    return [*(comment(note, depth) if mark else []), *(pad + part for part in split(code, WIDTH - len(pad)))]


def header(name: str, parameters: str) -> list[str]:
    """The line that begins a function, broken if it is too long."""
    whole = f"def {name}({parameters}):"
    if len(whole) <= WIDTH:
        return [whole]
    inside = [parameters] if len(parameters) + 4 <= WIDTH else [f"{p}," for p in arguments(parameters)]
    return [f"def {name}(", *(f"    {line}" for line in inside), "):"]


def spaced(code: str) -> str:
    """Slices with sums in them have blanks around their colons: `x[i : i + 2]`."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return code
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Slice)]
    for n in sorted(found, key=lambda n: -n.col_offset):
        parts = [p for p in (n.lower, n.upper, n.step) if p is not None]
        if all(isinstance(p, ast.Name | ast.Constant | ast.Attribute) or is_minus(p) for p in parts):
            continue
        low, high = (
            code[p.col_offset : p.end_col_offset] if p is not None else "" for p in (n.lower, n.upper)
        )
        made = f"{low} : {high}".strip() if low and high else f"{low} :" if low else f": {high}"
        if n.step is not None:
            made = f"{made} : {code[n.step.col_offset : n.step.end_col_offset]}"
        code = code[: n.col_offset] + made + code[n.end_col_offset :]
    return code


def is_minus(node: ast.expr) -> bool:
    """Is it `-1` or `-n`?"""
    return isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant | ast.Name)


def split(code: str, width: int) -> list[str]:
    """A long assignment over several lines."""
    left, equals, right = assignment(code)
    if not equals:
        return [code]
    if equals == "=" and right.isidentifier() and "," in left and "[" not in left:
        return ["(", *(f"    {name}," for name in arguments(left)), f") {equals} {right}"]
    inside = f"{left} {equals} ("
    node = ast.parse(right, mode="eval").body
    if isinstance(node, ast.BinOp | ast.Compare | ast.IfExp | ast.UnaryOp):
        if len(right) + 4 <= width:
            return [inside, f"    {right}", ")"]
        parts = compared(right, node) if isinstance(node, ast.Compare) else operands(right)
        if len(parts) == 2 and isinstance(node, ast.BinOp) and isinstance(node.right, ast.Call):
            return bracketed(f"{left} {equals} {right}", width)
        return [inside, *(f"    {p}" for p in parts), ")"]
    if isinstance(node, ast.Call | ast.List | ast.Tuple | ast.Dict):
        return bracketed(f"{left} {equals} {right}", width)
    return [code]


def assignment(code: str) -> tuple[str, str, str]:
    """Target, operator and value of an assignment; no operator if it is none."""
    try:
        node = ast.parse(code).body[0]
    except SyntaxError:
        return code, "", ""
    if isinstance(node, ast.Assign | ast.AugAssign):
        right = code[node.value.col_offset :] if not code.startswith("(") else code
        left = code[: node.value.col_offset].rstrip()
        while right and left.endswith("("):  # parentheses around the value are no part of its node
            left = left[:-1].rstrip()
        left, _, operator = left.rpartition(" ")
        return left, operator, code[len(left) + len(operator) + 2 :]
    return code, "", ""


def operands(text: str) -> list[str]:
    """The operands of the loosest operators, each with its operator in front."""
    node = ast.parse(text, mode="eval").body
    loosest = type_of(node)
    cuts: list[int] = []

    def visit(n: ast.AST) -> None:
        if isinstance(n, ast.BinOp) and type_of(n) == loosest and not enclosed(text, n):
            visit(n.left)
            cuts.append(operator_place(text, n))

    visit(node)
    pieces, start = [], 0
    for cut in [c for c in cuts if c > 0]:
        pieces.append(text[start:cut].strip())
        start = cut
    return [*pieces, text[start:].strip()]


def compared(text: str, node: ast.Compare) -> list[str]:
    """The sides of a comparison, the operator with the second."""
    at = node.left.end_col_offset or 0
    while at < len(text) and text[at] in ") ":
        at += 1
    return [text[:at].strip(), text[at:].strip()]


def enclosed(text: str, node: ast.expr) -> bool:
    """Does a node stand in parentheses?"""
    before = text[: node.col_offset].rstrip()
    after = text[node.end_col_offset or 0 :].lstrip()
    return before.endswith("(") and after.startswith(")")


def type_of(node: ast.AST) -> str:
    """How loosely an operator binds."""
    if isinstance(node, ast.BinOp):
        return "sum" if isinstance(node.op, ast.Add | ast.Sub) else "product"
    return "other"


def operator_place(text: str, node: ast.BinOp) -> int:
    """Where the operator of a node stands."""
    at = node.left.end_col_offset or 0
    while text[at] in ") ":
        at += 1
    return at


def bracketed(code: str, width: int) -> list[str]:
    """A call or list whose last bracket is opened over lines."""
    depth, start = 0, -1
    for k in range(len(code) - 1, -1, -1):
        depth += (code[k] in ")]}") - (code[k] in "([{")
        if depth == 0:
            start = k
            break
    head, inner, tail = code[: start + 1], code[start + 1 : -1], code[-1]
    if len(inner) + 4 <= width and "," not in inner:
        return [head, f"    {inner}", tail]
    if len(inner) + 4 <= width and head.rstrip()[-1] == "(":
        return [head, f"    {inner}", tail]
    return [head, *(f"    {part}," for part in arguments(inner)), tail]


def arguments(inner: str) -> list[str]:
    """What stands between the commas of a bracket."""
    parts, depth, start = [], 0, 0
    for k, c in enumerate(inner):
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0:
            parts.append(inner[start:k].strip())
            start = k + 1
    return [p for p in [*parts, inner[start:].strip()] if p]
