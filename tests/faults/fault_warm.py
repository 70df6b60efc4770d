"""Imported by the fork server: what a process that looks for a keyring would import, so that each child need not."""

from __future__ import annotations

from keyring.backend import get_all_keyring

get_all_keyring()
