"""Settings with provenance: flag over environment over the owner's file over default.

Invariants: every value says where it came from; an unknown key or variable, a wrong type and a value out of range
are refused with the nearest valid key or the range, never passed over; an option left at its default overrides
nothing. Settings are made by `load_settings` or `default_settings`, and never change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from guardian.errors import SettingsError
from guardian.paths import HOME_VARIABLE, Paths, find_paths
from guardian.reading.limits import Limits
from guardian.safe_text import safe_line
from guardian.settings_file import Entry, parse_settings, read_settings_file
from guardian.settings_judge import AssistantSettings, JudgeSettings
from guardian.settings_live import (
    AlertSettings,
    ClipboardSettings,
    NotifySettings,
    ProxySettings,
    ServiceSettings,
)
from guardian.settings_rules import Directory, RefusedError, Rule
from guardian.settings_sections import (
    AppSettings,
    CalibrationSettings,
    ConversationSettings,
    FilterSettings,
    JournalSettings,
    ModelSettings,
    OutputSettings,
    PolicySettings,
    SenderSettings,
    setting,
)

PREFIX = "GUARDIAN_"
"""Every environment variable of Guardian's begins so, and every variable that begins so is Guardian's."""

DEBUG_VARIABLE = "GUARDIAN_DEBUG"
"""Set to anything: an internal error shows its traceback."""

_OTHER_VARIABLES = (HOME_VARIABLE, DEBUG_VARIABLE)
_NO_COLOR = "NO_COLOR"
"""See https://no-color.org: it says how the owner likes every program, so the owner's word to this one outranks it."""


