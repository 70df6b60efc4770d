"""The terminal app: Textual only. It imports the core, and the core never imports it.

Invariants: one thread opens and drives the gate (`bridge.py`) and only posts messages; a widget that shows a verdict
takes a `Screened`; nothing from a message reaches a widget but through `guardian.safe_text`, and never as markup.
"""
