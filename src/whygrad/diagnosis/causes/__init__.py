"""Causes: reasons why a gradient is wrong, one file each. `CAUSES` is ordered, the most specific first."""

from __future__ import annotations

from whygrad.diagnosis.causes.cause import Case, Cause
from whygrad.diagnosis.causes.changed_before_use import ValueChangedBeforeUse
from whygrad.diagnosis.causes.components_summed import ComponentsSummed
from whygrad.diagnosis.causes.container import Container
from whygrad.diagnosis.causes.diagonal_jacobian import DiagonalJacobian
from whygrad.diagnosis.causes.duplicate_indices import DuplicateIndices
from whygrad.diagnosis.causes.extra_factor import ExtraFactor
from whygrad.diagnosis.causes.extra_term import ExtraTerm
from whygrad.diagnosis.causes.forward_slip import ForwardSlip
from whygrad.diagnosis.causes.integer_dtype import IntegerDtype
from whygrad.diagnosis.causes.kernel_not_turned import KernelNotTurned
from whygrad.diagnosis.causes.misplaced import MisplacedStatement
from whygrad.diagnosis.causes.missing_carry import MissingCarry
from whygrad.diagnosis.causes.missing_import import MissingImport
from whygrad.diagnosis.causes.missing_label import MissingLabel
from whygrad.diagnosis.causes.missing_local_derivative import MissingLocalDerivative
from whygrad.diagnosis.causes.missing_mask import MissingMask
from whygrad.diagnosis.causes.missing_term import MissingTerm
from whygrad.diagnosis.causes.missing_unbroadcast import MissingUnbroadcast
from whygrad.diagnosis.causes.missing_upstream import MissingUpstream
from whygrad.diagnosis.causes.not_as_forward import NotAsForward
from whygrad.diagnosis.causes.operator_precedence import OperatorPrecedence
from whygrad.diagnosis.causes.overwritten import OverwrittenAccumulation
from whygrad.diagnosis.causes.point_of_derivative import DerivativeAtWrongPoint
from whygrad.diagnosis.causes.shape_error import ShapeError
from whygrad.diagnosis.causes.sign import Sign
from whygrad.diagnosis.causes.transposed import Transposed
from whygrad.diagnosis.causes.unexplained import Unexplained
from whygrad.diagnosis.causes.unknown_name import UnknownName
from whygrad.diagnosis.causes.visiting_order import VisitingOrder
from whygrad.diagnosis.causes.wrong_axis import WrongAxis
from whygrad.diagnosis.causes.wrong_constant import WrongConstant
from whygrad.diagnosis.causes.wrong_function import WrongFunction
from whygrad.diagnosis.causes.wrong_index import WrongIndex
from whygrad.diagnosis.causes.wrong_local_derivative import WrongLocalDerivative
from whygrad.diagnosis.causes.wrong_name import WrongName
from whygrad.diagnosis.causes.wrong_operand import WrongOperand
from whygrad.diagnosis.causes.wrong_operator import WrongOperator
from whygrad.diagnosis.causes.wrong_product import WrongProduct
from whygrad.diagnosis.causes.wrong_rounds import WrongRounds
from whygrad.diagnosis.causes.wrong_slice import WrongSlice
from whygrad.diagnosis.causes.wrong_upstream import WrongUpstream

__all__ = ["CAUSES", "Case", "Cause", "cause_of"]

CAUSES: tuple[Cause, ...] = (
    MissingImport(), Container(), UnknownName(), ShapeError(), OperatorPrecedence(), ValueChangedBeforeUse(),
    KernelNotTurned(), MisplacedStatement(), MissingLabel(), MissingCarry(), ForwardSlip(), NotAsForward(),
    ComponentsSummed(), WrongUpstream(), WrongIndex(), WrongName(), IntegerDtype(),
    DuplicateIndices(), OverwrittenAccumulation(), WrongAxis(), MissingUnbroadcast(), Sign(), Transposed(),
    WrongProduct(), WrongConstant(), MissingUpstream(), MissingLocalDerivative(), MissingMask(),
    DerivativeAtWrongPoint(), WrongLocalDerivative(), WrongSlice(), WrongRounds(), VisitingOrder(),
    WrongFunction(), WrongOperator(), ExtraFactor(), MissingTerm(), DiagonalJacobian(), ExtraTerm(),
    WrongOperand(), Unexplained(),
)  # fmt: skip


def cause_of(case: Case) -> Cause:
    """The most specific cause that explains a slip."""
    return next(cause for cause in CAUSES if cause.explains(case))
