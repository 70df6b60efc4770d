"""One line that the owner types, such as a filter or a reason.

Invariant: what is typed or pasted enters the line safe for a terminal, since an owner may paste a stranger's words:
what a terminal would act upon stands there as a visible escape.
"""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from guardian.safe_text import safe_text


class LineInput(Input):
    """An `Input` that holds only what is safe to draw."""

    def replace(self, text: str, start: int, end: int) -> None:
        """Put text in the place of what stands from `start` to before `end`."""
        super().replace(safe_text(text).replace("\n", " ").replace("\t", " "), start, end)

    def _on_paste(self, event: events.Paste) -> None:
        """Take several lines as one; Textual takes the first alone."""
        event.prevent_default()
        event.stop()
        line = " ".join(event.text.split())
        start, end = sorted(self.selection)
        self.replace(line, start, end)
