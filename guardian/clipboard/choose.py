"""Which clipboard this session has."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from guardian.clipboard.base import Clipboard, ClipboardError


def find_clipboard(env: Mapping[str, str], platform: str) -> Clipboard:
    """The clipboard of the desktop that `env` names. `platform` is `sys.platform`. Raises ClipboardError."""
    path = env.get("PATH")
    if platform == "darwin":
        from guardian.clipboard.macos import MacClipboard

        return MacClipboard(env)
    if env.get("WAYLAND_DISPLAY") and shutil.which("wl-paste", path=path):
        from guardian.clipboard.wayland import WaylandClipboard

        return WaylandClipboard(env)
    if env.get("DISPLAY") and shutil.which("xclip", path=path):
        from guardian.clipboard.x11 import X11Clipboard

        return X11Clipboard(env)
    if env.get("WAYLAND_DISPLAY"):
        raise ClipboardError("wl-paste is not installed", hint="Debian: apt install wl-clipboard")
    if env.get("DISPLAY"):
        raise ClipboardError("xclip is not installed", hint="Debian: apt install xclip")
    raise ClipboardError("there is no desktop here, so there is no clipboard", hint="run it inside your desktop")
