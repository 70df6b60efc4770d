"""The watcher: asks for a verdict on what arrives in the live sources, each delivery one time.

Invariants: it holds no model and no key of the journal; nothing is marked as answered that has no answer; a kill at any
moment loses nothing and repeats nothing that is kept.
"""
