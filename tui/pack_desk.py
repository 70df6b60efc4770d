"""What the Packs screen has done at the desk: reading packs and keys, looking at a pack in a file, taking it in.

Invariants: nothing of a pack takes force without a yes on a sheet that showed all of it; the core functions are those
of the commands; golden cases run on the app's own model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message as AppMessage

from guardian.errors import CellError
from guardian.packs.base import PackError
from guardian.packs.installed import Installed
from guardian.packs.keys import TrustedKey, read_trusted_keys
from guardian.packs.offer_words import counted, installed_rows, pack_rows, plan_lines, trial_lines
from guardian.packs.offering import (
    Offer,
    Wanted,
    carry_out,
    installed_before,
    offer,
    offer_removal,
    opened_pack,
    packs_here,
)
from guardian.packs.plan import Plan
from guardian.packs.sshsig import PublicKey
from guardian.packs.trusting import key_to_trust, trust_key, trust_words
from guardian.safe_text import safe_line
from tui.desk import Job, Work
from tui.diffing import diff_content
from tui.policy_desk import Changed

if TYPE_CHECKING:
    from tui.app import GuardianApp

_LABEL = "bold $text-primary"
_MUTED = "$foreground-muted"


@dataclass(repr=False)
class PacksRead(AppMessage):
    """What is installed, and whom the owner trusts."""

    packs: Mapping[str, Installed]
    keys: tuple[TrustedKey, ...]
    trouble: str = ""
    """Why either can't be read, safe for a terminal."""


@dataclass(repr=False)
class PackOffered(AppMessage):
    """A pack from a file, with all that it would do."""

    offer: Offer
    words: Content


@dataclass(repr=False)
class RemovalPlanned(AppMessage):
    """What removing a pack would do."""

    plan: Plan
    words: Content


@dataclass(repr=False)
class KeyRead(AppMessage):
    """A key that the owner may trust."""

    key: PublicKey
    name: str


class PackDesk:
    """Makes the works."""

    def __init__(self, app: GuardianApp) -> None:
        self._app, self._settings = app, app.settings

    def read(self, _job: Job) -> PacksRead:
        """What is here. Work."""
        trouble: list[str] = []
        packs: Mapping[str, Installed] = {}
        keys: tuple[TrustedKey, ...] = ()
        try:
            packs = packs_here(self._settings)
        except PackError as error:
            trouble.append(error.line())
        try:
            keys = read_trusted_keys(self._settings.paths.config)
        except PackError as error:
            trouble.append(error.line())
        return PacksRead(packs, keys, safe_line("; ".join(trouble)))

    def look_at(self, path: str, *, unsigned: bool) -> Work:
        """What a pack in a file would do: the next version of one that is here, or a new one."""

        def work(_job: Job) -> PackOffered:
            pack, key = opened_pack(_path(path), self._settings, unsigned=unsigned)
            installed = installed_before(pack, self._settings)
            try:
                parts = self._app.bridge.assembled
            except CellError:
                raise CellError("golden cases need the model: it is not there yet, or is down") from None
            found = offer(self._settings, pack, key, installed, Wanted(), bench=parts.bench, compare=parts.compare)
            return PackOffered(found, offer_words(found))

        return work

    def take(self, found: Offer) -> Work:
        """Do what was offered."""
        return self._carry_out(found.plan, found.why)

    def plan_removal(self, name: str) -> Work:
        """What removing a pack would do."""

        def work(_job: Job) -> RemovalPlanned:
            plan = offer_removal(name, self._settings)
            return RemovalPlanned(plan, plan_words(plan))

        return work

    def remove(self, plan: Plan) -> Work:
        """Do what was planned."""
        return self._carry_out(plan, f"pack {plan.record.name} removed")

    def read_key(self, path: str, name: str) -> Work:
        """A key in a file."""

        def work(_job: Job) -> KeyRead:
            return KeyRead(key_to_trust(_path(path), name, self._settings), name)

        return work

    def trust(self, key: PublicKey, name: str) -> Work:
        """Add a key to those that are trusted."""

        def work(_job: Job) -> Changed:
            path = trust_key(key, name, self._settings)
            words = f"{key.fingerprint} is trusted as {name}: its packs may {trust_words(name)}"
            return Changed(safe_line(f"{words}; delete its line in {path} to end that"))

        return work

    def _carry_out(self, plan: Plan, why: str) -> Work:
        def work(_job: Job) -> Changed:
            try:
                compare = self._app.bridge.assembled.compare
            except CellError:
                compare = None
            now = carry_out(self._settings, plan, why, compare=compare)
            waiting = [each.policy_id for each in plan.changes if each.policy_id in now.pending]
            more = f"; {len(waiting)} wait for your cooling-off" if waiting else ""
            if self._app.records is not None:
                self._app.records.look_now()
            return Changed(safe_line(f"{counted(plan)}: done{more}"))

        return work


def offer_words(found: Offer) -> Content:
    """Who signed it, what it says of itself, how it did here, and every difference."""
    parts = [rows_content(pack_rows(found.pack, found.whose))]
    parts += [
        Content.styled(f"{safe_line(each)}: left out, it looks at nothing that you let this pack look at", _MUTED)
        for each in found.left_out
    ]
    parts.append(_section("its golden cases, tried here", trial_lines(found.pack, found.trial)))
    return Content("\n\n").join([*parts, plan_words(found.plan)])


def plan_words(plan: Plan) -> Content:
    """Every file with what becomes of it, and the differences."""
    parts = [_section("your policies", plan_lines(plan))]
    parts += [diff_content(each.diff()) for each in plan.changes]
    return Content("\n\n").join(parts)


def installed_words(pack: Installed) -> Content:
    """A pack that is here."""
    return rows_content(installed_rows(pack))


def key_words(key: TrustedKey) -> Content:
    """A key that is trusted."""
    valid = "" if key.is_valid(datetime.now(UTC)) else "not for packs, or not now"
    rows = [
        ("key", key.key.fingerprint),
        ("name", key.name),
        ("packs", f"that it signs may {trust_words(key.name)}"),
        ("line", f"{key.line} of trusted-keys; delete that line to end the trust"),
    ]
    return rows_content([(name, safe_line(value)) for name, value in (*rows, *([("but", valid)] if valid else []))])


def rows_content(rows: Iterable[tuple[str, str]]) -> Content:
    """Names and values below each other."""
    return Content("\n").join(Content.assemble((f"{name:<10} ", _LABEL), value) for name, value in rows)


def _section(title: str, lines: Iterable[str]) -> Content:
    return Content("\n").join([Content.styled(title, _LABEL), *map(Content, lines)])


def _path(words: str) -> Path:
    return Path(words.strip()).expanduser()
