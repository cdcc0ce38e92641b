def embedding_forward(table, ids):
    out = table[ids]
    return out, (table, ids)  # kept for the backward pass


def embedding_backward(dout, cache):
    """Gradients of embedding_forward by table."""
    table, ids = cache
    # out = table[ids]
    dtable = np.zeros_like(table)
    np.add.at(dtable, ids, dout)
    return dtable
