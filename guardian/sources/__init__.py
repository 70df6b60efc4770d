"""Sources: where messages come from. Each yields `Message` values and knows nothing of screening.

Invariants: a source never follows a symbolic link out of a folder, never opens a FIFO or device, reads at most the
limit it was given, and names what it could not read in one line.
"""
