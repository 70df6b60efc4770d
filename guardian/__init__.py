"""Guardian: a personal guard against manipulation, by people or by an AI, on its owner's machine.

Importing this package is cheap and has no side effects: nothing is read, spawned or opened.
"""

__version__ = "0.1.0"
