"""How the app looks: four themes of its own, and which of them the owner's setting means on this terminal.

Text has a contrast of at least 7:1 against whatever it stands on (WCAG 2.2, success criterion 1.4.6, "enhanced"), in
dark, light and contrast alike; a test computes it for every pair that is used. `ansi` takes the terminal's own sixteen
colours, which nobody but its owner knows. With NO_COLOR Textual draws greys, and words and shapes say the rest.

Invariants: nothing here is read from a message; a theme is chosen by its name and kept by the core's own writer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.app import SystemCommand
from textual.theme import Theme

from tui.preferences import keep

if TYPE_CHECKING:
    from tui.app import GuardianApp

PREFIX: Final = "guardian-"
CHOICES: Final = {
    "auto": "Dark, or light where the terminal says that its ground is light",
    "dark": "Light words on a dark ground",
    "light": "Dark words on a light ground",
    "contrast": "Black, white and strong colours",
    "ansi": "The terminal's own sixteen colours",
}
"""The values of `app.theme`, and what each is."""
_LIGHT_GROUNDS: Final = frozenset({"7", "9", "10", "11", "12", "13", "14", "15"})
"""Numbers of light colours among a terminal's sixteen, as COLORFGBG names them (rxvt's convention)."""


def _texts(primary: str, accent: str, success: str, warning: str, error: str) -> dict[str, str]:
    """Colours of words; Textual would mix its own, of which not all are strong enough."""
    return {
        "text-primary": primary,
        "text-secondary": primary,
        "text-accent": accent,
        "text-success": success,
        "text-warning": warning,
        "text-error": error,
    }


def _grounds(foreground: str, muted: str, cursor: str, hover: str) -> dict[str, str]:
    """Words that step back, and the ground under the cursor."""
    return {
        "text": foreground,
        "text-muted": muted,
        "text-disabled": muted,
        "foreground-muted": muted,
        "foreground-disabled": muted,
        "block-cursor-foreground": foreground,
        "block-cursor-background": cursor,
        "block-cursor-blurred-foreground": foreground,
        "block-cursor-blurred-background": hover,
        "block-hover-background": hover,
        "footer-background": hover,
        "footer-foreground": foreground,
        "footer-description-foreground": foreground,
        "input-selection-background": cursor,
        "input-selection-foreground": foreground,
    }


DARK = Theme(
    name=f"{PREFIX}dark",
    primary="#5aa9e6",
    secondary="#7cc5a6",
    accent="#e9b872",
    success="#6ccf97",
    warning="#f2c14e",
    error="#ff8a80",
    foreground="#eceff4",
    background="#14171c",
    surface="#1b2027",
    panel="#222832",
    boost="#232a34",
    dark=True,
    variables={
        **_texts("#8fc7f3", "#f0c891", "#86dbaa", "#f5cf74", "#ffaaa2"),
        **_grounds("#eceff4", "#c3cad5", "#1c3247", "#232a34"),
        "footer-key-foreground": "#f0c891",
        "primary-muted": "#1a2d3f",
        "secondary-muted": "#1d3a31",
        "accent-muted": "#362c1e",
        "success-muted": "#1d3a2b",
        "warning-muted": "#352c15",
        "error-muted": "#421d1a",
        "surface-lighten-2": "#3a4350",
    },
)
LIGHT = Theme(
    name=f"{PREFIX}light",
    primary="#0b5394",
    secondary="#0c5a44",
    accent="#7a3e00",
    success="#0f5a2a",
    warning="#6b4400",
    error="#8f1313",
    foreground="#1a1d22",
    background="#fbfaf7",
    surface="#f1efe9",
    panel="#e9e6de",
    boost="#e9e6de",
    dark=False,
    variables={
        **_texts("#0b4678", "#6a3500", "#0c4a23", "#593900", "#8a1010"),
        **_grounds("#1a1d22", "#3d4249", "#dbe8f4", "#e9e6de"),
        "footer-key-foreground": "#6a3500",
        "primary-muted": "#dbe8f4",
        "secondary-muted": "#d9ece4",
        "accent-muted": "#f4e6d4",
        "success-muted": "#d9efdf",
        "warning-muted": "#fbedc8",
        "error-muted": "#fbe0dd",
        "surface-lighten-2": "#c9c4b8",
    },
)
CONTRAST = Theme(
    name=f"{PREFIX}contrast",
    primary="#6cc4ff",
    secondary="#7dffb0",
    accent="#ffd75f",
    success="#7dffb0",
    warning="#ffd75f",
    error="#ff9d94",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#0a0a0a",
    boost="#1c1c1c",
    dark=True,
    variables={
        **_texts("#8fd2ff", "#ffdf80", "#9bffc2", "#ffdf80", "#ffb3ac"),
        **_grounds("#ffffff", "#dddddd", "#003558", "#1c1c1c"),
        "footer-key-foreground": "#ffdf80",
        "primary-muted": "#002b47",
        "secondary-muted": "#00331a",
        "accent-muted": "#332600",
        "success-muted": "#00331a",
        "warning-muted": "#332600",
        "error-muted": "#470b06",
        "surface-lighten-2": "#ffffff",
    },
)
ANSI = Theme(
    name=f"{PREFIX}ansi",
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_magenta",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    ansi=True,
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={  # half-strength words would be mixed, and sixteen colours can't be
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "foreground-muted": "ansi_default",
        "text-muted": "ansi_default",
        "text-disabled": "ansi_default",
        "primary-muted": "ansi_bright_black",  # the ground of the cursor: black and white can both be read on it
        "secondary-muted": "transparent",
        "accent-muted": "transparent",
        "warning-muted": "transparent",
        "success-muted": "transparent",
        "error-muted": "transparent",
    },
)
THEMES: Final = (DARK, LIGHT, CONTRAST, ANSI)


def theme_name(setting: str, env: Mapping[str, str]) -> str:
    """The theme that the setting `app.theme` means on this terminal."""
    if setting == "auto":
        setting = "light" if env.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT_GROUNDS else "dark"
    return PREFIX + setting


def dress(app: GuardianApp, env: Mapping[str, str]) -> None:
    """Make the themes known, and put on the one that the owner set. Textual's own are taken away."""
    for name in list(app.available_themes):
        if not name.startswith(PREFIX) and name != app.theme:
            app.unregister_theme(name)
    for theme in THEMES:
        app.register_theme(theme)
    before = app.theme
    app.theme = theme_name(app.settings.app.theme, env)
    if not before.startswith(PREFIX):
        app.unregister_theme(before)


def theme_commands(app: GuardianApp, env: Mapping[str, str]) -> Iterator[SystemCommand]:
    """One command of the palette for each choice."""
    for choice, words in CHOICES.items():
        yield SystemCommand(f"Theme: {choice}", words, partial(choose, app, choice, env))


def choose(app: GuardianApp, choice: str, env: Mapping[str, str]) -> None:
    """Put a theme on, and keep the choice in the owner's settings."""
    app.theme = theme_name(choice, env)
    keep(app, "app.theme", choice)
