"""Function or script to Graph: the user's code runs instrumented, on its own values."""

from whygrad.tracing.functions import Trace, trace_function
from whygrad.tracing.recording import Event, Failure, Recording
from whygrad.tracing.scripts import record_script
from whygrad.tracing.values import Traced

__all__ = ["Event", "Failure", "Recording", "Trace", "Traced", "record_script", "trace_function"]
