"""Alerts put together by whom they are from, or by what they say (`guardian.alerts.kinship` says what counts as same).

Invariants: pure; every alert is in exactly one group; a group is as bad as the worst of it, and stands where its newest
alert would; no title holds words of a message but its sender's name and the message's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guardian.alerts.alert import Alert
from guardian.policy.senders import address_of
from guardian.verdict import Outcome

WORST_FIRST: Final = (Outcome.FLAGGED, Outcome.UNSCREENED, Outcome.UNSURE, Outcome.NOTICE, Outcome.CLEAN)
"""What was not judged is worse than what was judged and found harmless."""
_BADNESS: Final[Mapping[Outcome, int]] = MappingProxyType({each: -place for place, each in enumerate(WORST_FIRST)})


class Grouping(StrEnum):
    """What holds a group together."""

    CONVERSATION = "conversation"
    """One sender on one channel."""
    CAMPAIGN = "campaign"
    """The same words, from whoever."""


@dataclass(frozen=True, slots=True, repr=False)
class Group:
    """Alerts that belong together; never none."""

    key: int
    """The same as long as the group has an alert."""
    title: str
    """Whom they are from, or what they do. Safe, one line."""
    alerts: tuple[Alert, ...]
    """Newest first."""
    worst: Outcome
    senders: int
    """How many different ones are named."""
    unkept: int = 0
    """Of a campaign: alerts whose text was not kept. Of those, only copies that are the same to the byte are here."""

    @property
    def newest_ms(self) -> int:
        """When the newest came, in milliseconds since 1970."""
        return self.alerts[0].at_ms

    @property
    def count(self) -> int:
        """How many alerts."""
        return len(self.alerts)

    @property
    def lost(self) -> str:
        """What can't be known of the group, in words; empty where nothing is lost."""
        if not self.unkept:
            return ""
        whose = "the text was not kept" if self.unkept == self.count else f"the text of {self.unkept} was not kept"
        return f"{whose}: only exact copies are found"


def group(alerts: Iterable[Alert], by: Grouping) -> list[Group]:
    """The groups, the one with the newest alert first. The alerts may come in any order."""
    members: defaultdict[int, list[Alert]] = defaultdict(list)
    for alert in alerts:
        members[alert.conversation if by is Grouping.CONVERSATION else alert.campaign].append(alert)
    groups = [_group(key, found, by) for key, found in members.items()]
    return sorted(groups, key=lambda each: _age(each.alerts[0]), reverse=True)


def _group(key: int, found: list[Alert], by: Grouping) -> Group:
    found.sort(key=_age, reverse=True)
    is_campaign = by is Grouping.CAMPAIGN
    return Group(
        key=key,
        title=_campaign_title(found) if is_campaign else _conversation_title(found),
        alerts=tuple(found),
        worst=max((alert.outcome for alert in found), key=_BADNESS.__getitem__),
        senders=len({address_of(alert.sender) for alert in found if alert.sender}),
        unkept=sum(not alert.is_text_kept for alert in found) if is_campaign else 0,
    )


def _age(alert: Alert) -> tuple[int, int]:
    """Of two at the same moment the later number is newer; what nobody recorded counts down from -1."""
    return alert.at_ms, abs(alert.key)


def _conversation_title(found: list[Alert]) -> str:
    """The newest name that the sender gave."""
    newest = found[0]
    return newest.sender or f"{newest.name or newest.channel} (no sender named)"


def _campaign_title(found: list[Alert]) -> str:
    """What it does, by the worst of them: what it says is nobody's title."""
    worst = max(found, key=lambda alert: (_BADNESS[alert.outcome], _age(alert)))
    return worst.reason or worst.name or worst.outcome.value
