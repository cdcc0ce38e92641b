def grad_kmeans_objective(X, centers):
    """Gradients of kmeans_objective by X and centers."""
    diff = X[:, None, :] - centers[None, :, :]
    dist = np.sum(diff**2, axis=2)
    nearest = dist.min(axis=1)

    # return nearest.sum()
    grad_nearest = np.ones_like(nearest)
    # nearest = dist.min(axis=1)
    total = np.sum(dist == nearest[:, None], axis=1, keepdims=True)
    grad_dist = grad_nearest[:, None] / total * (dist == nearest[:, None])
    # dist = np.sum(diff**2, axis=2)
    grad_diff = 2 * grad_dist[:, :, None] * diff
    # diff = X[:, None, :] - centers[None, :, :]
    grad_X = grad_diff.sum(axis=1)
    grad_centers = -grad_diff.sum(axis=0)
    return grad_X, grad_centers
