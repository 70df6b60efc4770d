"""The model in its cell: the parent's client, the child's worker, and the walls between them."""
