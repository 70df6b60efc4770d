#!/bin/sh
# KDE Plasma: Meta+G screens the selection. Installs the desktop entry, and gives it its key.
# Undo: remove the file, and the shortcut in System Settings, Keyboard, Shortcuts.
set -eu
here=$(dirname "$0")
applications="${XDG_DATA_HOME:-$HOME/.local/share}/applications"
mkdir -p "$applications"
cp "$here/guardian-selection.desktop" "$applications/"
write=$(command -v kwriteconfig6 || command -v kwriteconfig5)
"$write" --file kglobalshortcutsrc --group services --group guardian-selection.desktop --key _launch 'Meta+G'
echo 'log out and in again, or set the key in System Settings, Keyboard, Shortcuts'
