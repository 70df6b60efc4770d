"""The sections of the owner's settings for the parts that keep running: service, sources, proxy, alerts, notifications.

Invariants: those of `guardian.settings_sections`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from guardian.settings_rules import Choice, Day, Hosts, Number, ServerUrl, Whole
from guardian.settings_rules_live import CommandLine, Hours, Zone
from guardian.settings_sections import setting


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """The warm service, which holds the model for whoever asks."""

    idle_minutes: int = field(default=10, metadata=setting(Whole(0, 10_080)))
    """After how long without a question a service that was started by need ends; 0: never."""


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """The proxy between an AI client and its server."""

    port: int = field(default=8791, metadata=setting(Whole(1024, 65_535)))
    """Where it listens, on 127.0.0.1."""
    ipv6: Literal["off", "on"] = field(default="off", metadata=setting(Choice(("off", "on"))))
    """Whether it listens on ::1 too."""
    upstream: str = field(default="http://127.0.0.1:11434", metadata=setting(ServerUrl()))
    """The AI server that it stands in front of. Default: where Ollama listens."""
    allow_remote_upstream: str = field(default="", metadata=setting(Hosts()))
    """Names of servers on other machines that `upstream` may name; what is asked of one of them leaves this machine."""
    mode: Literal["annotate", "hold"] = field(default="annotate", metadata=setting(Choice(("annotate", "hold"))))
    """`annotate` passes an answer on as it comes, and a note behind it; `hold` a sentence after its verdict."""
    fail_closed: Literal["off", "on"] = field(default="off", metadata=setting(Choice(("off", "on"))))
    """In the mode `hold`: whether a sentence that could not be judged is held back too."""
    max_body_bytes: int = field(default=32 * 1024 * 1024, metadata=setting(Whole(1024, 256 * 1024 * 1024)))
    """Bytes of one request. Pictures travel in requests; of answers `limits.max_bytes_read` is the bound."""
    connections: int = field(default=64, metadata=setting(Whole(1, 1024)))
    """Connections of clients at one time; further ones are closed."""
    request_timeout_s: float = field(default=30.0, metadata=setting(Number(0.1, 600)))
    """How long a client may take to send a request, and to take a piece of the answer."""
    idle_timeout_s: int = field(default=60, metadata=setting(Whole(1, 3600)))
    """How long a connection without a request is kept open."""
    upstream_timeout_s: float = field(default=600.0, metadata=setting(Number(0.1, 86_400)))
    """How long the server may be silent: a large model may take minutes to its first word."""


_Level = Literal["flagged", "notice", "none"]
_OwnLevel = Literal["same", "flagged", "notice", "none"]
_LEVELS = ("flagged", "notice", "none")


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Which alerts interrupt, and which wait for the digest (`guardian.alerts.level` decides)."""

    interrupt: _Level = field(default="flagged", metadata=setting(Choice(_LEVELS)))
    """The mildest outcome that is told at once. `notice` includes what could not be judged."""
    interrupt_low: _OwnLevel = field(default="same", metadata=setting(Choice(("same", *_LEVELS))))
    """The same for what matched policies of low severity alone; `same`: as `interrupt` says."""
    interrupt_medium: _OwnLevel = field(default="same", metadata=setting(Choice(("same", *_LEVELS))))
    interrupt_high: _OwnLevel = field(default="same", metadata=setting(Choice(("same", *_LEVELS))))
    most_per_day: int = field(default=12, metadata=setting(Whole(0, 1000)))
    """So many alerts at most interrupt on one day, by desktop notifications; 0: there is no limit."""
    quiet_until: str = field(default="", metadata=setting(Day()))
    """Until this day (ISO) begins nothing is told; empty: there is no quiet time. The inbox fills all the same."""
    quiet_hours: str = field(default="", metadata=setting(Hours()))
    """Every day between these hours nothing is told; empty: at no hours."""
    time_zone: str = field(default="", metadata=setting(Zone()))
    """Where these days and hours are those of the clock; empty: of this machine's."""

    @property
    def quiet_until_day(self) -> date | None:
        """That day; None where there is none."""
        return date.fromisoformat(self.quiet_until) if self.quiet_until else None


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """Notifications of the desktop (extra `notify`)."""

    desktop: Literal["auto", "on", "off"] = field(default="auto", metadata=setting(Choice(("auto", "on", "off"))))
    """`auto`: where the extra is installed, and without a word where it is not; `on`: says so where it can't."""
    pause_minutes: int = field(default=10, metadata=setting(Whole(0, 1440)))
    """After a notification, how long further alerts are collected before the next one tells of them together."""
    terminal: str = field(default="x-terminal-emulator -e", metadata=setting(CommandLine()))
    """What opens a terminal; the app's own command line is put behind it. Empty: a click opens nothing."""


@dataclass(frozen=True, slots=True)
class ClipboardSettings:
    """What `guardian clipboard` reads."""

    max_bytes: int = field(default=1024 * 1024, metadata=setting(Whole(1024, 64 * 1024 * 1024)))
    """Of a longer text this much is read, and what is said of it says so."""
