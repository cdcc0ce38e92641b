"""Gates: named groups of rows with one output and a derivative of their own.

Known gates are records (`elementwise`, `arrays`): a formula, the derivative in its simplest form, and the
steps that lead to it. Nothing of this is trusted: `derive` checks every step by evaluation at many points,
and `proof` compares a gate with the rows that it stands for. `recognise` finds known gates by what rows
compute, not by how they are spelled; users mark their own with `gate`; calls and loops are blocks, which
`blocks` opens and closes.
"""

from whygrad.gates.arrays import ARRAYS
from whygrad.gates.blocks import Blocks, blocks_of
from whygrad.gates.elementwise import ELEMENTWISE
from whygrad.gates.grouping import Grouping, group
from whygrad.gates.marking import gate
from whygrad.gates.recognition import recognise
from whygrad.gates.records import Block, Derivation, Gate, KnownGate, Step
from whygrad.gates.truth import POINTS, TOLERANCE, breaks_at, derive, local_gradient, proof, worst_difference
from whygrad.gates.views import Cut

__all__ = [
    "KNOWN", "POINTS", "TOLERANCE", "Block", "Blocks", "Cut", "Derivation", "Gate", "Grouping", "KnownGate",
    "Step", "blocks_of", "breaks_at", "derive", "gate", "group", "local_gradient", "proof", "recognise",
    "worst_difference",
]  # fmt: skip

KNOWN = (*ELEMENTWISE, *ARRAYS)
