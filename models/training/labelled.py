"""The labelled set of `make eval`: every text that we may measure on and that training did not read.

Invariants: held-out voices of our own corpus, held-out groups of the shared sources, the sets in `dev/`, and the bank;
a row whose risk is not known is left out; a file's hash stands in the report whether all of its rows are used or not.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from corpus import OwnText, read_corpus, read_lines
from sources import TACTICS, Row, shared_rows

from guardian.message import Channel
from guardian.report.families import family_of
from guardian.report.labelled_files import DataFile, LabelledSet
from guardian.report.rows import LabelledRow

FAMILY_OF_SOURCE = {
    "sms_spam_uci": "scams",
    "spamassassin_a": "scams",
    "robocall_ftc": "scams",
    "persusafety_dialogues": "people",
    "darkpatterns_llm_train": "ai",
    "darkbench_sft": "ai",
    "bipia_email_train": "injection",
    "inthewild_jailbreaks": "injection",
    "jailbreakbench_artifacts": "injection",
}
"""What each shared source is about; its cues for single tactics are too rough to tell the family."""
FAMILY_OF_CATEGORY = {"injection": "injection", "scam": "scams", "manipulation": "people", "ai_manipulation": "ai"}
BANK_NOTE = (
    "No part of the reference bank is held out: its texts set the thresholds, so that false alarms on them are as "
    "designed and not measured."
)


def labelled_set(here: Path, data: Path, held_out: Callable[[Row], bool]) -> tuple[LabelledSet, tuple[str, ...]]:
    """The set, and what must be said about it. `here` is the folder of this file, `data` that of the shared data."""
    own = [text for text in read_corpus(here / "corpus") if text.is_held_out]
    bank = read_corpus(here / "bank")
    unseen = [text for text in bank if text.is_held_out]
    rows = [
        *(_own_row(text, "own") for text in own),
        *(_own_row(text, "bank") for text in unseen or bank),
        *_shared_rows(data / "train", held_out),
        *_dev_rows(data / "dev"),
    ]
    paths = [path for folder in (here / "corpus", here / "bank") for path in sorted(folder.glob("*.jsonl"))]
    paths += [path for folder in (data / "train", data / "dev") for path in sorted(folder.glob("*.jsonl"))]
    files = _files(paths, Counter(row.source for row in rows))
    return LabelledSet(tuple(rows), files), () if unseen else (BANK_NOTE,)


def _own_row(text: OwnText, folder: str) -> LabelledRow:
    return LabelledRow(
        id=text.id,
        text=text.text,
        channel=Channel(text.channel),
        violating=bool(text.label),
        source=f"{folder}:{text.file}",
        family=family_of(text.tactics),
        kind="harmless twin" if text.twin and not text.label else f"ordinary {text.form}",
        language=text.language,
        tactics=text.tactics,
        twin=text.twin or "",
        evidence=text.evidence,
        voice=text.voice,
        context=text.context,
    )


def _shared_rows(folder: Path, held_out: Callable[[Row], bool]) -> Iterator[LabelledRow]:
    for index, row in enumerate(shared_rows(folder)):
        risk = row.labels.get("risk")
        if risk is None or not held_out(row):
            continue
        tactics = tuple(tactic for tactic in TACTICS if row.labels.get(tactic) == 1.0)
        yield LabelledRow(
            id=f"{row.source}-{index}",
            text=row.text,
            channel=Channel(row.channel),
            violating=risk == 1.0,
            source=f"train:{row.source}",
            family=FAMILY_OF_SOURCE.get(row.source, "") if risk == 1.0 else "",
            kind=row.source,
            tactics=tactics,
            twin=row.twin or "",
        )


def _dev_rows(folder: Path) -> Iterator[LabelledRow]:
    for path in sorted(folder.glob("*.jsonl")):
        for raw in read_lines(path):
            violating = raw["label"] == 1
            yield LabelledRow(
                id=str(raw["id"]),
                text=str(raw["text"]),
                channel=Channel(str(raw["channel"])),
                violating=violating,
                source=f"dev:{path.stem}",
                family=FAMILY_OF_CATEGORY.get(str(raw["category"]), "") if violating else "",
                kind=path.stem,
            )


def _files(paths: Iterable[Path], used: Counter[str]) -> tuple[DataFile, ...]:
    result = []
    for path in paths:
        content = path.read_bytes()
        folder = path.parent.name
        source = f"{'own' if folder == 'corpus' else folder}:{path.stem}"
        name = f"{folder}/{path.name}"
        result.append(DataFile(name, hashlib.sha256(content).hexdigest(), len(content), used[source]))
    return tuple(result)
