"""Compares training choices on voices and sources that the runs did not read; `make compare` runs this.

Invariant: a run is measured on held-out voices of our own corpus, and on whole sources that it did not read
(`FOLDS`); never on the held-out rows of a source that it learnt from.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
from corpus import own_rows, read_corpus
from giveaways import area
from network import GuardianNet, predict
from numpy.typing import NDArray
from recipe import FOLDS, PLAIN, SHIPPED, Recipe, variants
from sources import Row, nothing, shared_rows
from train import choose_labels, held_out, train, training_rows

Array = NDArray[np.float64]
FAMILIES = {
    "people": ("pressure", "feelings", "reality", "cutting_off"),
    "scams": ("bait", "the_ask"),
    "AI": ("ai_to_human",),
    "injection": ("to_ai",),
}
"""Families of the report: groups of tactics."""


def family_of(row: Row) -> str:
    """The family of a violating row; the later families first, for a scam uses pressure too."""
    for family in ("injection", "AI", "scams", "people"):
        if any(row.labels.get(group) == 1.0 for group in FAMILIES[family]):
            return family
    return "people"


def scores(net: GuardianNet, rows: list[Row]) -> Array:
    """`risk` of each row's first 1,000 characters or last, whichever is higher."""
    risk = predict(net, [row.text[:1000] for row in rows], in_bfloat16=True)[0][:, 0].numpy().astype(np.float64)
    long = [place for place, row in enumerate(rows) if len(row.text) > 1000]
    if long:
        tails = predict(net, [rows[place].text[-1000:] for place in long], in_bfloat16=True)[0][:, 0].numpy()
        risk[long] = np.maximum(risk[long], tails)
    return risk


def measure(net: GuardianNet, tests: list[Row], unseen: list[Row], ordinary: list[Row]) -> dict[str, float]:
    """Recall at 1 % false alarms by family and by unseen source, twins accuracy, false alarms by kind."""
    risk, unseen_risk, ordinary_risk = scores(net, tests), scores(net, unseen), scores(net, ordinary)
    harmless = np.array([row.labels["risk"] == 0.0 for row in tests])
    mixed = np.concatenate([ordinary_risk, risk[harmless]])
    threshold = float(np.sort(mixed)[int(0.99 * len(mixed))])
    result: dict[str, float] = {}
    hits: dict[str, list[bool]] = defaultdict(list)
    for row, score in zip([*tests, *unseen], [*risk, *unseen_risk], strict=True):
        if row.labels.get("risk") == 1.0 or (row.source in _UNSEEN_WITHOUT_RISK and row.labels.get("risk") is None):
            name = family_of(row) if row.source.startswith("own:") else f"unseen {row.source}"
            hits[name].append(score >= threshold)
    result |= {name: float(np.mean(values)) for name, values in sorted(hits.items())}
    result["mean of families"] = float(np.mean([result.get(family, np.nan) for family in FAMILIES]))
    seen = [value for name, value in result.items() if name.startswith("unseen")]
    result["mean of unseen"] = float(np.mean(seen)) if seen else float("nan")
    result["AUC"] = area(risk[~harmless], mixed)
    result["twins"] = twins(tests, risk)
    result["harmless twins called"] = float((risk[harmless] >= threshold).mean())
    kinds: dict[str, list[bool]] = defaultdict(list)
    for row, score in zip(ordinary, ordinary_risk, strict=True):
        kinds[row.source.split(":")[0]].append(score >= threshold)
    return result | {f"alarms {kind}": float(np.mean(values)) for kind, values in kinds.items()}


_UNSEEN_WITHOUT_RISK = frozenset({"ec_darkpattern"})


def twins(rows: list[Row], risk: Array) -> float:
    """Share of pairs whose violating row has the higher risk."""
    pairs: dict[str, dict[float, float]] = defaultdict(dict)
    for row, score in zip(rows, risk, strict=True):
        if row.twin:
            pairs[row.twin][row.labels["risk"]] = score
    return float(np.mean([pair[1.0] > pair[0.0] for pair in pairs.values() if len(pair) == 2]))


def ordinary_rows(here: Path, data: Path) -> list[Row]:
    """Ordinary text that no run reads: the bank, held-out shared ham, other assistants' answers."""
    bank = [replace(text.row(), source=f"bank:{text.file}") for text in read_corpus(here / "bank")]
    ham = [row for row in shared_rows(data / "train") if held_out(row) and row.labels.get("risk") == 0.0]
    chat = (data / "dev" / "fastchat_answers.jsonl").read_text(encoding="utf-8").splitlines()
    answers = [Row(json.loads(line)["text"], nothing(), "fastchat", "", "ai_output") for line in chat]
    return bank + ham + answers


def run_one(name: str, recipe: Recipe, fold: str, here: Path, data: Path, out: Path) -> dict[str, float]:
    """Train one variant on one fold and measure it."""
    recipe = replace(recipe, left_out=FOLDS.get(fold, ()))
    rows, tests = training_rows(data / "train", here, recipe), own_rows(here / "corpus", held_out=True)
    tests = [row for row in tests if row.labels]
    net = train(rows, recipe, choose_labels(rows, tests), out / "compare.pt", here / "policies").eval()
    shared = [row for row in shared_rows(data / "train") if held_out(row)]
    left_out = {row.source for row in shared} if recipe.own_only else set(recipe.left_out)
    unseen = [row for row in shared if row.source in left_out]
    return measure(net, tests, unseen, ordinary_rows(here, data))


def main() -> None:
    """Command line of `make compare`."""
    here = Path(__file__).resolve().parent
    root = here.parents[1]
    parser = argparse.ArgumentParser(description="Compare training choices on unseen voices and sources.")
    parser.add_argument("--data", type=Path, default=root.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=root / ".train")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--only", nargs="*", help="names of variants; all of them otherwise")
    parser.add_argument("--fold", default="", choices=["", *FOLDS])
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    everything = {"plain fine-tune": PLAIN} | variants(SHIPPED)
    for name in options.only or everything:
        began = time.monotonic()
        recipe = replace(everything[name], steps=options.steps)
        result = run_one(name, recipe, options.fold, here, options.data, options.out)
        line = {"variant": name, "fold": options.fold, "steps": options.steps, "s": round(time.monotonic() - began)}
        with (options.out / "compare.jsonl").open("a", encoding="utf-8") as file:
            shown = {key: None if math.isnan(value) else round(value, 4) for key, value in result.items()}
            file.write(json.dumps(line | shown) + "\n")
        print(name, result, flush=True)


if __name__ == "__main__":
    main()
