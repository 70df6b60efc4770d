"""The clipboard of an X11 desktop: read by xclip, followed by the XFIXES extension (extra `clipboard`).

A display that is reached over a network is refused: only Guardian's proxy and mail fetcher hold IP sockets. The display
is named as `unix:N`, since libxcb would else try TCP where the Unix socket does not answer.

Sources: ICCCM 2.0 section 2 (selections, TARGETS), XFIXES 2.0 (SelectSelectionInput).
"""

from __future__ import annotations

import re
import select
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any, Final

from guardian.clipboard.base import ClipboardError, Content, NotRead, Selection, Why, judged_by_types
from guardian.clipboard.programs import output_of
from guardian.safe_text import safe_line

_TYPES_BYTES: Final = 1 << 16
_DISPLAY: Final = re.compile(r"(?:unix/?)?:([0-9]{1,5})(?:\.[0-9]{1,3})?")
_LATIN: Final = "STRING"
"""ISO 8859-1 (ICCCM section 2.6.2)."""
_CLIPBOARD: Final = "CLIPBOARD"


class X11Clipboard:
    """`env` holds DISPLAY. Raises ClipboardError for a display that is not on this machine."""

    def __init__(self, env: Mapping[str, str]) -> None:
        found = _DISPLAY.fullmatch(env.get("DISPLAY", ""))
        if found is None:
            name = safe_line(env.get("DISPLAY", ""), 60)
            raise ClipboardError(f"the display {name} is not on this machine", hint="guardian reaches for no network")
        self._display = f"unix:{found[1]}"
        self._env = {**env, "DISPLAY": self._display}

    def read(self, selection: Selection, most_bytes: int) -> Content | NotRead:
        """See `Clipboard`."""
        kind = self._kind(selection)
        if isinstance(kind, NotRead):
            return kind
        said = output_of([*_command(selection), "-t", kind], self._env, most_bytes)
        if said.code:
            return NotRead(Why.EMPTY)  # it went away between the two looks
        again = self._kind(selection)  # it may be another one's by now, a password manager's too
        if isinstance(again, NotRead) and again.why is Why.CONCEALED:
            return again
        data = said.data.decode("latin-1").encode() if kind == _LATIN else said.data
        return Content(data[:most_bytes], said.is_cut or len(data) > most_bytes)

    def changes(self) -> Iterator[bool]:
        """See `Clipboard`."""
        if find_spec("xcffib") is None:
            raise ClipboardError("following an X11 clipboard needs an extra", hint="pip install 'guardian[clipboard]'")
        yield from followed(self._display)

    def _kind(self, selection: Selection) -> str | NotRead:
        said = output_of([*_command(selection), "-t", "TARGETS"], self._env, _TYPES_BYTES)
        if said.code:
            if "open display" in said.trouble:
                raise ClipboardError(f"xclip failed: {said.trouble}")
            return NotRead(Why.EMPTY)
        return judged_by_types(said.data.decode("utf-8", "replace").splitlines())


def followed(display: str) -> Iterator[bool]:
    """True, once now and then with each new owner of the clipboard. Raises ClipboardError when the display ends."""
    import xcffib
    import xcffib.xfixes
    from xcffib.xproto import Atom

    library: Any = xcffib  # its own types cover a part of it only

    try:
        connection = library.connect(display)
        try:
            atom = connection.core.InternAtom(False, len(_CLIPBOARD), _CLIPBOARD).reply().atom
            fixes = connection(xcffib.xfixes.key)
            fixes.QueryVersion(2, 0).reply()
            root = connection.get_setup().roots[connection.pref_screen].root
            fixes.SelectSelectionInput(root, atom, xcffib.xfixes.SelectionEventMask.SetSelectionOwner)
            connection.flush()
            yield True
            while True:
                while (event := connection.poll_for_event()) is not None:
                    yield getattr(event, "owner", Atom._None) != Atom._None
                select.select([connection.get_file_descriptor()], [], [])
        finally:
            connection.disconnect()
    except (xcffib.XcffibException, xcffib.ConnectionException) as error:
        raise ClipboardError(f"the display {display} does not answer ({type(error).__name__})") from error


def _command(selection: Selection) -> list[str]:
    return ["xclip", "-selection", selection.value, "-o"]
