"""Chat exports: the files that messengers write of a conversation, read as turns. Pure: bytes in, `Turn` out.

Invariants: a file is a stranger's: memory is bounded whatever it holds, what cannot be read is a turn with a `fault` or
a part with a line that says so, never an exception; and a text is believed to be the owner's own only where no other
participant could have made it look so. What cannot be told apart is screened.
"""
