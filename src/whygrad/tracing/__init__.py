"""Functions, scripts and formulas turned into graphs, by running them."""

from whygrad.tracing.slice.functions import Trace, trace, trace_function
from whygrad.tracing.slice.scripts import Event, Failure, Recording, record_script
from whygrad.tracing.slice.values import Traced

__all__ = ["Event", "Failure", "Recording", "Trace", "Traced", "record_script", "trace", "trace_function"]
