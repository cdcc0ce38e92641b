"""A line that an engine lacks, which the rest of it says is meant: a mark in a set, a rule that is kept."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator


def unmarked(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Statements before which a node should be noted as seen: a guard asks for it, and nothing notes it.

    `if v not in seen: ...` and `if v in seen: return` let every node through where `seen` stays empty.
    """
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        filled = {
            ast.unparse(n.func.value)
            for n in ast.walk(function)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in _FILLS
        }
        made = {name: text for s in ast.walk(function) for name, text in _containers(s)}
        for block in (b for n in ast.walk(function) for b in _blocks(n)):
            for guard, following in zip(block, [*block[1:], None], strict=False):
                if not isinstance(guard, ast.If) or not isinstance(guard.test, ast.Compare):
                    continue
                item, held = ast.unparse(guard.test.left), ast.unparse(guard.test.comparators[0])
                leaves = isinstance(guard.body[0], ast.Return | ast.Continue)
                first = following if leaves else guard.body[0]
                asked = ast.In if leaves else ast.NotIn
                if first is None or held in filled or not isinstance(guard.test.ops[0], asked):
                    continue
                if held in made:
                    yield first, f"{held}.{'append' if made[held] in ('[]', 'list()') else 'add'}({item})"


def unattached(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Returns before which an inner function should be kept, as other methods keep theirs.

    `out._backward = _backward`: without it the node has no rule, and hands nothing on.
    """
    for owner in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
        kept: Counter[str] = Counter()
        lacking: list[tuple[ast.Return, str]] = []
        for method in (m for m in owner.body if isinstance(m, ast.FunctionDef)):
            inner = {s.name for s in method.body if isinstance(s, ast.FunctionDef)}
            read = [n for n in ast.walk(method) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
            for node in ast.walk(method):
                target = node.targets[0] if isinstance(node, ast.Assign) else None
                if isinstance(target, ast.Attribute) and ast.unparse(node.value) in inner:  # type: ignore[attr-defined]
                    kept[target.attr] += 1
            unread = inner - {n.id for n in read}
            last = method.body[-1] if method.body else None
            if len(unread) == 1 and isinstance(last, ast.Return) and isinstance(last.value, ast.Name):
                lacking.append((last, unread.pop()))
        for last, name in lacking if kept else ():
            assert last.value is not None
            yield last, f"{ast.unparse(last.value)}.{kept.most_common(1)[0][0]} = {name}"


_FILLS = ("add", "append", "update", "extend", "insert")


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    return [b for name in ("body", "orelse") if isinstance(b := getattr(node, name, None), list)]


def _containers(statement: ast.AST) -> list[tuple[str, str]]:
    """Names bound to empty lists and sets, several at once as well."""
    if not isinstance(statement, ast.Assign):
        return []
    target, value = statement.targets[0], statement.value
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=False))
    texts = [(ast.unparse(t), ast.unparse(v)) for t, v in pairs]
    return [pair for pair in texts if pair[1] in ("[]", "set()", "list()")]
