"""Walls round processes: what the kernel keeps them from, and the attempts that show whether it does.

Invariant: nothing here knows what the process behind the walls is for.
"""
