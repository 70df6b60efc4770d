"""What the owner does with an alert, at the desk: each thing through the core function that the command uses.

Invariants: nothing here touches a widget; each answer says in words what was done, and how it is undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from guardian.errors import CellError, JournalError
from guardian.safe_text import safe_line
from guardian.tactics import is_known, name_for

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.journal.feedback import Says
    from guardian.journal.marks import Marked
    from guardian.policy.base import Policy
    from guardian.policy.drafting import Start
    from guardian.policy.life.in_force import Compare
    from guardian.settings import Settings
    from tui.bridge import Bridge
    from tui.records import Records
    from tui.screens.alert_sheets import MuteScope, MuteWish, PolicyWish


@dataclass(frozen=True, slots=True)
class House:
    """What the work needs of the app."""

    settings: Settings
    records: Records
    bridge: Bridge


def say(house: House, seq: int, says: Says) -> str:
    """The owner's word. Raises UsageError, JournalError."""
    from guardian.journal import speaking
    from guardian.journal.feedback import Says

    with house.records.journal() as journal:
        spoken = speaking.say(journal, house.settings.paths, seq, says, None)
    house.records.look_now()
    before = spoken.before.says.value if spoken.before is not None else ""
    if says is Says.WITHDRAWN:
        return f"your word is taken back; it was: {before}"
    was = f" (before: {before})" if before and before != says.value else ""
    return f"you said {says.value}{was if spoken.is_new else ' already'}; z takes it back"


def mark(house: House, seq: int, marked: Marked, note: str | None) -> str:
    """The owner's mark, or note. Raises UsageError, JournalError."""
    from guardian.journal import speaking
    from guardian.journal.marks import Marked

    with house.records.journal() as journal:
        marking = speaking.mark(journal, seq, marked, note)
    house.records.look_now()
    if note is not None:
        return "your note is kept; N changes it" if note else "there is no note any more"
    if marked is Marked.NONE:
        return "the mark is taken away"
    key = "*" if marked is Marked.KEPT else "d"
    return f"marked as {marking.now.mark.value}; {key} again takes the mark away"


def mute_scopes(house: House, alert: Alert) -> list[MuteScope]:
    """What of the policies that matched can be muted, the smallest first. Raises PolicyError."""
    from guardian.policy.load import load_policies
    from guardian.policy.senders import address_of, check_sender_pattern

    sender = ""
    for each in alert.senders:
        try:
            sender = check_sender_pattern(address_of(each))
            break
        except ValueError:
            continue
    known = {policy.id: policy for policy in load_policies(house.settings.policies_dir).policies}
    matched = [policy for each in alert.policies if (policy := known.get(each)) is not None]
    return [scope for policy in matched for scope in _scopes(policy, alert, sender, is_only=len(matched) == 1)]


def _scopes(policy: Policy, alert: Alert, sender: str, *, is_only: bool) -> list[MuteScope]:
    from guardian.policy.scope_problems import can_mute
    from tui.screens.alert_sheets import MuteScope

    title, who = safe_line(policy.title, 60), safe_line(sender, 60)
    of = "" if is_only else f" ({title})"
    tactics = [tactic for tactic in alert.tactics if is_known(tactic) and can_mute(policy, tactic)]
    scopes: list[MuteScope] = []
    if sender:
        scopes += [MuteScope(policy.id, each, sender, f"{name_for(each)}, from {who}{of}") for each in tactics]
        scopes.append(MuteScope(policy.id, "", sender, f"anything from {who}{of}"))
    scopes += [MuteScope(policy.id, each, "", f"{name_for(each)}, from anybody{of}") for each in tactics]
    return [*scopes, MuteScope(policy.id, "", "", f"the whole policy: {title}")]


def mute(house: House, wish: MuteWish) -> str:
    """Write the mute. Raises UsageError, PolicyError, JournalError."""
    from guardian.policy.life.cooling import this_moment
    from guardian.policy.life.standing import left_words
    from guardian.policy.muting import asked_mute, mute_policy

    scope = wish.scope
    asked = asked_mute(scope.tactic, scope.sender, wish.days, wish.why, date.today())
    with ExitStack() as stack:
        journal = None
        with suppress(JournalError):  # where it is locked the change is recorded later
            journal = stack.enter_context(house.records.journal())
        muted = mute_policy(house.settings, scope.policy, asked, compare=_compare(house), journal=journal)
    pending = muted.now.pending.get(scope.policy)
    if pending is not None:
        left = left_words(pending, muted.now.cooling_hours, this_moment())
        return f"{scope.words}: the mute is written, and waits for {left}, as you wanted of milder policies"
    undo = f"guardian policy unmute {scope.policy} ends it"
    return f"muted until {asked.until.isoformat()}: {scope.words}; it is still recorded; {undo}"


def policy_start(house: House, seq: int) -> Start:
    """What the record gives to a new policy. Raises PolicyError, JournalError."""
    from guardian.policy.making import start_of

    with house.records.journal() as journal:
        return start_of(journal, seq, house.bridge.reader)


def make_policy(house: House, start: Start, wish: PolicyWish) -> str:
    """Write the policy. Returns its id. Raises PolicyError, JournalError."""
    from guardian.policy.load import SUFFIX
    from guardian.policy.making import Answers, draft_from
    from guardian.policy.making import make_policy as make

    flag: Sequence[str] = (start.text,) if start.text else ()
    answers = Answers(wish.why, tuple(flag), (wish.fine,) if wish.fine else (), wish.action)
    with house.records.journal() as journal:
        path = make(house.settings, draft_from(answers, start), compare=_compare(house), journal=journal)
    house.records.look_now()
    return path.name.removesuffix(SUFFIX)


def _compare(house: House) -> Compare | None:
    """The running gate's comparison of policies; without a gate a change that has to be compared waits."""
    try:
        return house.bridge.assembled.compare
    except CellError:
        return None
