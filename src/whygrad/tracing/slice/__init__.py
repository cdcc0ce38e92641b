"""A first, self-contained slice of tracing."""
