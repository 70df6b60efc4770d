"""A second opinion from a language model of the owner's."""