class OriginKind(StrEnum):
    """Where a value came from, weakest first."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one value came from."""

    kind: OriginKind
    where: str = ""
    """`settings.toml:3`, a variable's name or an option; empty for a default."""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.where}".rstrip()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an owner can set, with the paths that it applies to."""

    paths: Paths
    """Directories; they have no settings but `GUARDIAN_HOME`."""
    origins: Mapping[str, Origin]
    """Where the value of each key came from, for every key."""
    policies_dir: Path = field(metadata=setting(Directory(), "--policies"))
    """The folder of the policies in force. Default: the owner's own, `paths.policies`."""
    model_dir: Path = field(metadata=setting(Directory()))
    """The folder of the model and its manifest. Default: the shipped one."""
    model: ModelSettings = field(default_factory=ModelSettings)
    limits: Limits = field(default_factory=Limits)
    senders: SenderSettings = field(default_factory=SenderSettings)
    filter: FilterSettings = field(default_factory=FilterSettings)
    output: OutputSettings = field(default_factory=OutputSettings)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    journal: JournalSettings = field(default_factory=JournalSettings)
    conversation: ConversationSettings = field(default_factory=ConversationSettings)
    policies: PolicySettings = field(default_factory=PolicySettings)
    app: AppSettings = field(default_factory=AppSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    clipboard: ClipboardSettings = field(default_factory=ClipboardSettings)
    service: ServiceSettings = field(default_factory=ServiceSettings)
    proxy: ProxySettings = field(default_factory=ProxySettings)
    judge: JudgeSettings = field(default_factory=JudgeSettings)
    assistant: AssistantSettings = field(default_factory=AssistantSettings)

    def items(self) -> Iterator[tuple[str, object, Origin]]:
        """Every key with its value and origin, in the order of this page."""
        for key in setting_keys():
            section, _, name = key.name.rpartition(".")
            yield key.name, getattr(getattr(self, section) if section else self, name), self.origins[key.name]


_SECTIONS: Mapping[str, type] = {
    "model": ModelSettings,
    "limits": Limits,
    "senders": SenderSettings,
    "filter": FilterSettings,
    "output": OutputSettings,
    "calibration": CalibrationSettings,
    "journal": JournalSettings,
    "conversation": ConversationSettings,
    "policies": PolicySettings,
    "app": AppSettings,
    "alerts": AlertSettings,
    "notify": NotifySettings,
    "clipboard": ClipboardSettings,
    "service": ServiceSettings,
    "proxy": ProxySettings,
    "judge": JudgeSettings,
    "assistant": AssistantSettings,
}


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that can be set."""

    name: str
    """As in the file: `limits.max_windows`."""
    rule: Rule
    flag: str
    """The option that sets it, where there is one: `--fail-on`."""

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper().replace(".", "_")


def setting_keys() -> tuple[Key, ...]:
    """Every key there is."""
    places = [("", Settings), *((f"{section}.", kind) for section, kind in _SECTIONS.items())]
    return tuple(
        Key(before + each.name, each.metadata["rule"], each.metadata["flag"])
        for before, kind in places
        for each in fields(kind)
        if "rule" in each.metadata
    )


def load_settings(env: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """The settings in force.

    `flags` holds, by key, what options said, as text; None means that the option was not given. A relative path
    starts at the working directory, in the file at the file's own folder. Raises SettingsError for the first
    thing that cannot be used.
    """
    paths = find_paths(env)
    keys = {key.name: key for key in setting_keys()}
    chosen = _defaults(paths)
    if env.get(_NO_COLOR):
        chosen["output.colour"] = ("never", Origin(OriginKind.ENVIRONMENT, _NO_COLOR))
    chosen |= _from_file(read_settings_file(paths.settings_file), keys)
    chosen |= _from_environment(env, keys)
    chosen |= _from_flags(flags, keys)
    return _build(paths, _check_together(chosen))


def check_settings_text(paths: Paths, text: str) -> None:
    """Raises SettingsError for the first thing that could not be used, if `text` stood in the owner's file."""
    keys = {key.name: key for key in setting_keys()}
    _build(paths, _check_together(_defaults(paths) | _from_file(parse_settings(text, paths.settings_file), keys)))


def find_key(name: str) -> Key:
    """The key of that name. Raises SettingsError, with the nearest one, where there is none."""
    keys = {key.name: key for key in setting_keys()}
    if name not in keys:
        raise SettingsError(f'unknown key "{safe_line(name, 60)}"', hint=_near(name, keys))
    return keys[name]


def default_settings(env: Mapping[str, str]) -> Settings:
    """The defaults alone, for commands that must work while the owner's settings are broken."""
    paths = find_paths(env)
    return _build(paths, _defaults(paths))


_Chosen = dict[str, tuple[object, Origin]]


def _defaults(paths: Paths) -> _Chosen:
    values: dict[str, object] = {"policies_dir": paths.policies, "model_dir": paths.shipped_models}
    for section, kind in _SECTIONS.items():
        made = kind()
        values |= {f"{section}.{each.name}": getattr(made, each.name) for each in fields(kind)}
    return {name: (value, Origin(OriginKind.DEFAULT)) for name, value in values.items()}


def _from_file(entries: Iterable[Entry], keys: Mapping[str, Key]) -> _Chosen:
    by_path = {tuple(name.split(".")): key for name, key in keys.items()}
    chosen: _Chosen = {}
    for entry in entries:
        if entry.path in [(section,) for section in _SECTIONS]:
            if entry.value != {}:
                raise SettingsError(f"{entry.place}: {entry.name} must be a table", hint=f"write [{entry.name}]")
            continue
        key = by_path.get(entry.path)
        if key is None:
            hint = "write it without quotes" if entry.name in keys else _near(entry.name, [*keys, *_SECTIONS])
            raise SettingsError(f'{entry.place}: unknown key "{safe_line(entry.name, 60)}"', hint=hint)
        try:
            value = key.rule.from_value(entry.value, entry.file.parent)
        except RefusedError as error:
            raise SettingsError(f"{entry.place}: {key.name} must be {error}") from error
        chosen[key.name] = (value, Origin(OriginKind.FILE, f"{entry.file.name}:{entry.line}"))
    return chosen


def _from_environment(env: Mapping[str, str], keys: Mapping[str, Key]) -> _Chosen:
    by_variable = {key.variable: key for key in keys.values()}
    chosen: _Chosen = {}
    for variable in sorted(name for name in env if name.startswith(PREFIX)):
        key = by_variable.get(variable)
        if key is None and variable not in _OTHER_VARIABLES:
            hint = _near(variable, [*by_variable, *_OTHER_VARIABLES])
            raise SettingsError(f"unknown environment variable {safe_line(variable, 60)}", hint=hint)
        if key is not None and env[variable]:
            origin = Origin(OriginKind.ENVIRONMENT, variable)
            chosen[key.name] = (_from_text(key, env[variable], variable), origin)
    return chosen


def _from_flags(flags: Mapping[str, object], keys: Mapping[str, Key]) -> _Chosen:
    chosen: _Chosen = {}
    for name, value in flags.items():
        if value is not None:
            key = keys[name]
            chosen[name] = (_from_text(key, str(value), key.flag), Origin(OriginKind.FLAG, key.flag))
    return chosen


def _from_text(key: Key, text: str, where: str) -> object:
    try:
        return key.rule.from_text(text, Path())
    except RefusedError as error:
        raise SettingsError(f"{where} must be {error}") from error


def _build(paths: Paths, chosen: _Chosen) -> Settings:
    origins = MappingProxyType({name: origin for name, (_, origin) in chosen.items()})
    top: dict[str, Any] = {}
    inner: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
    for name, (value, _) in chosen.items():
        section, _, last = name.rpartition(".")
        (inner[section] if section else top)[last] = value
    sections: dict[str, Any] = {section: kind(**inner[section]) for section, kind in _SECTIONS.items()}
    return Settings(paths=paths, origins=origins, **top, **sections)


def _check_together(chosen: _Chosen) -> _Chosen:
    """What holds between keys, before anything is built of them. Raises SettingsError."""
    (overlap, overlap_origin), (window, window_origin) = chosen["limits.overlap_bytes"], chosen["limits.window_bytes"]
    if isinstance(overlap, int) and isinstance(window, int) and overlap * 4 > window:
        said = f"limits.overlap_bytes ({overlap}, {overlap_origin})"
        raise SettingsError(f"{said} must be at most a quarter of limits.window_bytes ({window}, {window_origin})")
    return chosen


def _near(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    nearest = get_close_matches(word[:60], list(known), n=1, cutoff=0.0)[0]
    return f"the nearest valid name is {nearest}"
