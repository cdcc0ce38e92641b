class LSTMCell:
    def __init__(self, n_x, n_h):
        self.W = np.random.default_rng(0).normal(size=(n_x + n_h, 4 * n_h))
        self.b = np.zeros(4 * n_h)

    def forward(self, x, h, c):
        self.inputs = np.concatenate([x, h], axis=1)
        self.c_prev = c
        gates = self.inputs @ self.W + self.b
        i, f, o, g = np.split(gates, 4, axis=1)
        self.i, self.f, self.o = (
            1 / (1 + np.exp(-i)),
            1 / (1 + np.exp(-f)),
            1 / (1 + np.exp(-o)),
        )
        self.g = np.tanh(g)
        self.c = self.f * c + self.i * self.g
        self.h = self.o * np.tanh(self.c)
        self.x = x
        return self.h, self.c

    def backward(self, dh_next, dc_next):
        """Stores self.dW and self.db, returns the gradients by x, h and c."""
        x, c, W, inputs, f = self.x, self.c_prev, self.W, self.inputs, self.f
        i, o, own_g, c_next = self.i, self.o, self.g, self.c
        # h_next = o * np.tanh(c_next)
        tanh = np.tanh(c_next)
        do = dh_next * tanh
        dc_next = dc_next + dh_next * o * (1 - tanh**2)
        # c_next = f * c + i * own_g
        df = dc_next * c
        dc = dc_next * f
        di = dc_next * own_g
        down_g = dc_next * i
        # own_g = np.tanh(g)
        dg = down_g * (1 - own_g**2)
        # i, f, o = (1 / (1 + np.exp(-i)), 1 / (1 + np.exp(-f)), 1 / (1 + np.exp(-o)))
        do = do * (1 - o) * o
        df = df * (1 - f) * f
        di = di * (1 - i) * i
        # i, f, o, g = np.split(gates, 4, axis=1)
        dgates = np.concatenate([di, df, do, dg], axis=1)
        # gates = inputs @ W + b
        dinputs = dgates @ W.T
        self.dW = inputs.T @ dgates
        self.db = dgates.sum(axis=0)
        # inputs = np.concatenate([x, h], axis=1)
        dx = dinputs[:, : x.shape[1]]
        dh = dinputs[:, x.shape[1] :]
        return dx, dh, dc
