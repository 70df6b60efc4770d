"""What a message really says: bytes go in, views with their coverage come out.

`read.read` is the one entry point. Invariants: reading never raises for any bytes, opens no file and
fetches nothing; whatever could not be read is a coverage reason.
"""
