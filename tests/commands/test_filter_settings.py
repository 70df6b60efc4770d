"""The thin client's two settings are those that `guardian.settings` finds, or it leaves the file to that."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.commands.filter_settings import settings_place, thin_settings
from guardian.errors import SettingsError
from guardian.paths import find_paths
from guardian.settings import load_settings

FILES = [
    "",
    '[filter]\nfail_on = "notice"\n',
    '[filter]\nfail_on = "flagged"\n[limits]\nmax_bytes_read = 2048\nmax_windows = 3\n',
    'policies_dir = "elsewhere"\n[app]\ntheme = "dark"\n',
    '"filter"."fail_on" = "notice"\n',
    "filter = {fail_on = 'notice'}\n",
    '[filter]\nfail_on = "clean"\n',
    "[filter]\nfail_on = 7\n",
    "[limits]\nmax_bytes_read = 0\n",
    "[limits]\nmax_bytes_read = true\n",
    '[limits]\nmax_bytes_read = "2048"\n',
    "[judge]\ntimeout_s = 0.5\n",
    "[judge]\ntimeout_s = 3\n",
    "[judge]\ntimeout_s = true\n",
    "[judge]\ntimeout_s = 601\n",
    "judge = 2\n",
    "limits = 7\n",
    "filter = []\n",
    "[filter\n",
    "\ufeff[filter]\n",
    "a = [" * 5000,
]


def by_the_whole(home: Path) -> tuple[str, int, float] | None:
    try:
        settings = load_settings({"GUARDIAN_HOME": str(home)}, {})
    except SettingsError:
        return None
    return settings.filter.fail_on, settings.limits.max_bytes_read, settings.judge.timeout_s


@pytest.mark.parametrize("text", FILES, ids=range(len(FILES)))
def test_what_is_found_is_what_the_whole_finds(text: str, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text(text)
    found = thin_settings({"GUARDIAN_HOME": str(tmp_path)})
    whole = by_the_whole(tmp_path)
    assert found is None or whole is None or found == whole  # where the whole refuses, the service does too
    if whole is not None and text:
        assert found == whole


def test_without_a_file_they_are_the_defaults(tmp_path: Path) -> None:
    assert thin_settings({"GUARDIAN_HOME": str(tmp_path)}) == by_the_whole(tmp_path)


@pytest.mark.parametrize("kind", ["folder", "not UTF-8", "huge"])
def test_a_file_that_cannot_be_read_is_left_to_the_whole(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "config" / "settings.toml"
    file.parent.mkdir()
    if kind == "folder":
        file.mkdir()
    else:
        file.write_bytes(b"\xff\xfe" if kind == "not UTF-8" else b"# \n" * 500_000)
    assert thin_settings({"GUARDIAN_HOME": str(tmp_path)}) is None


@given(
    home=st.sampled_from(["", "/h", "here", "~/g"]),
    named=st.sampled_from([None, "", "/x/config", "relative", "~/c", " "]),
)
def test_the_file_is_where_the_paths_say(home: str, named: str | None) -> None:
    env = {"GUARDIAN_HOME": home} | ({} if named is None else {"XDG_CONFIG_HOME": named})
    with pytest.MonkeyPatch.context() as patch:  # platformdirs reads the process's own environment
        for name in ("GUARDIAN_HOME", "XDG_CONFIG_HOME"):
            patch.delenv(name, raising=False)
        for name, value in env.items():
            patch.setenv(name, value)
        assert settings_place(os.environ) == str(find_paths(os.environ).settings_file)
