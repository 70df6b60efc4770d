"""What `make bench` measures: one file per question, each with `run(bench) -> rows`.

Invariants: a benchmark compares only what it measured itself, side by side in the same minutes; it judges nothing and
never fails on a timing; it works in a home of its own and touches nothing of the owner's.
"""
