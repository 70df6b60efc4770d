"""Talking to a language model that another program on this machine serves.

`process` is the parent's side; `child` runs in a process of its own, which alone may open a connection.
"""
