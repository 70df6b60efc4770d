"""Vetoes: named filters that set findings aside. Each file is one; `load` finds them."""
