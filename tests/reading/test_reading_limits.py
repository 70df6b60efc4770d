"""The limits of a reading."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from guardian.errors import SettingsError
from guardian.reading.limits import Limits, changed_limits, limit_rules
from guardian.settings import load_settings, setting_keys
from guardian.settings_rules import RefusedError, Whole

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "guide" / "limits.md"
NAMES = [each.name for each in fields(Limits)]


@pytest.mark.parametrize(
    ("name", "value"),
    [("window_bytes", 0), ("max_windows", 0), ("max_parts", -1), ("max_bytes_read", 0), ("overlap_bytes", -1)],
)
def test_a_limit_that_would_read_nothing_is_refused_by_name(name: str, value: int) -> None:
    with pytest.raises(SettingsError, match=name):
        Limits(**{name: value})


def test_an_overlap_that_leaves_little_of_a_window_is_refused() -> None:
    assert Limits(window_bytes=400, overlap_bytes=100).overlap_bytes == 100
    with pytest.raises(SettingsError, match="overlap_bytes is 101 of window_bytes 400"):
        Limits(window_bytes=400, overlap_bytes=101)


@pytest.mark.parametrize("name", NAMES)
def test_every_limit_is_a_key_of_the_owners_with_a_range_round_its_default(name: str, tmp_path: Path) -> None:
    rule = limit_rules()[name]
    assert isinstance(rule, Whole)
    assert rule.low < getattr(Limits(), name) < rule.high
    assert f"limits.{name}" in [key.name for key in setting_keys()]
    for beyond in (rule.low - 1, rule.high + 1):
        with pytest.raises(RefusedError, match=str(rule.low)):
            rule.from_value(beyond, tmp_path)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("window_bytes", "overlap_bytes")])
def test_what_the_owner_sets_is_what_reading_keeps_to(name: str, tmp_path: Path) -> None:
    rule = limit_rules()[name]
    assert isinstance(rule, Whole)
    settings = load_settings({"GUARDIAN_HOME": str(tmp_path), f"GUARDIAN_LIMITS_{name.upper()}": str(rule.low)}, {})
    assert getattr(settings.limits, name) == rule.low
    assert changed_limits(settings.limits) == [f"{name} {rule.low:,}"]


def test_the_guide_has_the_table_of_the_limits_in_force() -> None:
    command = [sys.executable, str(REPOSITORY / "scripts" / "limit_table.py"), "--check", str(PAGE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


def test_the_guide_names_every_limit() -> None:
    page = PAGE.read_text("utf-8")
    assert [name for name in NAMES if f"`limits.{name}`" not in page] == []
