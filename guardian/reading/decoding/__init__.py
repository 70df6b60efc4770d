"""Encoded text: found in a view, decoded within bounds, and mapped back to the bytes that it came from.

`decode.decode_views` is the one entry point. Invariants: never raises for any text; linear in the length of the text;
nothing is unpacked beyond `Limits`, and what was not decoded because of one is a coverage reason. A text counts as
decoded only where the result says something: keys, hashes, pictures and ids decode to nothing that does.
"""
