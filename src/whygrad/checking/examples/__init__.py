"""Example inputs that nobody gave: read off the text, then found by trial runs."""
