"""The command palette: every action of the app by its name, made from the table of keys.

Invariant: what has a key has a command, which does the same; a command that can't be done here just now says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.binding import Binding

from tui import themes
from tui.keys import APP_KEYS, KEY_GROUPS, KeyGroup
from tui.screens.base import GuardianScreen

if TYPE_CHECKING:
    from tui.app import GuardianApp


def own_commands(app: GuardianApp, env: Mapping[str, str]) -> Iterator[SystemCommand]:
    """What the app itself offers; `env` says which terminal it is on."""
    for group in KEY_GROUPS:
        yield from _of_group(app, group)
    yield from themes.theme_commands(app, env)
    yield SystemCommand("Set up", "What this is, starter policies, your key, where messages come from", app.set_up)


def _of_group(app: GuardianApp, group: KeyGroup) -> Iterator[SystemCommand]:
    for binding in group.bindings:
        if group.screen or group.title == "Everywhere" or _is_active(app, binding):
            title = f"{group.title}: {binding.description}" if group.screen else binding.description
            yield SystemCommand(title, binding.tooltip, partial(_do, app, binding, group.screen))


def _is_active(app: GuardianApp, binding: Binding) -> bool:
    return any(active.binding.id == binding.id for active in app.screen.active_bindings.values())


async def _do(app: GuardianApp, binding: Binding, mode: str) -> None:
    """Do what a key does, on the screen that it belongs to."""
    if mode and app.current_mode != mode:
        await app.switch_mode(mode)
        if isinstance(app.screen, GuardianScreen):
            app.screen.focus_main()
    for active in app.screen.active_bindings.values():
        if active.binding.id == binding.id and active.enabled:
            await app.run_action(active.binding.action, active.node)
            return
    if binding in APP_KEYS:  # a line that is being typed takes single letters, not commands
        await app.run_action(binding.action, app)
        return
    app.notify(f"{binding.description} does not work here just now", markup=False)
