"""A head of the owner's own over the frozen encoder."""
