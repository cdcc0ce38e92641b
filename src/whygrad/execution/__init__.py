"""Executors: the values of a graph's rows at a point."""

from whygrad.execution.interpreter import Run, execute

__all__ = ["Run", "execute"]
