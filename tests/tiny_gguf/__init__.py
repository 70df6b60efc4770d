"""Tiny models in GGUF that tests make for themselves; see `makers` for what each does and how.

In a test, take the fixture `tiny_models` (a `TinyModels`), or call a maker with a path of your own.
"""

from tiny_gguf.makers import always_model, broken_model, keyword_model, random_model, saying_model
from tiny_gguf.shelf import TinyModels

__all__ = ["TinyModels", "always_model", "broken_model", "keyword_model", "random_model", "saying_model"]
