#!/bin/sh
# GNOME: Super+G screens the selection. Run it once; run it again and nothing changes.
# Undo: Settings, Keyboard, Custom Shortcuts.
set -eu
schema=org.gnome.settings-daemon.plugins.media-keys
path=/org/gnome/settings-daemon/plugins/media-keys/custom-keybindings/guardian/
set_key() { gsettings set "$schema.custom-keybinding:$path" "$1" "$2"; }
set_key name 'Guardian: screen the selection'
set_key command 'guardian clipboard selection --notify'
set_key binding '<Super>g'
known=$(gsettings get "$schema" custom-keybindings)
case $known in
  *"'$path'"*) ;;
  *'[]') gsettings set "$schema" custom-keybindings "['$path']" ;;
  *) gsettings set "$schema" custom-keybindings "${known%]}, '$path']" ;;
esac
