"""The clipboard of macOS: its types by JavaScript for Automation (osascript), its text by pbpaste.

The types are asked for first: http://nspasteboard.org says which of them mark a secret. There is no event for a change,
so one osascript looks at the change count twice a second, which reads no content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from guardian.clipboard.base import ClipboardError, Content, NotRead, Selection, Why, judged_by_types
from guardian.clipboard.programs import output_of, running, trouble_of

_TYPES_BYTES: Final = 1 << 16
_TYPES: Final = """\
ObjC.import("AppKit");
ObjC.deepUnwrap($.NSPasteboard.generalPasteboard.types).join("\\n");
"""
_CHANGES: Final = """\
ObjC.import("AppKit");
ObjC.import("stdlib");
const out = $.NSFileHandle.fileHandleWithStandardOutput;
let last = -1;
while (true) {
  const count = $.NSPasteboard.generalPasteboard.changeCount;
  if (count !== last) {
    last = count;
    out.writeData($("data\\n").dataUsingEncoding($.NSUTF8StringEncoding));
  }
  delay(0.5);
}
"""
_PLAIN: Final = {"public.utf8-plain-text": "text/plain", "NSStringPboardType": "text/plain"}


class MacClipboard:
    """The general pasteboard."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = {**env, "LC_CTYPE": "UTF-8"}  # else pbpaste writes Mac Roman

    def read(self, selection: Selection, most_bytes: int) -> Content | NotRead:
        """See `Clipboard`."""
        if selection is Selection.PRIMARY:
            raise ClipboardError("macOS has no selection of its own", hint="copy it, then: guardian clipboard once")
        kind = self._kind()
        if isinstance(kind, NotRead):
            return kind
        said = output_of(["pbpaste", "-Prefer", "txt"], self._env, most_bytes)
        if said.code or not said.data:
            return NotRead(Why.EMPTY)
        again = self._kind()  # it may be another one's by now, a password manager's too
        return again if isinstance(again, NotRead) and again.why is Why.CONCEALED else Content(said.data, said.is_cut)

    def changes(self) -> Iterator[bool]:
        """See `Clipboard`."""
        with running(["osascript", "-l", "JavaScript", "-e", _CHANGES], self._env) as process:
            assert process.stdout is not None
            for _ in iter(process.stdout.readline, b""):
                yield True
            process.wait()
            raise ClipboardError(f"cannot follow the clipboard: {trouble_of(process) or 'osascript ended'}")

    def _kind(self) -> str | NotRead:
        said = output_of(["osascript", "-l", "JavaScript", "-e", _TYPES], self._env, _TYPES_BYTES)
        if said.code:
            raise ClipboardError(f"osascript failed: {said.trouble or 'no reason given'}")
        types = said.data.decode("utf-8", "replace").splitlines()
        return judged_by_types(_PLAIN.get(each, each) for each in types)
