"""A mailbox on a server: a process of its own that fetches, and the end of it that the watcher holds.

Invariants: the fetcher is the only process of the watcher with an IP socket; it never changes anything on the server;
the password reaches it through a pipe, and stands in no argument, environment or file; what it sends is a stranger's.
"""
