"""Guardian inside other programs: modules that those programs load by entry points.

Invariants: nothing of Guardian imports this package; what goes wrong here never breaks the program that loaded it.
"""
