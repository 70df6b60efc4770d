"""The rule families as data: one tuple of `Rule` a module, no code. The detectors beside this folder use them."""
