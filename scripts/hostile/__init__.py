"""Measuring programs for hostile input: `make hostile` runs them."""
