"""The owner's policies in force, and their changes on their way into the journal: the one way in for every program.

Invariants: what a folder of policies that was named for one run (`--policies`) holds is taken as it is; the owner's own
folder is settled by `in_force`. A state that was lost, or written by somebody without the journal's key while a
cooling-off was in force, is made again from the journal. Nothing here asks for a passphrase: while the journal is
locked a cooling-off goes on, and no state is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from guardian import __version__
from guardian.errors import JournalError, PolicyError
from guardian.events import Observer, PolicyProblem, ignore
from guardian.journal.journal import Journal
from guardian.journal.notes import AMENDED, COOLING, noted
from guardian.journal.opening import open_journal
from guardian.journal.record import Spoke
from guardian.journal.seal import derived
from guardian.policy.base import Policy
from guardian.policy.life.amendments import HOW_COOLING, records_of, versions_in
from guardian.policy.life.cooling import HOUR_MS, Moment, Wait, this_moment
from guardian.policy.life.in_force import Compare, Reasons, Settled, settle
from guardian.policy.life.state import Pending, State, StateIoError, Stored, locked, read_state, write_state
from guardian.policy.load import PolicySet, load_policies
from guardian.policy.starter import install_starter_policies
from guardian.settings import OriginKind, Settings

_SEAL_PURPOSE: Final = b"guardian/policies-in-force/v1"
_WORTH_WRITING_MS: Final = 600_000
"""Progress of a wait that is worth a write: what is lost of it at a restart of the machine."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The policies in force, and what waits to take their place."""

    policies: PolicySet
    pending: Mapping[str, Pending] = field(default_factory=dict)
    cooling_hours: int = 0
    changed: tuple[str, ...] = ()
    """Ids of the policies that this call found changed."""


def policies_in_force(
    settings: Settings,
    observer: Observer = ignore,
    *,
    compare: Compare | None = None,
    reasons: Reasons | None = None,
    journal: Journal | None = None,
    now: Moment | None = None,
) -> InForce:
    """The owner's policies in force now; starter policies are put into the owner's own folder first, once.

    Without `compare` nothing can be told to be milder, so while a cooling-off is in force every change waits.
    `journal`: one that is open already. Raises PolicyError where the folder or the state can't be read or written.
    """
    if settings.policies_dir == settings.paths.policies:
        install_starter_policies(settings.paths.shipped_policies, settings.paths.policies)
    if is_borrowed(settings):
        return InForce(load_policies(settings.policies_dir))
    now = now or this_moment()
    path = settings.paths.policies_state
    with _locked_if_possible(path, observer, must_be=reasons is not None) as may_write:
        stored = read_state(path)
        if stored.is_damaged:
            observer(PolicyProblem(f"{path} is damaged; what is in force is read from the journal or the files again"))
        wanted = settings.policies.cooling_off_hours
        is_guarded = bool(wanted or _noted_hours(settings) or (stored.state and stored.state.cooling_hours))
        needs_journal = is_guarded or stored.state is None or reasons is not None
        with _unlocked(settings, journal, needed=needs_journal, begin=reasons is not None) as journal:
            key = seal_key(journal) if journal is not None else None
            before = _trusted(stored, journal, key, now, is_guarded=is_guarded)
            settled = settle(
                settings.policies_dir,
                before,
                now,
                hours_wanted=wanted,
                compare=compare or _cannot_tell,
                reasons=reasons,
            )
            if may_write:
                _keep(settings, settled, stored.state, journal, key, is_guarded=is_guarded)
    changed = tuple(str(body["policy"]) for body in settled.bodies if body["policy"] and "after" in body)
    return InForce(settled.policies, settled.state.pending, settled.state.cooling_hours, changed)


def is_borrowed(settings: Settings) -> bool:
    """Whether the policies are those of a folder that was named for this run alone."""
    return settings.origins["policies_dir"].kind is OriginKind.FLAG


def record_amendments(settings: Settings, journal: Journal) -> int:
    """Put amendments that are not in the journal yet into it; how many. Raises JournalError, PolicyError."""
    path = settings.paths.policies_state
    if is_borrowed(settings) or not path.exists():
        return 0
    with locked(path):
        stored = read_state(path)
        if stored.state is None or not stored.state.unrecorded:
            return 0
        state = _recorded(stored.state, journal)
        write_state(path, state, seal_key(journal))
        return len(stored.state.unrecorded)


def unexplained(settings: Settings) -> Mapping[str, int]:
    """Policies that were changed without a reason, with the version that lacks it. Raises PolicyError."""
    if is_borrowed(settings):
        return {}
    state = read_state(settings.paths.policies_state).state
    return state.unexplained if state is not None else {}


def mark_explained(settings: Settings, journal: Journal, policy: str) -> None:
    """The reason of a policy's latest change was given. Raises PolicyError."""
    path = settings.paths.policies_state
    with locked(path):
        stored = read_state(path)
        if stored.state is not None and policy in stored.state.unexplained:
            left = {name: n for name, n in stored.state.unexplained.items() if name != policy}
            write_state(path, replace(stored.state, unexplained=left), seal_key(journal))


