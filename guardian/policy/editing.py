"""Editing a policy, wherever that is done: its file, the owner's text as if it stood there, and keeping that text.

Invariants: the policy's file is touched by `keep` alone; a text that is no policy of that id can't be kept; what
somebody else made of the file meanwhile is found before it is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guardian.errors import JournalError, PolicyError
from guardian.events import Observer, ignore
from guardian.journal.journal import Journal
from guardian.policy.amend import Wish, amend, give_reason
from guardian.policy.life.amendments import read_amendments
from guardian.policy.life.cooling import this_moment
from guardian.policy.life.in_force import Compare
from guardian.policy.life.standing import InForce, is_borrowed, left_words
from guardian.policy.life.state import read_state
from guardian.policy.load import SUFFIX, LoadedFile, load_policies, parse_policy
from guardian.policy.position import Positions
from guardian.policy.problem import Level, Problem, did_you_mean, quoted
from guardian.policy.source import LARGEST_BYTES, Source, SourceError, read_source
from guardian.safe_text import safe_line
from guardian.settings import Settings


def path_of(policy_id: str, settings: Settings) -> Path:
    """The policy's file, broken or not, or where it was when it was last good. Raises PolicyError for an unknown id."""
    files = load_policies(settings.policies_dir).files
    for file in files:
        if file.policy is not None and file.policy.id == policy_id:
            return file.path
    state = None if is_borrowed(settings) else read_state(settings.paths.policies_state).state
    version = state.versions.get(policy_id) if state is not None else None
    name = version.file if version is not None else f"{policy_id}{SUFFIX}"
    if version is not None or any(file.policy is None and file.path.name == name for file in files):
        return settings.policies_dir / name
    known = [file.policy.id for file in files if file.policy is not None]
    hint = did_you_mean(policy_id, known) or "see guardian policy list"
    raise PolicyError(f"no policy has the id {quoted(policy_id)}", hint=hint)


def text_at(path: Path) -> str:
    """The text of a policy's file. Raises PolicyError where it can't be read as text."""
    try:
        return read_source(path).text
    except SourceError as error:
        raise PolicyError(f"{path} {error.message}", hint=error.hint) from None


def draft_of(text: str, path: Path, policy_id: str) -> LoadedFile:
    """A text as if it stood in the policy's file, and belonged to the owner alone."""
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_BYTES:
        return _refused(path, "too-large", f"is larger than {LARGEST_BYTES // 1024} KiB")
    policy, problems = parse_policy(text, path)
    if policy is not None and policy.id != policy_id:
        place = Positions(text).value(["id"])
        message, hint = f'"id" must stay {policy_id}', "guardian policy new makes another policy"
        problems = [Problem(path, place.line, place.column, Level.ERROR, "other-id", message, hint)]
        policy = None
    return LoadedFile(path, policy, Source(text, 0o600), tuple(problems))


def draft_at(copy: Path, path: Path, policy_id: str) -> LoadedFile:
    """A private copy as if it stood where the policy's file is."""
    try:
        source = read_source(copy)
    except SourceError as error:
        place = error.place
        problem = Problem(path, place.line, place.column, Level.ERROR, error.code, error.message, error.hint)
        return LoadedFile(path, None, None, (problem,))
    return draft_of(source.text, path, policy_id)


def changed_meanwhile(path: Path, base: str, text: str) -> str | None:
    """What somebody else made of the file since it said `base`; None where nobody did, or they wrote `text` too."""
    try:
        now = text_at(path)
    except PolicyError:  # it is gone, or nobody can read it
        now = ""
    return None if now in (base, text) else now


def keep(
    settings: Settings,
    policy_id: str,
    text: str,
    why: str,
    counts: Mapping[str, Any] | None = None,
    observer: Observer = ignore,
    *,
    compare: Compare | None = None,
    journal: Journal | None = None,
    how: str = "",
) -> InForce:
    """Write the text into the policy's file and take it in force, or let it wait.

    `counts` are those of its preview; `how`: as an amendment has it, where it is neither amended nor edited. `journal`:
    one that is open and unlocked already. Raises PolicyError where the text is no policy of that id, or can't be
    written or recorded.
    """
    wish = Wish(policy_id, text, how or ("amended" if why else "edited"), why, counts)
    now = amend(settings, wish, observer, compare=compare, journal=journal)
    if why and journal is not None and policy_id not in now.changed and policy_id not in now.pending:
        _explain(settings, journal, policy_id, text, why)
    return now


def force_words(policy_id: str, now: InForce) -> str:
    """Whether the policy's latest text is in force, or how long it waits, in one safe line."""
    pending = now.pending.get(policy_id)
    if pending is not None:
        left = left_words(pending, now.cooling_hours, this_moment())
        why = safe_line(pending.why_milder) or "it could not be compared with the one in force"
        return f"{policy_id}: the earlier version stays in force for {left} more: {why}"
    if policy_id in now.changed:
        return f"{policy_id}: in force"
    return f"{policy_id}: nothing to take in force, the file says what is in force already"


def _explain(settings: Settings, journal: Journal, policy_id: str, text: str, why: str) -> None:
    """Give the reason where another program saw the new file first, and recorded the change without one."""
    try:
        latest = next(reversed(read_amendments(journal, policy_id)), None)
        if latest is not None and not latest.why and latest.version.text == text:
            give_reason(settings, journal, latest, why)
    except JournalError as error:
        raise PolicyError(
            f"it is in force, but its reason could not be recorded: {error.what}", hint=error.hint
        ) from None


def _refused(path: Path, code: str, message: str) -> LoadedFile:
    return LoadedFile(path, None, None, (Problem(path, 1, 1, Level.ERROR, code, message),))
