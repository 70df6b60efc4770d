"""The owner's policies: reading their files, holding messages against them, and deciding.

Invariants: nothing here talks to the model, the network or the screen; a broken policy file is a
`Problem` with file, line and column, never an exception; `decide` is pure.
"""
