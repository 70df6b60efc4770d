"""`make eval`: the report card of what ships, beside simpler systems, on everything that training did not read.

Invariants: the product is measured as it ships, through its one gate; rivals see the same rows in the same run; writes
`report.json`, `report.html` and `report.md` (the part of the model card) under `.train/`, and nothing that ships
unless `--card` names it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labelled import labelled_set
from own_policies import measure_own_policies
from rivals import ask_product, bag_of_words, plain_fine_tune, version_before

from guardian.report.canonical import canonical_json
from guardian.report.card import Extras, Rival, make_report
from guardian.report.labelled_files import LabelledSet
from guardian.report.page import report_page
from guardian.report.words import report_markdown, report_words

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
_BLOCK = re.compile(r"(?<=<!-- report -->\n).*?(?=<!-- /report -->)", re.DOTALL)


def main() -> None:
    """Command line of `make eval`."""
    parser = argparse.ArgumentParser(description="Measure the shipped product beside simpler systems.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=ROOT / ".train")
    parser.add_argument("--plain", type=Path, default=ROOT / ".train" / "plain.pt", help="checkpoint of the fine-tune")
    parser.add_argument("--before", type=Path, help="folder with another model and its manifest")
    parser.add_argument("--card", type=Path, help="model card whose marked part is to be written again")
    options = parser.parse_args()
    from train import held_out  # loads torch, which a product measured in a process of its own must not

    labelled, notes = labelled_set(HERE, options.data, held_out)
    _say(f"{len(labelled.rows):,} rows; the product ...")
    asked = ask_product(labelled.rows)
    rivals, missing = _rivals(labelled, options)
    _say("custom policies ...")
    extras = Extras(rivals, _seeds(), measure_own_policies(HERE, ROOT / "models"), (*notes, *missing))
    report = make_report(labelled, asked, extras)
    _write(report, options.out, options.card)
    print(report_words(report), end="")


def _rivals(labelled: LabelledSet, options: argparse.Namespace) -> tuple[tuple[Rival, ...], tuple[str, ...]]:
    """The rivals that can run, and a sentence about each that can't."""
    from corpus import own_rows
    from sources import shared_rows
    from train import held_out

    _say("bag of words ...")
    trained = [row for row in shared_rows(options.data / "train") if not held_out(row)]
    rivals = [bag_of_words(trained + own_rows(HERE / "corpus", held_out=False), labelled.rows)]
    _say("plain fine-tune ...")
    tried = [plain_fine_tune(options.plain, labelled.rows)]
    if options.before is not None:
        _say("the version before ...")
        tried.append(version_before(options.before, labelled.rows))
    rivals += [rival for rival, _ in tried if rival is not None]
    return tuple(rivals), tuple(why for _, why in tried if why)


def _seeds() -> dict[str, int]:
    import policy_benchmark
    from train import SEED

    return {"training": SEED, "custom policies": policy_benchmark.SEED}


def _write(report: Mapping[str, Any], out: Path, card: Path | None) -> None:
    out.mkdir(parents=True, exist_ok=True)
    block = report_markdown(report, level=3)
    (out / "report.json").write_text(canonical_json(report), encoding="utf-8")
    (out / "report.html").write_text(report_page(report), encoding="utf-8")
    (out / "report.md").write_text(block, encoding="utf-8")
    if card is not None:
        text, found = _BLOCK.subn(lambda _: block, card.read_text(encoding="utf-8"))
        if found != 1:
            raise SystemExit(f"{card} has no part between <!-- report --> and <!-- /report -->")
        card.write_text(text, encoding="utf-8")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
