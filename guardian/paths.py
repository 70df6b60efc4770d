"""Where Guardian keeps things: the only file that knows directories.

Invariants: finding the paths touches no file of the owner's and makes no directory; a directory is made on the
first write, through `ensure_private_directory`, for its owner alone. `GUARDIAN_HOME` moves everything but what
was shipped.
"""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guardian.errors import OutputError, SettingsError

HOME_VARIABLE = "GUARDIAN_HOME"
"""The environment variable that moves everything; empty counts as not set."""

_PRIVATE_MODE = 0o700


@dataclass(frozen=True, slots=True)
class Paths:
    """Every directory and file that Guardian knows by itself. None need exist, but for the shipped ones."""

    config: Path
    """What the owner writes by hand."""
    policies: Path
    """The owner's policies, one TOML file each."""
    data: Path
    """What must not be lost: journal, keys, models that the owner added."""
    state: Path
    """What may be lost with some regret: positions, histories, logs."""
    cache: Path
    """What can be made again."""
    runtime: Path
    """Sockets and process ids; gone after a restart of the machine."""
    held: Path
    """Messages held back at the owner's word."""
    settings_file: Path
    """The owner's settings; need not exist."""
    sources_file: Path
    """The owner's live sources; need not exist."""
    watched_file: Path
    """Which messages of the live sources were screened, as hashes; need not exist."""
    watched_key: Path
    """What those hashes are made with; need not exist."""
    keymap_file: Path
    """The owner's keys in the terminal app; need not exist."""
    seen_file: Path
    """Which alerts were seen in the terminal app; need not exist."""
    told_file: Path
    """What the desktop was told today, as numbers; need not exist."""
    calibration_file: Path
    """Thresholds that the owner calibrated on a stream of their own; need not exist."""
    calibration_log: Path
    """What calibration moved, when and why: one line a time, never rewritten."""
    track_records: Path
    """How the owner judged each policy's last alerts; need not exist."""
    contacts_file: Path
    """From whom messages came, as hashes; need not exist."""
    contacts_key: Path
    """What those hashes are made with; need not exist."""
    policies_state: Path
    """Which version of each policy is in force; need not exist."""
    conversations: Path
    """What was sent in the last hours, sealed, so that parts are judged together; need not exist."""
    proxy_token: Path
    """What clients of the proxy show; need not exist."""
    proxy_upstream_key: Path
    """The key of the proxy's own AI server, where no keyring takes it; need not exist."""
    proxy_goals: Path
    """What the owner said that conversations with an AI are about; need not exist."""
    proxy_socket: Path
    """Where the running proxy tells of its sessions."""
    added_models_file: Path
    """The models that the owner added, with their hashes; need not exist."""
    judge_register: Path
    """What was measured of the judge; need not exist."""
    personal_heads: Path
    """What `guardian adapt` learned, each version in a file; need not exist."""
    journal_file: Path
    """The journal; need not exist."""
    journal_waiting: Path
    """Sealed records that wait to be merged into the journal."""
    shipped_policies: Path
    """Starter policies, as they came with the program."""
    shipped_models: Path
    """The embedded model, its manifest and its card."""
    shipped_examples: Path
    """The example inbox."""


def find_paths(env: Mapping[str, str]) -> Paths:
    """All paths for this environment.

    Only `GUARDIAN_HOME` is read from `env`; platform directories (XDG and the like) are platformdirs' business,
    which looks at the process's own environment. Raises SettingsError where `GUARDIAN_HOME` names no directory.
    """
    home = env.get(HOME_VARIABLE, "")
    config, data, state, cache, runtime = _under(_home(home)) if home else _platform_directories()
    shipped = _shipped()
    return Paths(
        config=config,
        policies=config / "policies",
        data=data,
        state=state,
        cache=cache,
        runtime=runtime,
        held=data / "held",
        settings_file=config / "settings.toml",
        sources_file=config / "sources.toml",
        watched_file=state / "watched.db",
        watched_key=state / "watched.key",
        keymap_file=config / "keymap.toml",
        seen_file=state / "seen.json",
        told_file=state / "told.json",
        calibration_file=state / "calibration.json",
        calibration_log=state / "calibration.log",
        track_records=state / "track-records.json",
        contacts_file=state / "contacts.db",
        contacts_key=state / "contacts.key",
        policies_state=data / "policies" / "in-force.json",
        conversations=state / "conversations",
        proxy_token=config / "proxy.token",
        proxy_upstream_key=config / "proxy-upstream.key",
        proxy_goals=state / "proxy-goals",
        proxy_socket=runtime / "proxy.sock",
        added_models_file=data / "models" / "added.toml",
        judge_register=state / "judge-register.json",
        personal_heads=data / "heads",
        journal_file=data / "journal" / "journal.db",
        journal_waiting=data / "journal" / "waiting",
        shipped_policies=shipped / "policies",
        shipped_models=shipped / "models",
        shipped_examples=shipped / "examples" / "inbox",
    )


def ensure_private_directory(path: Path) -> Path:
    """Make `path`, and whatever is missing above it, with mode 0700, and return it.

    A directory that is already there is left as it is. Raises OutputError where it cannot be made, SettingsError
    where somebody else owns it or anybody may write to it: what is kept there could not be trusted.
    """
    try:
        for missing in [path, *path.parents][::-1]:
            if not missing.exists():
                missing.mkdir(mode=_PRIVATE_MODE, exist_ok=True)
        facts = path.stat()
    except OSError as error:
        raise OutputError(f"cannot make the directory {path}: {error.strerror or error}") from error
    if not stat.S_ISDIR(facts.st_mode):
        raise OutputError(f"cannot make the directory {path}: a file of that name is in the way")
    if facts.st_uid != os.geteuid():
        raise SettingsError(f"the directory {path} belongs to somebody else", hint=f"set {HOME_VARIABLE} to another")
    if facts.st_mode & stat.S_IWOTH:
        raise SettingsError(f"anybody can write to the directory {path}", hint=f"chmod 700 {path} mends it")
    return path


_Places = tuple[Path, Path, Path, Path, Path]
"""config, data, state, cache, runtime."""


def _home(value: str) -> Path:
    try:
        home = Path(value).expanduser().absolute()
    except RuntimeError as error:
        raise SettingsError(f"{HOME_VARIABLE} names no directory: {value}", hint="give an absolute path") from error
    if home.exists() and not home.is_dir():
        raise SettingsError(f"{HOME_VARIABLE} is not a directory: {home}")
    return home


def _under(home: Path) -> _Places:
    return home / "config", home / "data", home / "state", home / "cache", home / "run"


def _platform_directories() -> _Places:
    from platformdirs import PlatformDirs  # here, since it costs 10 ms that `GUARDIAN_HOME` saves

    directories = PlatformDirs("guardian", appauthor=False, ensure_exists=False)
    state = Path(directories.user_state_dir)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of each fallback; the one that matters is mended here
        try:
            runtime = Path(directories.user_runtime_dir)
        except PermissionError:  # somebody else sits on the fallback's name
            runtime = state / "run"
    if runtime.parent.name == f"runtime-{os.geteuid()}":  # in the shared temporary directory: anybody may take the name
        runtime = state / "run"
    return (
        Path(directories.user_config_dir),
        Path(directories.user_data_dir),
        state,
        Path(directories.user_cache_dir),
        runtime,
    )


def _shipped() -> Path:
    """The folder round the shipped data: inside the package in a wheel, above it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "_shipped"
    return inside if inside.is_dir() else package.parent
