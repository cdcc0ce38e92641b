"""Usual values of settings, by their names: rates, strides, numbers of rounds.

Penalties, slopes and scales are no round numbers: `0.05 * reg` would be half of `reg ** 2` at 0.1, and a
slope that the text writes as 0.1 once more would hide that it is not the one that is given.
"""

SCALARS = {
    "reg": "0.13", "lambd": "0.7", "lambda_": "0.7", "lamda": "0.7", "lam": "0.7",
    "l2": "0.13", "alpha": "0.3",
    "lr": "0.1", "learning_rate": "0.1", "eta": "0.1", "rate": "0.1", "eps": "1e-5", "epsilon": "1e-7",
    "keep_prob": "0.8", "p": "0.6", "prob": "0.6", "drop_prob": "0.4", "dropout": "0.4", "momentum": "0.9",
    "delta": "1.0", "margin": "1.0", "temperature": "1.5", "slope": "0.13", "negative_slope": "0.13",
    "weight_decay": "0.13", "decay": "0.9", "scale": "0.6", "weight_scale": "0.6", "std": "0.6", "t": "2",
    "regularization": "0.13", "regularization_strength": "0.13", "reg_lambda": "0.13", "penalty": "0.13",
    "drop_rate": "0.4", "dropout_rate": "0.4", "dropout_prob": "0.4", "learningrate": "0.1", "tau": "0.7",
    "learn_rate": "0.1", "learnrate": "0.1", "l_rate": "0.1", "lrate": "0.1", "step_size": "0.1",
    "stepsize": "0.1", "sparsity_param": "0.2", "rho": "0.2", "l1": "0.13", "l2_reg": "0.13",
    "reg_strength": "0.13", "wd": "0.13", "c": "0.7", "keep_probability": "0.8",
}  # fmt: skip
COUNTS = {
    "stride": "2", "strides": "2", "s": "2", "pad": "1", "padding": "1", "pool_height": "2",
    "pool_width": "2", "pool_size": "2", "pool": "2", "hparam_stride": "2", "seed": "123", "groups": "1",
    "g": "2", "num_heads": "2", "n_heads": "2", "pool_h": "2", "pool_w": "2", "num_iters": "1",
    "iterations": "1", "epochs": "1", "batch_size": "4", "num_epochs": "1", "n_epochs": "1",
    "num_iterations": "1", "n_iters": "1", "negative_samples": "3", "k": "3", "verbose": "0",
    "print_cost": "False", "debug": "False",
    "p_s": "2", "pool_stride": "2", "kernel_size": "3", "filter_size": "3", "kernel": "3", "f": "3",
    "window": "2", "heads": "2", "size": "2", "ksize": "2",
}  # fmt: skip
KEYS = {
    "mode": "'train'", "stride": "2", "pad": "1", "eps": "1e-5", "momentum": "0.9", "p": "0.6",
    "keep_prob": "0.8", "seed": "123", "pool_height": "2", "pool_width": "2", "f": "2", "dropout": "0.6",
    "training": "True", "train": "True", "is_training": "True", "padding": "1", "epsilon": "1e-5",
    "filter_size": "3", "pool_size": "2", "num_filters": "3", "reg": "0.13", "lambda": "0.13",
}  # fmt: skip
POOL_KEYS = {"stride": "2", "pad": "0"}
OLD_DRAWS = {"randn", "rand", "randint", "random_sample"}
DRAWS = OLD_DRAWS | {"normal", "standard_normal", "uniform", "random", "integers", "choice", "permutation"}
"""Methods of what draws random numbers, of the older kind and of both."""
