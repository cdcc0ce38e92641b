"""Tiny constants of the forward pass are neglected, wherever they were written."""

import subprocess
import sys
import textwrap

import numpy as np

import whygrad as wg
from whygrad.checking.neglecting import without_tiny
from whygrad.execution.interpreter import execute


def test_a_graph_computes_as_if_its_tiny_constants_were_zero():
    x = np.array([0.5, 2.0])
    graph = wg.trace(lambda x: np.sum(np.log(x + 1e-7) + 0.5 * x))(x)
    neglected = without_tiny(graph)
    assert execute(neglected, [x]).outputs[0] == np.sum(np.log(x) + 0.5 * x)
    assert without_tiny(wg.trace(lambda x: np.sum(np.log(x + 1e-4)))(x)) is None


def test_a_tiny_constant_is_no_lie_wherever_it_was_written(tmp_path):
    """In a helper of another file, and as an attribute."""
    (tmp_path / "helpers_of_losses.py").write_text(
        textwrap.dedent("""
        import numpy as np
        def cross_entropy(p, t):
            return -np.sum(np.log(p[np.arange(len(t)), t] + 1e-7)) / len(t)
        """)
    )
    script = tmp_path / "layer.py"
    script.write_text(
        textwrap.dedent("""
        import numpy as np
        from helpers_of_losses import cross_entropy
        class SoftmaxWithLoss:
            def forward(self, x, t):
                self.t = t
                self.p = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
                return cross_entropy(self.p, t)
            def backward(self):
                dx = self.p.copy()
                dx[np.arange(len(self.t)), self.t] -= 1
                dx /= len(self.t)
                return dx
        """)
    )
    done = subprocess.run(
        [sys.executable, "-m", "whygrad", "check", str(script)], capture_output=True, text=True
    )
    assert done.returncode == 0 and "right" in done.stdout, done.stdout
