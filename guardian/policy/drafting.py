"""Writes the first text of a policy: from its owner's answers, or from a message of the journal.

Invariants: what is written is read back and says what was asked for, or nothing is written; a file that is there is
never replaced; the text names its schema first, so that an editor can help. What a record does not hold is not made up.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import tomlkit
from tomlkit.items import String, StringType, Table, Trivia

from guardian.errors import PolicyError
from guardian.journal.record import Record
from guardian.journal.reports.past_verdict import past_verdict
from guardian.journal.reports.view import local_time
from guardian.journal.verdict_record import tactics_of
from guardian.message import Channel
from guardian.paths import ensure_private_directory
from guardian.policy.base import Policy, Status
from guardian.policy.effects.recorded import recorded_message
from guardian.policy.load import SUFFIX, parse_policy
from guardian.reading.base import ViewKind
from guardian.reading.reader import Reader
from guardian.safe_text import safe_line
from guardian.tactics import is_known, name_for, say_for
from guardian.verdict import Action

REVIEW_DAYS: Final = 182
"""A new policy is to be looked at again after half a year."""
LONGEST_EXAMPLE_CHARACTERS: Final = 20_000
_LONGEST_TITLE_CHARACTERS: Final = 60
_LONGEST_ID_CHARACTERS: Final = 32
"""Of what is made from a title; an id may have 64, but it is typed often."""
_MOST_TACTICS: Final = 3
"""Of a record, the most telling ones. All of them are asked for at once, so more would find that message alone."""
_SCHEMA_LINE: Final = "#:schema policy.schema.json\n"
_SENTENCE_END: Final = re.compile(r"[.!?;:\n]")


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """What a new policy is to say."""

    title: str
    why: str
    since: date
    channels: tuple[Channel, ...] = (Channel.INCOMING,)
    action: Action = Action.WARN
    status: Status = Status.TEST
    prose: str = ""
    tactics: tuple[str, ...] = ()
    """Ids; a message must show all of them."""
    flag: tuple[str, ...] = ()
    fine: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Start:
    """What a message of the journal gives to a policy."""

    seq: int
    title: str
    why: str
    channel: Channel
    tactics: tuple[str, ...]
    text: str
    """The visible text; empty where none was kept."""


def start_from(seq: int, record: Record, reader: Reader) -> Start:
    """What record `seq` gives. Raises PolicyError where it is no verdict, or has neither a text nor a tactic."""
    try:
        verdict, message = past_verdict(record), recorded_message(record)
    except ValueError:
        raise PolicyError(f"record {seq} is no verdict", hint="guardian journal list '~k verdict' lists them") from None
    found = tactics_of(record) or [each.tactic for each in sorted(verdict.findings, key=lambda each: -each.score)]
    tactics = tuple(dict.fromkeys(filter(is_known, found)))[:_MOST_TACTICS]
    views = reader.read(message).views if message is not None else ()
    text = "\n".join(view.text for view in views if view.kind is ViewKind.VISIBLE).strip()
    if not text and not tactics:
        hint = "begin with an example of your own: guardian policy new"
        raise PolicyError(f"record {seq} has no text and no tactic to start from", hint=hint)
    moment = local_time(record.at_ms)
    day = f" of {moment.date().isoformat()}" if moment is not None else ""
    does = ", ".join(map(say_for, tactics)) or "is a message that I want to be told of"
    names = [name_for(tactic) for tactic in tactics]
    title = ", ".join([*names[:1], *(f"{name[:1].lower()}{name[1:]}" for name in names[1:])]) or f"Like record {seq}"
    return Start(seq, title, f"The message in record {seq}{day} {does}.", Channel(verdict.channel), tactics, text)


def title_from(why: str) -> str:
    """The beginning of an owner's sentence, as a title: at most some 60 characters, whole words."""
    first = next((part.strip() for part in _SENTENCE_END.split(why) if part.strip()), why)
    line = safe_line(first)
    if len(line) <= _LONGEST_TITLE_CHARACTERS:
        return line
    return line[: _LONGEST_TITLE_CHARACTERS + 1].rsplit(" ", 1)[0][:_LONGEST_TITLE_CHARACTERS]


