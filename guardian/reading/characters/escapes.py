"""Control sequences for a terminal: they change what a screen shows, or what is on a clipboard.

Source: ECMA-48; the sequences of xterm.
"""

from __future__ import annotations

import re
from typing import Final

from guardian.reading.characters.base import ESCAPE, NOTHING, PLAIN, WEAK, Look, Trace

_SIGNS: Final = frozenset("\x1b\u009b\u009d\udc9b\udc9d")
_COLOUR: Final = re.compile("\x1b\\[[0-9;:]{0,40}m")
_CONTROL: Final = re.compile(
    "\x1b[\\]P_^X][^\x07\x1b\u009c]{0,200}"  # OSC (title, clipboard, link), DCS, APC, PM, SOS
    "|\x1b\\[[0-?]{0,40}[ -/]{0,4}[@-ln-~]"  # CSI other than colour
    "|\x1b[ -/]{0,3}[0-OQ-WYZ\\\\`-~]"  # two-character sequences: reset, character sets, save and restore
    "|\u009b[0-9;?]{1,40}[@-~]"  # C1 CSI; without a number it is the quotation mark of a wrong code page
    "|[\u009d\udc9d][0-9]{1,4};[^\x07\x1b\u009c]{0,200}|\udc9b[0-9;?]{1,40}[@-~]"
)


def look_for_escapes(text: str, present: frozenset[str]) -> Look:
    """Sequences that steer a terminal (plain), and colours (weak: logs have them). Nothing is edited."""
    if not present & _SIGNS:
        return NOTHING
    traces = []
    for match in _CONTROL.finditer(text):
        is_clipboard = match.group()[1:].lstrip("]").startswith("52;")
        say = (
            "tries to write to your clipboard through the terminal"
            if is_clipboard
            else "holds control sequences for a terminal"
        )
        traces.append(Trace("terminal", ESCAPE, *match.span(), say, PLAIN, ""))
    traces += [
        Trace("terminal-colour", ESCAPE, *match.span(), "holds colour codes for a terminal", WEAK, "")
        for match in _COLOUR.finditer(text)
    ]
    return Look(traces=traces)
