"""The clipboard and the selection, on X11, Wayland and macOS: read when the owner asks, or as it changes.

Invariant: what a password manager marked is never read, let alone screened.
"""
