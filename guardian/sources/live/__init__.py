"""Live sources: places where messages keep arriving, one module a kind.

Invariants: a kind is registered by its module being in this folder (`registry`); nothing that is watched is ever moved,
written or marked; a name in a watched folder is opened below that folder alone, never through a link, and never waits.
"""
