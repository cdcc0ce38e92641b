"""Graph and text of the user's to source: readable gradients in the user's own names.

Structure comes from the syntax tree, mathematics from the graph: each statement of the user's is traced by
itself, differentiated and simplified, and the rows are written in its names; loops, branches and calls are
then reversed around these lines. No rule of differentiation is stated here.
"""