def policy_id_from(title: str, taken: Collection[str]) -> str:
    """A title as an id that is not `taken`."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    if len(words) > _LONGEST_ID_CHARACTERS:
        words = words[: _LONGEST_ID_CHARACTERS + 1].rsplit("-", 1)[0][:_LONGEST_ID_CHARACTERS].strip("-")
    wanted, number = words or "my-policy", 1
    policy_id = wanted
    while policy_id in taken:
        number += 1
        policy_id = f"{wanted}-{number}"
    return policy_id


def draft_text(draft: Draft, policy_id: str) -> str:
    """The text of the policy's file. Raises PolicyError where the draft can't be a policy."""
    draft = replace(
        draft,
        title=_line(draft.title),
        why=_clean(draft.why),
        prose=_clean(draft.prose),
        flag=tuple(map(_example, draft.flag)),
        fine=tuple(map(_example, draft.fine)),
    )
    text = _text(draft, policy_id)
    policy, problems = parse_policy(text, Path(f"{policy_id}{SUFFIX}"))
    if policy is None:
        raise PolicyError(problems[0].message, hint=problems[0].hint)
    if not _says(policy, draft):
        raise PolicyError("what was given can't be written as a policy", hint="leave unusual characters out")
    return text


def create_policy_file(path: Path, text: str) -> None:
    """Write a new file, mode 0600. Raises PolicyError where something of that name is there, or it can't be written."""
    try:
        ensure_private_directory(path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError:
        raise PolicyError(f"{path} is there already, and stays as it is", hint="give another --title") from None
    except OSError as error:
        raise PolicyError(f"{path}: {(error.strerror or type(error).__name__).lower()}") from None
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise PolicyError(f"{path}: {(error.strerror or type(error).__name__).lower()}") from None


def _text(draft: Draft, policy_id: str) -> str:
    document = tomlkit.document()
    document.add(tomlkit.comment("Yours to change: any editor will do; guardian policy edit shows the effect first."))
    document.add("id", tomlkit.item(policy_id).comment("stays what it is: the journal knows the policy by it"))
    document.add("title", tomlkit.item(draft.title))
    document.add("why", tomlkit.item(draft.why))
    document.add("since", tomlkit.item(draft.since))
    review_by = tomlkit.item(draft.since + timedelta(days=REVIEW_DAYS))
    document.add("review_by", review_by.comment("when to look at it again; you are reminded"))
    channels = tomlkit.item([channel.value for channel in draft.channels])
    document.add("channels", channels.comment('"incoming": from people; "ai_output": from assistants'))
    document.add("severity", tomlkit.item("medium").comment("low | medium | high"))
    document.add("action", tomlkit.item(draft.action.value).comment("log | notice | warn | hold"))
    status = "draft | test (notices at most) | active | retired"
    document.add("status", tomlkit.item(draft.status.value).comment(status))
    if draft.prose:
        document.add(tomlkit.nl())
        document.add(
            tomlkit.comment("What to flag and what is fine, in full sentences; it counts as one more example.")
        )
        document.add("prose", _string(draft.prose))
    if draft.tactics:
        document.add("match", _match(draft.tactics))
    examples = tomlkit.aot()
    for number, (text, flag) in enumerate([*((t, True) for t in draft.flag), *((t, False) for t in draft.fine)]):
        examples.append(_example_table(text, is_first=number == 0, flag=flag))
    if len(examples):
        document.add("examples", examples)
    return _SCHEMA_LINE + document.as_string().rstrip() + "\n"


def _match(tactics: Sequence[str]) -> Table:
    table = tomlkit.table()
    table.add(tomlkit.comment("A message that shows all of these is flagged, whether it is like an example or not."))
    table.add("tactics", tomlkit.item(" and ".join(tactics)))
    return table


def _example_table(text: str, *, is_first: bool, flag: bool) -> Table:
    table = tomlkit.table()
    if is_first:
        table.add(tomlkit.comment("Three to five of each kind do well. The best fine ones look alarming and are not."))
    table.add("text", _string(text))
    table.add("flag", tomlkit.item(flag))
    return table


def _string(text: str) -> String:
    """A text as TOML: on lines of its own where it has several and that says the same."""
    if "\n" in text and "'''" not in text and re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text) is None:
        # Written out, since `tomlkit.string` puts the text right behind the quotes; TOML drops the first line end.
        return String(StringType.MLL, text, f"\n{text}", Trivia())
    return tomlkit.string(text)


def _says(policy: Policy, draft: Draft) -> bool:
    examples = [(example.text, example.flag) for example in policy.examples]
    wanted = [*((text, True) for text in draft.flag), *((text, False) for text in draft.fine)]
    tactics = str(policy.match.tactics or "")
    fields = policy.title, policy.why, policy.prose, policy.channels, policy.action, policy.status, tactics, examples
    asked = draft.title, draft.why, draft.prose, draft.channels, draft.action, draft.status, " and ".join(draft.tactics)
    return fields == (*asked, wanted)


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _example(text: str) -> str:
    return _clean(text)[:LONGEST_EXAMPLE_CHARACTERS].rstrip()


def _clean(text: str) -> str:
    """Text that UTF-8 can hold, with plain line ends and no space round it."""
    held = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return held.replace("\r\n", "\n").replace("\r", "\n").strip()
