"""The text as a person is meant to read it: what is written in disguise, undone, and told.

One file for each family of disguises. Each is a step: a text in, the edits that undo the disguise and the places where
it stood out. The steps run one after the other (`undisguise`), so that a disguise under another is undone too. Every
step is deterministic and linear in the length of the text.
"""
