"""The clipboard of a Wayland desktop, by wl-paste (wl-clipboard).

Watching needs a compositor with the data-control protocol (sway, KDE and other wlroots desktops have it, GNOME has it
not); looking once works everywhere. wl-paste says by CLIPBOARD_STATE what a change is about: `data`, `nil`, `clear`,
and `sensitive` since wl-clipboard 2.3. The content that it offers a watcher on standard input is left unread, because
only the types tell whether it may be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from guardian.clipboard.base import ClipboardError, Content, NotRead, Selection, Why, judged_by_types
from guardian.clipboard.programs import output_of, running, trouble_of

_TYPES_BYTES: Final = 1 << 16
_TELL_STATE: Final = ("sh", "-c", 'printf "%s\\n" "${CLIPBOARD_STATE-data}"')
_NOTHING: Final = ("nothing is copied", "no selection")
"""How wl-paste says that the clipboard is empty; it has no exit code for it."""


class WaylandClipboard:
    """`env` holds WAYLAND_DISPLAY."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = dict(env)

    def read(self, selection: Selection, most_bytes: int) -> Content | NotRead:
        """See `Clipboard`."""
        kind = self._kind(selection)
        if isinstance(kind, NotRead):
            return kind
        said = output_of([*_command(selection), "--no-newline", "--type", kind], self._env, most_bytes)
        if said.code:
            return NotRead(Why.EMPTY)  # it went away between the two looks
        again = self._kind(selection)  # it may be another one's by now, a password manager's too
        return again if isinstance(again, NotRead) and again.why is Why.CONCEALED else Content(said.data, said.is_cut)

    def changes(self) -> Iterator[bool]:
        """See `Clipboard`."""
        with running([*_command(Selection.CLIPBOARD), "--watch", *_TELL_STATE], self._env) as process:
            assert process.stdout is not None
            for line in iter(process.stdout.readline, b""):
                yield line.strip() == b"data"
            process.wait()
            raise ClipboardError(
                f"cannot follow the clipboard: {trouble_of(process) or 'wl-paste ended'}",
                hint="guardian clipboard once works without; so does a shortcut",
            )

    def _kind(self, selection: Selection) -> str | NotRead:
        said = output_of([*_command(selection), "--list-types"], self._env, _TYPES_BYTES)
        if said.code:
            if any(words in said.trouble.lower() for words in _NOTHING):
                return NotRead(Why.EMPTY)
            raise ClipboardError(f"wl-paste failed: {said.trouble or 'no reason given'}")
        return judged_by_types(said.data.decode("utf-8", "replace").splitlines())


def _command(selection: Selection) -> list[str]:
    return ["wl-paste", *(["--primary"] if selection is Selection.PRIMARY else [])]
