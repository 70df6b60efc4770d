"""Taking a change of a policy in force at its owner's word, with a reason, and going back to an earlier version.

Invariants: a file is replaced whole, mode 0600, and only by a text that loads as the policy that it is for; what is
recorded is what took force; where a cooling-off is in force a milder version waits like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from guardian import __version__
from guardian.errors import PolicyError
from guardian.events import Observer, ignore
from guardian.journal.journal import Journal
from guardian.journal.opening import now_ms
from guardian.journal.record import Spoke
from guardian.owner_files import replace_file
from guardian.paths import ensure_private_directory
from guardian.policy.life.amendments import ASKED_FOR, Amendment, read_amendments, reason_body, records_of
from guardian.policy.life.in_force import Compare, Reasons
from guardian.policy.life.standing import InForce, is_borrowed, mark_explained, policies_in_force
from guardian.policy.load import SUFFIX, LoadedFile, load_policies, parse_policy
from guardian.settings import Settings


@dataclass(frozen=True, slots=True)
class Wish:
    """What an owner wants of one policy."""

    policy: str
    text: str | None = None
    """The new text of its file; None where the file says it already."""
    how: str = "amended"
    why: str = ""
    preview: Mapping[str, Any] | None = None
    """Counts of what it would change, as `guardian.policy.effects.preview` gives them."""


def amend(
    settings: Settings,
    wish: Wish,
    observer: Observer = ignore,
    *,
    compare: Compare | None = None,
    journal: Journal | None = None,
) -> InForce:
    """Write the file where there is a new text, and take the change in force, or let it wait.

    `journal`: one that is open and unlocked already. Raises PolicyError where the text is no policy of that id, or
    can't be written or recorded.
    """
    if is_borrowed(settings):
        raise PolicyError("a folder named with --policies has no amendments", hint="leave --policies out")
    if wish.text is not None:
        before = policies_in_force(settings, observer, compare=compare, journal=journal)
        path = _file_for(settings, before, wish.policy)
        _check(wish.text, wish.policy, path)
        write_policy_file(path, wish.text)
    reasons = Reasons(wish.policy, wish.how, wish.why, wish.preview)
    return policies_in_force(settings, observer, compare=compare, reasons=reasons, journal=journal)


def give_reason(settings: Settings, journal: Journal, amendment: Amendment, why: str) -> None:
    """Record why an earlier change was made. Raises JournalError, PolicyError."""
    body = reason_body(amendment.policy, amendment.n, why)
    journal.append_all(records_of([body], now_ms(), Spoke(program=__version__)))
    mark_explained(settings, journal, amendment.policy)


def without_reason(journal: Journal) -> list[Amendment]:
    """The changes whose reason was never given, oldest first: edits straight in a file. Raises JournalError."""
    return [each for each in read_amendments(journal) if not each.why and each.how in ASKED_FOR]


def version_of(journal: Journal, policy: str, n: int) -> Amendment:
    """One earlier version. Raises PolicyError where there is none, or it was a deletion."""
    found = read_amendments(journal, policy)
    for each in found:
        if each.n == n:
            if not each.version.text:
                raise PolicyError(f"version {n} of {policy} is its deletion", hint=f"delete {each.version.file}")
            return each
    known = f"it has {found[0].n} to {found[-1].n}" if found else "see guardian policy list"
    raise PolicyError(f"{policy} has no version {n}", hint=known)


def write_policy_file(path: Path, text: str) -> None:
    """Replace a policy's file, whole. A link keeps being one: its target is replaced. Raises PolicyError."""
    try:
        target = path.resolve() if path.is_symlink() else path
        ensure_private_directory(target.parent)
        replace_file(target, [text.encode()])
    except (OSError, RuntimeError) as error:  # the latter for links that lead round in a circle
        reason = getattr(error, "strerror", None) or "its links lead nowhere"
        raise PolicyError(f"{path}: {reason.lower()}") from None


def _file_for(settings: Settings, before: InForce, policy: str) -> Path:
    """Where the policy's file is, or is to be: never in the place of a file that holds something else."""
    known = (file.path for file in before.policies.files if file.policy is not None and file.policy.id == policy)
    path = next(known, settings.policies_dir / f"{policy}{SUFFIX}")
    others = {file.path for file in load_policies(settings.policies_dir).files if _is_of_another(file, policy, before)}
    names = (f"{policy}-{number}{SUFFIX}" for number in count(2))
    while path in others:
        path = settings.policies_dir / next(names)
    return path


def _is_of_another(file: LoadedFile, policy: str, before: InForce) -> bool:
    """Whether a file on disk holds another policy, or something broken that is not this one's by version or by name."""
    if file.policy is not None:
        return file.policy.id != policy
    ids = [each.policy.id for each in before.policies.files if each.path == file.path and each.policy is not None]
    return policy not in ids if ids else file.path.name != f"{policy}{SUFFIX}"


def _check(text: str, policy: str, path: Path) -> None:
    parsed, problems = parse_policy(text, path)
    if parsed is None:
        raise PolicyError(problems[0].to_line(), hint=f"{len(problems)} problems in all" if len(problems) > 1 else "")
    if parsed.id != policy:
        raise PolicyError(f"the text is of another policy, {parsed.id}", hint="an id stays what it is")
