"""Promises of `guardian.settings`: precedence, provenance, and one line for whatever cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import SettingsError
from guardian.reading.limits import Limits
from guardian.safe_text import safe_line
from guardian.settings import (
    Key,
    OriginKind,
    Settings,
    default_settings,
    load_settings,
    setting_keys,
)
from guardian.settings_rules import Choice, Directory, Hosts, Number, RefusedError, Whole
from guardian.settings_sections import ModelSettings


def write(home: Path, text: str | bytes) -> Path:
    file = home / "config" / "settings.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def load(home: Path, env: Mapping[str, str] | None = None, flags: Mapping[str, object] | None = None) -> Settings:
    return load_settings({"GUARDIAN_HOME": str(home), **(env or {})}, flags or {})


def refusal(home: Path, env: Mapping[str, str] | None = None, flags: Mapping[str, object] | None = None) -> str:
    with pytest.raises(SettingsError) as refused:
        load(home, env, flags)
    line = refused.value.line()
    assert "\n" not in line
    return line


def value_of(settings: Settings, name: str) -> object:
    return {key: value for key, value, _ in settings.items()}[name]


def another_value(key: Key) -> str:
    """A valid value that is not the default, as text."""
    values = {"policies_dir": "/p", "model_dir": "/m", "model.wall": "none", "filter.fail_on": "notice"}
    values |= {"output.colour": "never", "model.batch_timeout_s": "7.5", "limits.window_bytes": "900"}
    values |= {"calibration.false_alarms_per_week": "1.5"}
    values |= {"journal.clean": "scores", "journal.keep_text": "none", "journal.second_signature": "on"}
    values |= {"app.theme": "light", "alerts.interrupt": "none", "alerts.quiet_until": "2026-11-28"}
    values |= {"senders.remember": "off", "senders.receiving_servers": "mx.example.org mx2.example.org"}
    values |= {"proxy.port": "8080", "proxy.ipv6": "on", "proxy.upstream": "https://ai.example.org/api"}
    values |= {"proxy.allow_remote_upstream": "ai.example.org", "proxy.mode": "hold", "proxy.fail_closed": "on"}
    values |= {"proxy.max_body_bytes": "4096", "proxy.request_timeout_s": "7.5", "proxy.upstream_timeout_s": "8.5"}
    values |= {f"alerts.interrupt_{severity}": "notice" for severity in ("low", "medium", "high")}
    values |= {"alerts.quiet_hours": "22:00-07:00", "alerts.time_zone": "Europe/Berlin"}
    values |= {"notify.desktop": "off", "notify.terminal": "foot", "clipboard.max_bytes": "4096"}
    values |= {"judge.timeout_s": "7.5", "judge.patience_s": "8.5", "judge.context_tokens": "512"}
    values |= {"assistant.server": "http://127.0.0.1:8080", "assistant.most_tokens": "64"}
    values |= {"assistant.temperature": "1.5", "assistant.grounded": "only"}
    if key.name.startswith("limits.") and isinstance(key.rule, Whole):
        values.setdefault(key.name, str(key.rule.low + 1))
    return values.get(key.name, "7")


KEYS = [pytest.param(key, id=key.name) for key in setting_keys()]


def test_the_defaults_are_the_documented_ones(tmp_path: Path) -> None:
    # The figures of the issue; model.threads depends on the machine.
    settings = load(tmp_path)
    assert settings.policies_dir == settings.paths.policies
    assert settings.model_dir == settings.paths.shipped_models
    assert 1 <= settings.model.threads <= 4
    assert settings.model == ModelSettings(settings.model.threads, batch_timeout_s=20.0, wall="auto")
    assert settings.limits == Limits()
    assert (settings.filter.fail_on, settings.output.colour) == ("flagged", "auto")
    assert settings.calibration.false_alarms_per_week == 3.0
    assert {str(origin) for origin in settings.origins.values()} == {"default"}


def test_every_default_keeps_its_own_rule(tmp_path: Path) -> None:
    for key in setting_keys():
        value = value_of(default_settings({"GUARDIAN_HOME": str(tmp_path)}), key.name)
        assert key.rule.from_text(str(value), Path()) == value


def test_every_field_is_a_key_and_every_key_has_an_origin(tmp_path: Path) -> None:
    settings = load(tmp_path)
    expected = len([each for each in fields(settings) if each.name.endswith("_dir")])
    named = [getattr(settings, each.name) for each in fields(settings) if each.name not in ("paths", "origins")]
    expected += sum(len(fields(section)) for section in named if is_dataclass(section))
    assert len(setting_keys()) == expected == len(settings.origins) == len(list(settings.items()))


@pytest.mark.parametrize("key", KEYS)
def test_each_key_can_be_set_in_the_environment(key: Key, tmp_path: Path) -> None:
    settings = load(tmp_path, {key.variable: another_value(key)})
    assert str(value_of(settings, key.name)) == another_value(key)
    assert str(settings.origins[key.name]) == f"environment {key.variable}"
    others = {name: origin for name, origin in settings.origins.items() if name != key.name}
    assert {origin.kind for origin in others.values()} == {OriginKind.DEFAULT}


@pytest.mark.parametrize("key", KEYS)
def test_each_key_can_be_set_in_the_file_and_is_named_with_its_line(key: Key, tmp_path: Path) -> None:
    text = another_value(key)
    written = text if isinstance(key.rule, Whole | Number) else f'"{text}"'
    write(tmp_path, f"# first line\n\n{key.name} = {written}\n")
    settings = load(tmp_path)
    assert str(value_of(settings, key.name)) == text
    assert str(settings.origins[key.name]) == "file settings.toml:3"


@pytest.mark.parametrize("key", [param for param in KEYS if isinstance(param.values[0], Key) and param.values[0].flag])
def test_a_flag_outranks_the_environment_which_outranks_the_file(key: Key, tmp_path: Path) -> None:
    choices = {"model.threads": ("2", "3", "5"), "filter.fail_on": ("flagged", "flagged", "notice")}
    choices |= {"judge.timeout_s": ("2.5", "3.5", "5.5")}
    choices["calibration.false_alarms_per_week"] = ("1.5", "2.5", "4.5")
    in_file, in_environment, in_flag = choices.get(key.name, ("/file", "/environment", "/flag"))
    write(tmp_path, f"{key.name} = " + (in_file if isinstance(key.rule, Whole | Number) else f'"{in_file}"'))
    assert str(value_of(load(tmp_path), key.name)) == in_file
    settings = load(tmp_path, {key.variable: in_environment})
    assert str(value_of(settings, key.name)) == in_environment
    assert settings.origins[key.name].kind is OriginKind.ENVIRONMENT
    settings = load(tmp_path, {key.variable: in_environment}, {key.name: in_flag})
    assert str(value_of(settings, key.name)) == in_flag
    assert str(settings.origins[key.name]) == f"flag {key.flag}"


def test_an_option_that_was_not_given_overrides_nothing(tmp_path: Path) -> None:
    write(tmp_path, "model.threads = 3")
    settings = load(tmp_path, flags={"model.threads": None, "filter.fail_on": None})
    assert (settings.model.threads, str(settings.origins["model.threads"])) == (3, "file settings.toml:1")
    assert str(settings.origins["filter.fail_on"]) == "default"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert str(load(tmp_path, {"GUARDIAN_MODEL_THREADS": ""}).origins["model.threads"]) == "default"


def test_the_variables_that_are_no_settings_are_known(tmp_path: Path) -> None:
    assert load(tmp_path, {"GUARDIAN_DEBUG": "1"}).model == load(tmp_path, {}).model


def test_no_color_is_outranked_by_what_the_owner_said_to_guardian(tmp_path: Path) -> None:
    # https://no-color.org: configuration files and options of a program override NO_COLOR; empty means not set.
    assert load(tmp_path, {"NO_COLOR": ""}).output.colour == "auto"
    settings = load(tmp_path, {"NO_COLOR": "1"})
    assert (settings.output.colour, str(settings.origins["output.colour"])) == ("never", "environment NO_COLOR")
    write(tmp_path, 'output.colour = "always"')
    assert load(tmp_path, {"NO_COLOR": "1"}).output.colour == "always"


def test_a_relative_path_starts_where_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/of/mine")
    write(tmp_path, 'policies_dir = "from-file"')
    assert load(tmp_path).policies_dir == tmp_path / "config" / "from-file"
    assert load(tmp_path, {"GUARDIAN_POLICIES_DIR": "from-env"}).policies_dir == tmp_path / "from-env"
    assert load(tmp_path, flags={"policies_dir": "from-flag"}).policies_dir == tmp_path / "from-flag"
    assert load(tmp_path, flags={"policies_dir": "~/p"}).policies_dir == Path("/home/of/mine/p")


@given(st.text())
def test_a_value_of_any_text_is_kept_or_refused(text: str) -> None:
    for rule in (Whole(1, 9), Number(0.5, 9), Choice(("a", "b")), Directory()):
        try:
            value = rule.from_text(text, Path("/base"))
        except RefusedError as error:
            value, refused = None, str(error)
        if value is None:
            assert refused.startswith(rule.expected())
            assert safe_line(refused) == refused
            assert len(refused) < 200
        else:
            assert isinstance(value, Path | str) or float(str(value)) == float(text)


UNUSABLE_VARIABLES = [
    ("GUARDIAN_MODEL_THREAD", "3", "the nearest valid name is GUARDIAN_MODEL_THREADS"),
    ("GUARDIAN_HOMME", "/x", "the nearest valid name is GUARDIAN_HOME"),
    ("GUARDIAN_", "", "unknown environment variable GUARDIAN_ "),
    ("GUARDIAN_MODEL_THREADS", "0", "GUARDIAN_MODEL_THREADS must be a whole number from 1 to 256, not 0"),
    ("GUARDIAN_MODEL_THREADS", "two", 'must be a whole number from 1 to 256, not "two"'),
    ("GUARDIAN_MODEL_THREADS", " 2", "must be a whole number"),
    ("GUARDIAN_MODEL_THREADS", "２", "must be a whole number"),  # a full-width digit, which int() takes
    ("GUARDIAN_MODEL_THREADS", "9" * 5000, "must be a whole number"),  # more digits than int() takes
    ("GUARDIAN_MODEL_BATCH_TIMEOUT_S", "nan", "must be a number from 0.1 to 600"),
    ("GUARDIAN_MODEL_BATCH_TIMEOUT_S", "1e2", "must be a number from 0.1 to 600"),
    ("GUARDIAN_OUTPUT_COLOUR", "NEVER", "must be one of auto, always, never"),
    ("GUARDIAN_OUTPUT_COLOUR", "\x1b]0;title\x07", r"\x1b]0;title\x07"),
]


@pytest.mark.parametrize(("variable", "value", "says"), UNUSABLE_VARIABLES)
def test_an_unusable_variable_is_refused_by_name(variable: str, value: str, says: str, tmp_path: Path) -> None:
    line = refusal(tmp_path, {variable: value})
    assert variable in line
    assert says in line
    assert len(line) < 300


def test_an_unusable_option_is_refused_by_its_name(tmp_path: Path) -> None:
    assert refusal(tmp_path, flags={"model.threads": "0"}) == "--threads must be a whole number from 1 to 256, not 0"


def test_the_defaults_can_be_had_while_the_file_and_the_environment_are_broken(tmp_path: Path) -> None:
    write(tmp_path, "x")
    assert default_settings({"GUARDIAN_HOME": str(tmp_path), "GUARDIAN_X": "1"}).limits.max_windows == 64


def test_settings_do_not_change(tmp_path: Path) -> None:
    settings = load(tmp_path)
    with pytest.raises(FrozenInstanceError):
        settings.limits.max_windows = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        settings.origins["limits.max_windows"] = None  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "value"),
    [("", ""), ("MX.example.org", "mx.example.org"), ("  a.example \t b_1.example ", "a.example b_1.example")],
)
def test_names_of_servers_are_read_in_lower_case(text: str, value: str) -> None:
    assert Hosts().from_text(text, Path()) == value
    assert Hosts().from_value(text, Path()) == value


@pytest.mark.parametrize("value", ["a;b", "-a", "a b,c", "über.example", "a" * 254, 7, True, ["a.example"]])
def test_what_is_no_name_of_a_server_is_refused(value: object) -> None:
    with pytest.raises(RefusedError, match="names of servers"):
        Hosts().from_value(value, Path())
