"""What is drawn of a tree of blocks: the first view, and the views that opening and closing lead to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whygrad.gates.records import Block, Part, end_of

if TYPE_CHECKING:
    from whygrad.gates.blocks import Blocks

MOST_BOXES = 300
"""No drawing has more boxes."""
COMFORT = 60
"""Blocks are opened of themselves while a drawing stays below this."""
MANY = 8
"""More blocks alike are not opened of themselves: the reader opens the one of interest."""


@dataclass(frozen=True)
class Cut:
    """What is drawn: blocks and rows that together hold every operation once, in order of their last rows."""

    tree: Blocks
    boxes: tuple[Part, ...]
    open: tuple[Block, ...] = ()
    """The blocks that were opened, outer ones first."""

    def opened(self, block: Block, parts: Sequence[Part] | None = None) -> Cut:
        """The same with one block opened, to all that is in it or to `parts` that hold the same."""
        parts = self.tree.children(block) if parts is None else parts
        boxes = [p for b in self.boxes for p in (parts if b is block else (b,))]
        return Cut(self.tree, tuple(sorted(boxes, key=end_of)), (*self.open, block))

    def closed(self, block: Block) -> Cut:
        """The same with one block closed, and all within it."""
        inside = set(self.tree.members(block))
        boxes = [b for b in self.boxes if end_of(b) not in inside]
        kept = tuple(b for b in self.open if b is not block and b.last not in inside)
        return Cut(self.tree, tuple(sorted([*boxes, block], key=end_of)), kept)

    def with_gates_open(self) -> Cut:
        """The same with all gates opened, while there is room."""
        cut = self
        while True:
            gates = [b for b in cut.boxes if isinstance(b, Block) and b.is_gate]
            fitting = [g for g in gates if len(cut.boxes) + len(self.tree.children(g)) <= MOST_BOXES]
            if not fitting:
                return cut
            cut = cut.opened(fitting[0])


def first_view(tree: Blocks, comfort: int = COMFORT) -> Cut:
    """Blocks alike are opened together, the largest first, while there is room; of long loops the ends.

    Gates stay closed: a tree without gates (`blocks_of(graph, ())`) shows what is in them.
    """
    cut = Cut(tree, (tree.root,))
    closed: set[Any] = set()
    groups = _alike(cut.boxes)
    while groups:
        key, blocks = groups[0]
        if (
            len(blocks) > MANY
            or "(from" in blocks[0].label
            or not _fits(cut, blocks, min(MOST_BOXES, comfort))
        ):
            closed.add(key)
        else:
            for block in blocks:
                cut = cut.opened(block, tree.abridged(block))
                if block.kind == "loop" and block.times > MANY:
                    closed |= {_kind(part) for part in tree.abridged(block)}
        groups = [group for group in _alike(cut.boxes) if group[0] not in closed]
    return cut


def _fits(cut: Cut, blocks: Sequence[Block], room: int) -> bool:
    if cut.boxes == (cut.tree.root,):
        return True
    if all(block.rows > room and not len(block.span) for block in blocks):
        return False
    return len(cut.boxes) + sum(len(cut.tree.abridged(block)) - 1 for block in blocks) <= room


def _kind(part: Part) -> Any:
    """What blocks have in common that are opened together."""
    return isinstance(part, Block) and (part.kind, part.label.partition(" (from")[0])


def _alike(boxes: Iterable[Part]) -> list[tuple[Any, list[Block]]]:
    """Closed blocks by what they are, the largest first."""
    groups: dict[Any, list[Block]] = {}
    for box in boxes:
        if isinstance(box, Block) and not box.is_gate:
            groups.setdefault(_kind(box), []).append(box)
    return sorted(groups.items(), key=lambda g: (-max(b.rows for b in g[1]), g[1][0].first))
