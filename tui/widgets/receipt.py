"""A receipt for the message's record: what it proves, what it is to show, how it looks, and the file to write.

Invariants: nothing but the outcome is shown unless its owner ticks it; a receipt is made by the core function that
`guardian journal prove` uses, at the desk; a file that is there is never replaced.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, ItemGrid, VerticalScroll
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widgets import Button, Checkbox, Static

from guardian.errors import UsageError
from guardian.journal.fields import FIELDS
from guardian.safe_text import safe_line, safe_text
from guardian.settings import Settings
from tui.desk import Job
from tui.messages import WorkFailed
from tui.records import Records
from tui.screens.base import app_of
from tui.widgets.line_input import LineInput
from tui.widgets.text_view import TextView
from tui.widgets.toggles import Tick

if TYPE_CHECKING:
    from guardian.journal.proving import Proof
    from tui.shown import Shown

_MEANINGS: Final = {
    "kind": "that it is a verdict",
    "time": "when",
    "channel": "person or AI",
    "sender": "who sent it",
    "outcome": "what it came to",
    "policy": "which of your policies",
    "tactic": "which tactics",
    "model": "which model judged",
    "text": "the message itself",
}
_SHOWN_FIRST: Final = ("outcome",)
_VALUE_CHARACTERS: Final = 300


@dataclass(repr=False)
class ProofMade(AppMessage):
    """The receipt as it would be now."""

    proof: Proof
    seq: int
    values: tuple[str, ...]
    """What it shows, a line each. Safe."""


@dataclass(repr=False)
class ReceiptWritten(AppMessage):
    """The file is there."""

    path: Path


class ReceiptPane(VerticalScroll, inherit_bindings=False):
    """What it proves, the fields, the preview, the file. Left and right are the page's."""

    def __init__(self) -> None:
        super().__init__(id="receipt-pane", can_focus=False)
        self._seq: int | None = None
        self._proof: Proof | None = None

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Static("", markup=False, id="receipt-about")
        with ItemGrid(id="receipt-fields", min_column_width=30):
            for name in FIELDS:
                label = Content(f"{name}: {_MEANINGS.get(name, '')}")
                yield Tick(label, value=name in _SHOWN_FIRST, compact=True, id=f"field-{name}")
        yield TextView(id="receipt-preview")
        with Horizontal(id="receipt-file"):
            yield LineInput(compact=True, id="receipt-path")
            yield Button("Write it", compact=True, variant="primary", id="receipt-write")

    @property
    def plain(self) -> str:
        """The receipt, as it would be written."""
        return safe_text(self._proof.receipt) if self._proof is not None else ""

    def show(self, shown: Shown, why_not: str) -> None:
        """The receipt of a message; `why_not` says why there is none, where there is none."""
        seq = shown.seq
        if seq is not None and seq == self._seq:
            return
        self._seq, self._proof = seq, None
        for part in ("#receipt-fields", "#receipt-preview", "#receipt-file"):
            self.query_one(part).display = seq is not None
        about = self.query_one("#receipt-about", Static)
        if seq is None or shown.view is None:
            about.update(Content(f"There is no receipt for it: {safe_line(why_not)}."))
            return
        from guardian.journal.proving import PROVES

        leaf = shown.view.entry.leaf.hex()
        about.update(Content(f"Record {seq}, leaf {leaf}\nIt proves {PROVES}. Tick what it is to show:"))
        self.query_one("#receipt-path", LineInput).value = f"{Path.home()}/guardian-receipt-{seq}.txt"
        self._make()

    @property
    def _revealed(self) -> list[str]:
        return [name for name in FIELDS if self.query_one(f"#field-{name}", Checkbox).value]

    @on(Checkbox.Changed)
    def _ticked(self, message: Checkbox.Changed) -> None:
        message.stop()
        self._make()

    def _make(self) -> None:
        app = app_of(self)
        if self._seq is not None and app.records is not None:
            app.desk.do("receipt", partial(_proof, app.records, self._seq, self._revealed), self)

    @on(ProofMade)
    def _show(self, message: ProofMade) -> None:
        message.stop()
        if message.seq == self._seq:
            self._proof = message.proof
            said = Content("\n".join([*map(safe_line, message.proof.lines()), "", *message.values]))
            file = Content.styled(f"The file:\n{self.plain}", "$foreground-muted")
            self.query_one("#receipt-preview", TextView).show(Content("\n\n").join([said, file]))

    @on(Button.Pressed, "#receipt-write")
    @on(LineInput.Submitted, "#receipt-path")
    def _write(self, message: AppMessage) -> None:
        message.stop()
        app, where = app_of(self), self.query_one("#receipt-path", LineInput).value.strip()
        if self._seq is not None and app.records is not None:
            work = partial(_written, app.records, app.settings, self._seq, self._revealed, where)
            app.desk.do("receipt-file", work, self)

    @on(ReceiptWritten)
    def _tell(self, message: ReceiptWritten) -> None:
        message.stop()
        words = f"receipt written to {safe_line(str(message.path))}; guardian verify-receipt FILE checks it"
        self.app.notify(words, timeout=10, markup=False)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        if message.key == "receipt":
            self.query_one("#receipt-preview", TextView).say(f"no receipt: {message.line}")
        else:
            self.app.notify(message.line, severity="error", markup=False)


def _proof(records: Records, seq: int, revealed: Collection[str], _job: Job) -> ProofMade:
    from guardian.journal.proving import prove
    from guardian.journal.receipt import verify_receipt

    with records.journal() as journal:
        proof = prove(journal, seq, revealed)
    shown = verify_receipt(proof.receipt).revealed
    values = [f"{name}: {json.dumps(value, ensure_ascii=True).strip(chr(34))}" for name, value in shown.items()]
    return ProofMade(proof, seq, tuple(safe_line(value, _VALUE_CHARACTERS) for value in values))


def _written(
    records: Records, settings: Settings, seq: int, revealed: Collection[str], where: str, _job: Job
) -> ReceiptWritten:
    from guardian.journal.proving import prove
    from guardian.journal.reports.export import refuse_existing, write_private

    if not where:
        raise UsageError("say which file is to be written")
    path = Path(where).expanduser()
    refuse_existing(path, force=False)
    with records.journal() as journal:
        proof = prove(journal, seq, revealed, second_signature=settings.journal.second_signature == "on")
    write_private(path, [proof.receipt], force=False)
    return ReceiptWritten(path)
