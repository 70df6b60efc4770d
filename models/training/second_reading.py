"""The second reader: texts without their labels go out, labels come back, agreement is measured.

`second_reading.py out FOLDER` writes numbered batches of shuffled texts; a reader answers each with a line
`NUMBER LABEL tactic,tactic`. `second_reading.py in FOLDER` reads the answers and keeps them in
`corpus/second-reading.tsv`; what was disagreed on goes to `corpus/dropped.txt`, agreement to `corpus/agreement.json`.

Invariants: a batch never shows label, tactics, evidence, twin, voice or note; agreement is Cohen's kappa (Educational
and Psychological Measurement 20, 1960); a pair of which the second reader saw the two texts the other way round, or saw
no difference, is dropped, for a label that two readers do not share teaches nothing.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

from corpus import OwnText, read_corpus
from giveaways import pairs_of
from sources import GROUP_OF, GROUPS, TACTICS

SEED = 11
BATCH = 900
HERE = Path(__file__).resolve().parent / "corpus"
Answer = tuple[int, tuple[str, ...]]


def write_batches(texts: Sequence[OwnText], folder: Path) -> None:
    """Batches of shuffled texts, and the key that says which number is which."""
    folder.mkdir(parents=True, exist_ok=True)
    order = list(texts)
    random.Random(SEED).shuffle(order)
    key_path = folder / "key.json"
    key: dict[str, str] = json.loads(key_path.read_text(encoding="utf-8")) if key_path.exists() else {}
    sent = set(key.values())
    order = [text for text in order if text.id not in sent]
    first = len(list(folder.glob("batch-*.txt"))) + 1
    for number, start in enumerate(range(0, len(order), BATCH), start=first):
        lines = []
        for place, text in enumerate(order[start : start + BATCH], start=1):
            name = f"{number}.{place}"
            key[name] = text.id
            before = "".join(f"[earlier] {turn}\n" for turn in text.context)
            lines.append(f"### {name} ({text.channel}, {text.form})\n{before}{text.text}\n")
        (folder / f"batch-{number}.txt").write_text("\n".join(lines), encoding="utf-8")
    key_path.write_text(json.dumps(key), encoding="utf-8")


def read_answers(folder: Path) -> dict[str, Answer]:
    """Answers by the text's id. Raises ValueError with file and line for an answer that cannot be read."""
    key: dict[str, str] = json.loads((folder / "key.json").read_text(encoding="utf-8"))
    answers: dict[str, Answer] = {}
    for path in sorted(folder.glob("answers-*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            parts = line.split()
            if not parts:
                continue
            if parts[0] not in key or len(parts) < 2 or parts[1] not in ("0", "1"):
                raise ValueError(f"{path.name}:{number}: cannot read {line!r}")
            named = parts[2].split(",") if len(parts) > 2 else []
            answers[key[parts[0]]] = (int(parts[1]), tuple(tactic for tactic in named if tactic in TACTICS))
    return answers


def kappa(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Cohen's kappa of two readers."""
    total = len(first)
    same = sum(a == b for a, b in zip(first, second, strict=True)) / total
    yes, also_yes = sum(first) / total, sum(second) / total
    chance = yes * also_yes + (1 - yes) * (1 - also_yes)
    return (same - chance) / (1 - chance) if chance < 1 else 1.0


def agreement(texts: Sequence[OwnText], answers: dict[str, Answer]) -> dict[str, object]:
    """Kappa of the label, of each tactic and of each group, over all texts that both readers read."""
    read = [text for text in texts if text.id in answers]
    labels = kappa([text.label == 1 for text in read], [answers[text.id][0] == 1 for text in read])
    by_tactic, by_group = {}, {}
    for tactic in TACTICS:
        mine, theirs = ([tactic in t.tactics for t in read], [tactic in answers[t.id][1] for t in read])
        by_tactic[tactic] = {"kappa": round(kappa(mine, theirs), 3), "first": sum(mine), "second": sum(theirs)}
    for group in GROUPS:
        mine = [any(GROUP_OF[tactic] == group for tactic in text.tactics) for text in read]
        theirs = [any(GROUP_OF[tactic] == group for tactic in answers[text.id][1]) for text in read]
        by_group[group] = round(kappa(mine, theirs), 3)
    return {"texts": len(read), "label": round(labels, 3), "tactics": by_tactic, "groups": by_group}


def disagreed(texts: Sequence[OwnText], answers: dict[str, Answer]) -> dict[str, str]:
    """Pairs (or texts of no pair) that the second reader labelled otherwise, with what they said."""
    found: dict[str, str] = {}
    in_pairs: set[str] = set()
    for violating, harmless in pairs_of(texts):
        in_pairs |= {violating.id, harmless.id}
        if violating.id in answers and harmless.id in answers:
            said = (answers[violating.id][0], answers[harmless.id][0])
            if said != (1, 0):
                found[str(violating.twin)] = f"second reader: violating {said[0]}, harmless {said[1]}"
    for text in texts:
        if text.id not in in_pairs and text.id in answers and answers[text.id][0] != text.label:
            found[text.id] = f"second reader: {answers[text.id][0]} for {text.label}"
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Send texts to a second reader, and measure the agreement.")
    parser.add_argument("direction", choices=["out", "in"])
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.direction == "out":
        write_batches([text for text in read_corpus(HERE) if text.twin and text.language == "en"], options.folder)
        return
    answers = read_answers(options.folder)  # first: an answer that cannot be read must not cost the list of the dropped
    dropped = HERE / "dropped.txt"
    dropped.unlink(missing_ok=True)
    texts = read_corpus(HERE)
    lines = sorted(f"{name}\t{label}\t{','.join(tactics)}" for name, (label, tactics) in answers.items())
    (HERE / "second-reading.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = agreement(texts, answers)
    (HERE / "agreement.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    lost = disagreed(texts, answers)
    head = "# Pairs on which two readers did not agree; read by nobody. Written by second_reading.py.\n"
    dropped.write_text(head + "".join(f"{name}  {said}\n" for name, said in sorted(lost.items())), encoding="utf-8")
    print(f"{table['texts']} texts read twice, kappa {table['label']}, {len(lost)} pairs or texts dropped")


if __name__ == "__main__":
    main()
