"""Promises of the owner's keymap: what can be used is used, and whatever can't be is told with its line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from tui_driver import drive, screen_text, until

from guardian.safe_text import safe_line
from guardian.settings import Settings
from tui.app import GuardianApp
from tui.keymap import _is_key, checked, read_keymap
from tui.keymap import _Line as Line
from tui.keys import KEY_GROUPS

MakeApp = Callable[..., GuardianApp]
REPOSITORY = Path(__file__).resolve().parents[2]

# the file, the keys that hold, pieces of what is told (in order)
FILES: list[tuple[str, dict[str, str], list[str]]] = [
    ("", {}, []),
    ("# nothing yet\n", {}, []),
    ('"app.ask" = "ctrl+t"\n', {"app.ask": "ctrl+t"}, []),
    ('app.ask = "ctrl+t"\n', {"app.ask": "ctrl+t"}, []),
    ('"app.help" = "?, ctrl+h"\n', {"app.help": "question_mark,ctrl+h"}, []),
    ('"list.next" = "n,down"\n', {"list.next": "n,down"}, ["keymap.toml:1: n is the key of app.notices (Notices) too"]),
    ('\n"app.asks" = "f3"\n', {}, ['keymap.toml:2: unknown action "app.asks" (the nearest valid name is app.ask)']),
    ('"app.ask" = "donw"\n', {}, ['keymap.toml:1: no key is called "donw" (the nearest is down)']),
    ('"app.ask" = "hyperdrive+x"\n', {}, ["no key is called"]),
    ('"app.ask" = ""\n', {}, ["keymap.toml:1: app.ask needs a key"]),
    ('"app.ask" = 3\n"app.quit" = "ctrl+q"\n', {"app.quit": "ctrl+q"}, ["keymap.toml:1: app.ask needs a key"]),
    ('"app.ask" = "ctrl+t"\n"app.ask" = "f9"\n', {}, ["keymap.toml:2:"]),
    ("x = [", {}, ["keymap.toml:1:"]),
    ('"app.\\u001b[2J" = "f9"\n', {}, ['unknown action "app.\\x1b[2J"']),
]


@pytest.mark.parametrize(("text", "keys", "told"), FILES)
def test_each_line_is_used_or_told(text: str, keys: dict[str, str], told: list[str], tmp_path: Path) -> None:
    file = tmp_path / "keymap.toml"
    file.write_text(text)
    keymap = read_keymap(file)
    assert keymap.keys == keys
    assert len(keymap.problems) == len(told), keymap.problems
    for problem, piece in zip(keymap.problems, told, strict=True):
        assert piece in problem
        assert safe_line(problem) == problem


def test_no_file_is_no_keymap_and_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    assert read_keymap(tmp_path / "none.toml") == read_keymap(tmp_path / "neither.toml")
    assert read_keymap(tmp_path / "none.toml").problems == ()
    assert len(read_keymap(tmp_path).problems) == 1


def test_a_pipe_in_its_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "keymap.toml")
    assert len(read_keymap(tmp_path / "keymap.toml").problems) == 1


def test_every_key_of_the_app_is_one_that_a_keymap_may_name() -> None:
    keys = [key for group in KEY_GROUPS for binding in group.bindings for key in binding.key.split(",")]
    assert [key for key in keys if not _is_key(key)] == []


def test_the_apps_own_keys_written_down_are_no_clash() -> None:
    lines = [Line(b.id or "", b.key, "keymap.toml:1") for group in KEY_GROUPS for b in group.bindings]
    told = [problem for problem in checked(lines).problems if " is the key of " not in problem]
    assert told == []


@pytest.mark.long
@given(st.dictionaries(st.text(max_size=12), st.text(max_size=12) | st.integers(), max_size=4))
def test_whatever_the_file_says_is_used_or_told_in_a_safe_line(entries: dict[str, str | int]) -> None:
    keymap = checked([Line(name, value, "keymap.toml:1") for name, value in entries.items()])
    assert len(keymap.keys) + len(keymap.problems) >= len(entries)
    assert all(safe_line(problem) == problem for problem in keymap.problems)


def test_the_guide_has_a_row_for_every_action() -> None:
    guide = (REPOSITORY / "docs" / "guide" / "app.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `([a-z_.]+)` \|", guide, re.MULTILINE))
    ids = {binding.id for group in KEY_GROUPS for binding in group.bindings}
    assert rows == ids, "run: python scripts/key_table.py --write docs/guide/app.md"


def test_the_owners_key_works_and_the_old_one_does_not(recorded_house: Settings, make_recorded_app: MakeApp) -> None:
    recorded_house.paths.keymap_file.write_text('"app.health" = "f9"\n"app.nothing" = "f8"\n')
    app = make_recorded_app()

    async def story(pilot: Pilot[None]) -> None:
        await pilot.press("5")
        assert app.current_mode == "inbox"
        await pilot.press("f9")
        await until(pilot, lambda: app.current_mode == "health", "the health screen")
        assert "keymap.toml:2" in screen_text(app)
        assert "app.nothing" in screen_text(app)
        await pilot.press("question_mark")
        assert "f9" in screen_text(app), "the help names the owner's key"

    drive(app, story)
