"""Notifications of the desktop: what they say, how often, and what a click does.

Invariant: what leaves this package for the desktop holds no text of a message, no sender, and no name of a message.
"""
