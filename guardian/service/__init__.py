"""The warm service: one process that holds the model, the journal and its key, and answers on a Unix socket.

`frames`, `place`, `peer`, `questions`, `answer`, `errors` and `client` import the standard library and Guardian's
leaves alone, so that a client starts at once; `server` and what it stands on belong to the process that answers.
"""
