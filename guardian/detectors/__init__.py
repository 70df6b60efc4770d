"""Detectors: evidence in, findings out. Each file is one family; `load` finds them."""
