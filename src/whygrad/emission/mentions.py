"""Which names lines of code mention, and which of them they need to be given."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def free_names(lines: Sequence[str]) -> set[str]:
    """Names that lines of code mention, and do not say in comments."""
    found = set[str]()
    for line in lines:
        code = line.strip()
        if code.startswith("#"):
            continue
        try:
            tree = ast.parse(code)
        except SyntaxError:  # a header, or part of a long line
            words = "".join(c if c.isalnum() or c in '_"' else " " for c in code.split("  #")[0]).split()
            found |= {w for w in words if '"' not in w}
            continue
        found |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return found


def unbound(lines: Sequence[str]) -> set[str]:
    """Names that lines read before they assign them."""
    found, known = set[str](), set[str]()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and node.id not in known:
                found.add(node.id)
            elif isinstance(node.ctx, ast.Store):
                known.add(node.id)
        elif isinstance(node, ast.Assign):
            for part in (node.value, *node.targets):
                visit(part)
        elif isinstance(node, ast.AugAssign):
            visit(node.value)
            if isinstance(node.target, ast.Name) and node.target.id not in known:
                found.add(node.target.id)
            visit(node.target)
        elif isinstance(node, ast.For):
            for each in (node.iter, node.target, *node.body):
                visit(each)
        elif isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp):
            for generator in node.generators:
                visit(generator.iter)
                visit(generator.target)
            for field in ("elt", "key", "value"):
                if hasattr(node, field):
                    visit(getattr(node, field))
        else:
            for child in ast.iter_child_nodes(node):
                visit(child)

    visit(ast.parse("def _():\n" + "\n".join(lines) if lines else "pass"))
    return found
