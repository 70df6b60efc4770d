"""Packs: policies from somebody else, by file.

A pack is a folder or an archive of policies with a manifest, golden cases, a report card and a signature. Invariants:
nothing is fetched; nothing of a pack is in force without its owner's yes; `guardian.policy` never imports this package,
for what a pack installs are ordinary files of the owner's.
"""
