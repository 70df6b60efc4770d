"""Units with which systemd or launchd keep the service running for its owner.

Invariants: nothing is written or switched on from here, the owner does that with what is printed; a unit names this
very installation and this home, and every path in it is quoted.

What the unit closes: system calls beyond those of a service, every socket family but Unix sockets, new privileges,
other architectures, core dumps, swap. What stays open, and why: user and network namespaces, because the model's cell
goes behind an empty one; the home folder, because the journal, the policies and the settings lie there, or wherever the
owner put them; memory that is writable and executable, because llama.cpp tells its errors through a callback, which
ctypes makes of such memory (with it refused, the model's process does not start).

Sources: systemd.exec(5), systemd.service(5), systemd.socket(5), launchd.plist(5).
"""

from __future__ import annotations

import os
import plistlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from guardian.paths import HOME_VARIABLE, Paths
from guardian.service.connecting import LOG_NAME
from guardian.service.place import SOCKET_NAME

LABEL: Final = "org.guardian.service"
_DIRECTORIES: Final = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")
"""What `guardian.paths` goes by where `GUARDIAN_HOME` is not set."""

_SERVICE: Final = """\
# Save as ~/.config/systemd/user/guardian.service, then: systemctl --user daemon-reload
# With guardian.socket beside it (guardian serve --print-unit systemd-socket) it starts when it is first asked.
[Unit]
Description=Guardian: holds the model and answers on a Unix socket
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
{environment}WorkingDirectory=/
Restart=on-failure
RestartSec=2
# 2: the settings or the model cannot be used, or another service runs; starting it again would not mend that.
RestartPreventExitStatus=2
# SIGTERM goes to the service alone: the model's process is still needed for what was taken.
KillMode=mixed
TimeoutStopSec=45
UMask=0077
LimitCORE=0
OOMPolicy=continue
MemoryMax=2G
MemorySwapMax=0
TasksMax=256
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=user net
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
"""

_SOCKET: Final = """\
# Save as ~/.config/systemd/user/guardian.socket, then: systemctl --user enable --now guardian.socket
[Unit]
Description=Guardian: where the service is asked

[Socket]
ListenStream={path}
SocketMode=0600
DirectoryMode=0700
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
"""


def systemd_service(env: Mapping[str, str], paths: Paths) -> str:
    """The user unit `guardian.service`."""
    command = " ".join(_quoted(word).replace("$", "$$") for word in _command())  # a command line alone knows variables
    return _SERVICE.format(command=command, environment=_environment(env, paths))


def systemd_socket(env: Mapping[str, str], paths: Paths) -> str:
    """The user unit `guardian.socket`."""
    return _SOCKET.format(path=_escaped(str(paths.runtime / SOCKET_NAME)))


def launchd_agent(env: Mapping[str, str], paths: Paths) -> str:
    """The agent `~/Library/LaunchAgents/org.guardian.service.plist`."""
    agent: dict[str, object] = {
        "Label": LABEL,
        "ProgramArguments": _command(),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "ProcessType": "Background",
        "Umask": 0o077,
        "HardResourceLimits": {"Core": 0},
        "StandardErrorPath": str(paths.state / LOG_NAME),
        "WorkingDirectory": "/",
    }
    if home := _home(env, paths):
        agent["EnvironmentVariables"] = home
    return plistlib.dumps(agent, sort_keys=False).decode()


UNITS: Final[Mapping[str, Callable[[Mapping[str, str], Paths], str]]] = MappingProxyType(
    {"systemd": systemd_service, "systemd-socket": systemd_socket, "launchd": launchd_agent}
)
"""What `--print-unit` prints."""


def _command() -> list[str]:
    return [str(Path(sys.executable).absolute()), "-P", "-m", "guardian", "serve"]


def _environment(env: Mapping[str, str], paths: Paths) -> str:
    return "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in _home(env, paths).items())


def _home(env: Mapping[str, str], paths: Paths) -> dict[str, str]:
    """The variables that say where this owner's things are: whoever starts a unit knows none that only a shell sets,
    and would judge by other policies."""
    if env.get(HOME_VARIABLE):
        return {HOME_VARIABLE: str(paths.config.parent)}  # whatever the working directory
    return {name: env[name] for name in _DIRECTORIES if os.path.isabs(env.get(name, ""))}


def _quoted(word: str) -> str:
    """One word of a setting (systemd.syntax(7), "Quoting")."""
    return '"' + _escaped(word).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escaped(text: str) -> str:
    """No specifier of systemd's."""
    return text.replace("%", "%%")
