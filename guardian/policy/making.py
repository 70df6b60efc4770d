"""A new policy from its owner's answers, or from a message of the journal: written, read back, and taken in force.

Invariants: nothing that is there is replaced; what is written was read back first; the change stands in the journal
with the owner's reason. Nobody is asked here and nothing is printed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from guardian.errors import PolicyError
from guardian.events import Observer, ignore
from guardian.journal.journal import Journal
from guardian.journal.record import Record
from guardian.message import Channel
from guardian.policy.base import Status
from guardian.policy.drafting import (
    Draft,
    Start,
    create_policy_file,
    draft_text,
    policy_id_from,
    start_from,
    title_from,
)
from guardian.policy.life.in_force import Compare, Reasons
from guardian.policy.life.standing import policies_in_force
from guardian.policy.life.state import read_state
from guardian.policy.load import SUFFIX, PolicySet, load_policies
from guardian.policy.schema_file import refresh_schema
from guardian.reading.reader import Reader
from guardian.settings import Settings
from guardian.verdict import Action


@dataclass(frozen=True, slots=True, repr=False)
class Answers:
    """What the owner answered, or had said by options."""

    why: str
    flag: tuple[str, ...]
    fine: tuple[str, ...]
    action: Action


def start_of(journal: Journal, seq: int, reader: Reader) -> Start:
    """What a record gives to a policy. Raises PolicyError where it gives nothing, JournalError."""
    record = journal.entry(seq).record
    if not isinstance(record, Record):
        raise PolicyError(f"record {seq} can't be read: {record.why}")
    return start_from(seq, record, reader)


def draft_from(
    answers: Answers,
    start: Start | None = None,
    *,
    title: str = "",
    channels: tuple[Channel, ...] = (),
    status: Status = Status.TEST,
) -> Draft:
    """What the policy is to say. `title` and `channels`: where left out, they come from the answers and the start."""
    said_by_owner = start is None or answers.why != start.why
    usual_title = title_from(answers.why) if start is None or said_by_owner else start.title
    return Draft(
        title=title or usual_title,
        why=answers.why,
        since=date.today(),
        channels=channels or (start.channel if start else Channel.INCOMING,),
        action=answers.action,
        status=status,
        prose=answers.why if said_by_owner and answers.flag else "",
        tactics=start.tactics if start is not None else (),
        flag=answers.flag,
        fine=answers.fine,
    )


def make_policy(
    settings: Settings,
    draft: Draft,
    observer: Observer = ignore,
    *,
    compare: Compare | None = None,
    journal: Journal | None = None,
) -> Path:
    """Write the policy and take it in force as its status says; its file, whose name is its id.

    `journal`: one that is open already. Raises PolicyError where the draft can't be a policy, or can't be written.
    """
    before = policies_in_force(settings, observer, compare=compare, journal=journal)
    policy_id = policy_id_from(draft.title, _taken(settings, before.policies))
    path = settings.policies_dir / f"{policy_id}{SUFFIX}"
    create_policy_file(path, draft_text(draft, policy_id))
    refresh_schema(settings.policies_dir)
    reasons = Reasons(policy_id, "amended", draft.why)
    policies_in_force(settings, observer, compare=compare, reasons=reasons, journal=journal)
    return path


def _taken(settings: Settings, policies: PolicySet) -> Collection[str]:
    """Ids that are or were in use, and names of files that are there, broken ones too."""
    files = load_policies(settings.policies_dir).files
    state = read_state(settings.paths.policies_state).state
    known = {*state.versions, *state.pending} if state is not None else set()
    named = {file.path.name.removesuffix(SUFFIX) for file in files}
    return known | named | {policy.id for policy in policies.policies} | {f.policy.id for f in files if f.policy}
