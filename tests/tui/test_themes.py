"""Promises of the themes: every word can be read, the owner's choice is kept, and no colour is needed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import Theme
from tui_driver import drive, until

from guardian.settings import Settings, load_settings
from tui.app import GuardianApp
from tui.themes import ANSI, CHOICES, CONTRAST, DARK, LIGHT, PREFIX, THEMES, choose, theme_name

TUI = Path(__file__).parents[2] / "tui"
LEAST_CONTRAST = 7.0
"""WCAG 2.2, success criterion 1.4.6."""
WORDS = (
    *("foreground", "foreground-muted", "text", "text-muted", "text-disabled"),
    *("text-primary", "text-accent", "text-success", "text-warning", "text-error", "footer-key-foreground"),
)
GROUNDS = (
    *("background", "surface", "panel", "boost", "block-cursor-background", "block-hover-background"),
    *("primary-muted", "warning-muted", "error-muted", "block-cursor-blurred-background", "footer-background"),
)
PAIRS = (("background", "error"),)
"""Words on a ground that stand together in one place alone: the word that says that screening stopped."""
LINES_ONLY = {"primary", "surface-lighten-2", "border", "scrollbar"}
"""Colours of frames and lines, on which no word stands and which no word is written in."""


def luminance(color: Color) -> float:
    """Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """Contrast ratio: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_the_one_of_the_standard() -> None:
    assert contrast(Color.parse("#ffffff"), Color.parse("#000000")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [DARK, LIGHT, CONTRAST], ids=lambda theme: theme.name)
def test_every_word_can_be_read_on_every_ground(theme: Theme) -> None:
    colours = theme.to_color_system().generate()
    too_faint = {}
    for word, ground in [*product(WORDS, GROUNDS), *PAIRS]:
        base = Color.parse(colours["background"])
        under = base + Color.parse(colours[ground])
        ratio = contrast(under + Color.parse(colours[word]), under)
        if ratio < LEAST_CONTRAST:
            too_faint[f"{word} on {ground}"] = round(ratio, 2)
    assert too_faint == {}


def test_every_colour_that_the_app_uses_is_one_of_those_that_were_measured() -> None:
    used: set[str] = set()
    for path in [*TUI.rglob("*.tcss"), *TUI.rglob("*.py")]:
        used |= set(re.findall(r"\$([a-z][a-z0-9-]*)", path.read_text("utf-8")))
    known = set(DARK.to_color_system().generate())
    assert used & known <= {*WORDS, *GROUNDS, *LINES_ONLY, *(name for pair in PAIRS for name in pair)}


def test_the_terminals_own_colours_are_its_sixteen_and_no_mixture() -> None:
    colours = ANSI.to_color_system().generate()
    for name in (*WORDS, *GROUNDS):
        if name in colours:
            assert colours[name].partition(" ")[0].startswith(("ansi_", "transparent")), name
            assert "%" not in colours[name], name


# app.theme, COLORFGBG -> theme
AUTO = [
    ("auto", None, "dark"),
    ("auto", "15;0", "dark"),
    ("auto", "0;15", "light"),
    ("auto", "0;default;7", "light"),
    ("auto", "7;8", "dark"),
    ("auto", "nonsense", "dark"),
    ("light", "15;0", "light"),
    ("contrast", "0;15", "contrast"),
]


@pytest.mark.parametrize(("setting", "colours", "theme"), AUTO)
def test_auto_follows_the_terminal_and_a_choice_outranks_it(setting: str, colours: str | None, theme: str) -> None:
    env = {} if colours is None else {"COLORFGBG": colours}
    assert theme_name(setting, env) == PREFIX + theme


def test_each_choice_stands_in_the_palette_is_put_on_and_is_kept(
    recorded_house: Settings, make_recorded_app: Callable[..., GuardianApp]
) -> None:
    app = make_recorded_app()
    file = recorded_house.paths.settings_file

    async def story(pilot: Pilot[None]) -> None:
        assert app.theme == theme_name("auto", os.environ)
        assert set(app.available_themes) == {theme.name for theme in THEMES}
        commands = {command.title: command.callback for command in app.get_system_commands(app.screen)}
        for choice in CHOICES:
            assert f"Theme: {choice}" in commands
        assert "Theme" not in commands, "Textual's own list of themes"
        for choice in ("light", "contrast", "ansi", "dark"):
            commands[f"Theme: {choice}"]()
            await pilot.pause()
            assert app.theme == PREFIX + choice
            await until(pilot, partial(_is_kept, file, choice), "kept")

    drive(app, story)
    home = str(recorded_house.paths.config.parent)
    assert load_settings({"GUARDIAN_HOME": home}, {}).app.theme == "dark"


def test_a_choice_that_cannot_be_kept_holds_until_the_app_is_left(
    recorded_house: Settings, make_recorded_app: Callable[..., GuardianApp]
) -> None:
    recorded_house.paths.settings_file.write_text("app = [")
    app = make_recorded_app()
    said: list[str] = []
    app.notify = lambda message, **_: said.append(message)  # type: ignore[method-assign]

    async def story(pilot: Pilot[None]) -> None:
        choose(app, "light", {})
        await until(pilot, lambda: said, "words")
        assert app.theme == f"{PREFIX}light"
        assert "this holds until you leave" in said[0]

    drive(app, story)
    assert recorded_house.paths.settings_file.read_text() == "app = ["


def test_the_owners_setting_is_put_on_at_the_start(make_app: Callable[..., GuardianApp]) -> None:
    app = make_app()
    app.settings = replace(app.settings, app=replace(app.settings.app, theme="contrast"))

    async def story(pilot: Pilot[None]) -> None:
        assert app.theme == f"{PREFIX}contrast"

    drive(app, story)


def _is_kept(file: Path, choice: str) -> bool:
    return file.exists() and f'"{choice}"' in file.read_text()
