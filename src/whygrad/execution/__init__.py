"""Executors: the values of a graph's rows at a point."""
