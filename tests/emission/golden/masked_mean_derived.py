def grad_masked_mean(x, mask, grad_out):
    """Gradients of masked_mean by x and mask."""
    total = np.sum(x * mask, axis=1)
    count = np.sum(mask, axis=1)

    # return total / np.maximum(count, 1)
    grad_total = grad_out / np.maximum(count, 1)
    grad_count = -grad_out * total * (count > 1) / np.maximum(count, 1) ** 2
    # count = np.sum(mask, axis=1)
    grad_mask = np.broadcast_to(grad_count[:, None], mask.shape)
    # total = np.sum(x * mask, axis=1)
    grad_x = grad_total[:, None] * mask
    grad_mask = grad_mask + grad_total[:, None] * x
    return grad_x, grad_mask