def seal_key(journal: Journal) -> bytes:
    """The key that the state is sealed with while a cooling-off is in force. Raises JournalLockedError."""
    return derived(journal.keys.seed, journal.id, _SEAL_PURPOSE).reveal()


def left_words(pending: Pending, hours: int, now: Moment) -> str:
    """How long a change still waits, in words."""
    left_h = -(-pending.wait.seen(now).left_ms(hours) // HOUR_MS)
    return "less than an hour" if left_h <= 1 else f"{left_h} hours"


@contextmanager
def _locked_if_possible(path: Path, observer: Observer, *, must_be: bool) -> Iterator[bool]:
    """The state's lock, and whether the state can be written: a disk that can't be written keeps nobody from judging.

    Raises StateIoError where it `must_be`.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(path))
        except StateIoError as error:
            if must_be:
                raise
            observer(PolicyProblem(f"{error.line()}; changes of your policies are not recorded meanwhile"))
            yield False
            return
        yield True


def _cannot_tell(_before: Policy | None, _after: Policy | None) -> str | None:
    return None


@contextmanager
def _unlocked(settings: Settings, journal: Journal | None, *, needed: bool, begin: bool) -> Iterator[Journal | None]:
    """The journal with its key, where it is needed and can be had without asking anybody."""
    if journal is not None or not needed or not (begin or settings.paths.journal_file.exists()):
        yield journal
        return
    try:
        context = open_journal(settings, begin=begin)
        opened = context.__enter__()
    except JournalError:  # locked, or in trouble: doctor and the next verdict say so
        yield None
        return
    try:
        yield opened
    finally:
        context.__exit__(None, None, None)


def _noted_hours(settings: Settings) -> int:
    """The cooling-off that the journal notes, which can be read without the key."""
    if not settings.paths.journal_file.exists():
        return 0
    with suppress(JournalError), open_journal(settings, unlock=False) as journal:
        return noted(journal.store, COOLING)
    return 0


def _trusted(
    stored: Stored, journal: Journal | None, key: bytes | None, now: Moment, *, is_guarded: bool
) -> State | None:
    """The state that counts: the stored one, or one made again from the journal's amendments."""
    if journal is None or key is None:
        return stored.state
    if stored.state is not None:
        is_latest = stored.state.checked_seq >= noted(journal.store, AMENDED)
        if not is_guarded or (is_latest and stored.is_sealed_under(key)):
            return stored.state
    versions, recorded_hours = versions_in(journal)
    hours = max(recorded_hours or 0, noted(journal.store, COOLING))  # the record may have been forgotten since
    checked_seq = noted(journal.store, AMENDED)
    if stored.state is not None and not hours:
        return stored.state  # no cooling-off was ever in force, so there is no seal to miss
    return State(versions=versions, cooling_hours=hours, checked_seq=checked_seq) if versions else stored.state


def _keep(
    settings: Settings,
    settled: Settled,
    before: State | None,
    journal: Journal | None,
    key: bytes | None,
    *,
    is_guarded: bool,
) -> None:
    state = settled.state
    if journal is not None and state.unrecorded:
        state = _recorded(state, journal)
    if is_guarded and key is None:
        return
    if before is None or _is_worth_writing(before, state):
        write_state(settings.paths.policies_state, state, key if state.cooling_hours else None)


def _recorded(state: State, journal: Journal) -> State:
    hours = [int(body["hours"]) for body in state.unrecorded if body["how"] == HOW_COOLING]
    spoke = Spoke(program=__version__)

    def note(first: int) -> None:
        journal.store.set_meta(AMENDED, str(first + len(state.unrecorded) - 1).encode())
        if hours:
            journal.store.set_meta(COOLING, str(hours[-1]).encode())

    try:
        placed = journal.append_all(records_of(state.unrecorded, this_moment().wall_ms, spoke), note)
    except JournalError as error:
        raise PolicyError(f"the change could not be recorded: {error.what}", hint=error.hint) from None
    return replace(state, unrecorded=(), checked_seq=placed[-1].seq)


def _is_worth_writing(before: State, after: State) -> bool:
    """Whether anything changed but the progress of waits, or that by much."""
    still = Wait(0, "", 0)

    def without_waits(state: State) -> State:
        pending = {name: replace(each, wait=still) for name, each in state.pending.items()}
        fewer = (state.fewer_hours[0], still) if state.fewer_hours else None
        return replace(state, pending=pending, fewer_hours=fewer)

    if without_waits(before) != without_waits(after):
        return True
    waits = [(before.pending[name].wait, each.wait) for name, each in after.pending.items()]
    if before.fewer_hours and after.fewer_hours:
        waits.append((before.fewer_hours[1], after.fewer_hours[1]))
    return any(new.waited_ms - old.waited_ms >= _WORTH_WRITING_MS or new.boot != old.boot for old, new in waits)
