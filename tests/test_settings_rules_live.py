"""Promises of the rules for hours, zones and commands: what can't be meant is refused with what could."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardian.settings_rules import RefusedError, Rule
from guardian.settings_rules_live import CommandLine, Hours, Zone

# rule, what is accepted as it stands
ACCEPTED: list[tuple[Rule, str]] = [
    (Hours(), ""),
    (Hours(), "22:00-07:00"),
    (Hours(), "00:00-23:59"),
    (Zone(), ""),
    (Zone(), "Europe/Berlin"),
    (Zone(), "America/Argentina/Ushuaia"),
    (Zone(), "UTC"),
    (CommandLine(), ""),
    (CommandLine(), "x-terminal-emulator -e"),
    (CommandLine(), "'/opt/my terminal/run' --title 'a b'"),
]
REFUSED: list[tuple[Rule, object]] = [
    *((Hours(), each) for each in ("22-7", "24:00-07:00", "22:00-22:00", "22:60-07:00", "22:00 - 07:00", "night", 22)),
    *((Zone(), each) for each in ("Europe/Nowhere", "/etc/passwd", "../../etc/passwd", "Europe/", "CET\0", "\x1b", 1)),
    *((CommandLine(), each) for each in ("foot 'unclosed", "foot\nrm", "foot\0", "x" * 401, ["foot"])),
]


@pytest.mark.parametrize(("rule", "text"), ACCEPTED)
def test_what_is_meant_is_kept_as_it_is_written(rule: Rule, text: str) -> None:
    assert rule.from_text(text, Path()) == rule.from_value(text, Path()) == text


@pytest.mark.parametrize(("rule", "value"), REFUSED)
def test_what_cannot_be_meant_is_refused_with_what_could(rule: Rule, value: object) -> None:
    with pytest.raises(RefusedError) as refused:
        rule.from_value(value, Path())
    assert str(refused.value).startswith(rule.expected())
    assert "\x1b" not in str(refused.value)
