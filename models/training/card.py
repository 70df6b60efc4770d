"""Writes the manifest and the model card from one report, so that neither can say what was not measured."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

from network import EMBEDDING

from guardian.inference.strata import STRATA
from guardian.message import Channel
from guardian.report.shares import wilson

MOST_ALARMS = 0.0125
"""An output that exceeds its threshold on more of the hard ordinary texts than this may only give notice."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One output of the network, with what was measured of it."""

    label: str
    kind: str
    covers: list[str]
    scale: float
    bias: float
    shifts: list[float]
    """Per stratum, in the order of `STRATA`."""
    threshold: float
    trained_on: int
    positives: int
    found: int
    recall_low: float
    recall_high: float
    ordinary: int
    alarms: int
    auc: float

    @property
    def is_weak(self) -> bool:
        """Whether it cannot be held near its alarm rate on hard ordinary texts, and so may only give notice."""
        return self.alarms > MOST_ALARMS * self.ordinary

    @property
    def recall(self) -> float:
        """Share of held-out positives at or over the threshold."""
        return self.found / self.positives if self.positives else math.nan


@dataclass(frozen=True, slots=True)
class Report:
    """One run of `evaluate.py`."""

    name: str
    weights: str
    outputs: list[Measured]
    trained_rows: int
    bank_rows: int
    alarm_rate: float
    steps: int


def _interval(hits: int, total: int) -> str:
    if not total:
        return "-"
    low, high = wilson(hits, total)
    return f"{100 * hits / total:.0f} % ({100 * low:.0f}-{100 * high:.0f}), {hits}/{total}"


def write_manifest(models: Path, report: Report, least_positives: int) -> None:
    """`manifest.toml` beside the model: hashes, labels, thresholds and what was measured."""
    model, bank = models / f"{report.name}.gguf", models / "reference-bank.npz"
    lines = [
        "# Written by models/training/evaluate.py; the model's labels stand in this order in the file.",
        "[model]",
        f'name = "{report.name}"',
        f'file = "{model.name}"',
        f'sha256 = "{hashlib.sha256(model.read_bytes()).hexdigest()}"',
        f"size_bytes = {model.stat().st_size}",
        f"embedding = {EMBEDDING}",
        "positions = 512",
        "max_window_tokens = 510",
        f'weights = "{report.weights}"',
        'licence = "Apache-2.0"',
        f'bank_file = "{bank.name}"',
        f'bank_sha256 = "{hashlib.sha256(bank.read_bytes()).hexdigest()}"',
    ]
    for output in report.outputs:
        if output.positives < least_positives:
            raise SystemExit(f"{output.label} has {output.positives} held-out positives: do not train an output for it")
        lines += [
            "",
            "[[output]]",
            f'label = "{output.label}"',
            f'kind = "{output.kind}"',
            f"covers = {json.dumps(output.covers)}",
            f"scale = {output.scale:.4f}",
            f"bias = {output.bias:.4f}",
            f"shift = {_shift_table(output.shifts)}",
            f"threshold = {output.threshold}",
            f"trained_on = {output.trained_on}",
            f"recall = {output.recall:.3f}",
            f"recall_low = {output.recall_low:.3f}",
            f"recall_high = {output.recall_high:.3f}",
            f"false_alarm_rate = {output.alarms / output.ordinary:.4f}",
            f"notice_only = {str(output.is_weak).lower()}",
        ]
    (models / "manifest.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _shift_table(shifts: list[float]) -> str:
    """The shifts of the strata as the manifest has them: per channel, for short, medium and long messages."""
    by_channel = {
        channel: [f"{shift:.4f}" for stratum, shift in zip(STRATA, shifts, strict=True) if stratum.channel is channel]
        for channel in Channel
    }
    return "{ " + ", ".join(f"{channel.value} = [{', '.join(texts)}]" for channel, texts in by_channel.items()) + " }"


def _outputs_table(report: Report) -> list[str]:
    rows = [
        "| output | kind | trained on | found of held-out (95 %) | false alarms on hard ordinary (95 %) | AUC |",
        "|---|---|---|---|---|---|",
    ]
    for output in report.outputs:
        rows.append(
            f"| `{output.label}` | {output.kind} | {output.trained_on} | {_interval(output.found, output.positives)} "
            f"| {_interval(output.alarms, output.ordinary)} | {output.auc:.2f} |"
        )
    return rows


def _choices_table(path: Path) -> tuple[str, list[str]]:
    """Steps of the compared runs, and one line a run. Written by `compare.py`."""
    runs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    rows = [
        "| change | people | scams | AI | injection | mean | unseen sources | AUC | twins |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for run in runs:
        shares = (run[name] for name in ("people", "scams", "AI", "injection", "mean of families", "mean of unseen"))
        cells = ["-" if share is None else f"{100 * share:.1f} %" for share in shares]
        rows.append(f"| {run['variant']} | {' | '.join(cells)} | {run['AUC']:.3f} | {100 * run['twins']:.1f} % |")
    return str(runs[0]["steps"]) if runs else "-", rows


def _readers_lines(path: Path) -> list[str]:
    """What the second reader, who saw no label, agreed on. Written by `second_reading.py`."""
    if not path.exists():
        return ["The corpus has not been read a second time yet."]
    table = json.loads(path.read_text(encoding="utf-8"))
    tactics = " ".join(f"`{tactic}` {each['kappa']:.2f}," for tactic, each in table["tactics"].items()).rstrip(",")
    return [
        f"{table['texts']:,} texts were labelled again by a second reader who saw no label. Cohen's kappa: violating "
        f"or not {table['label']:.2f}; by tactic: {tactics}.",
    ]


def write_card(path: Path, report: Report) -> None:
    """The model card: limits first, then the measurements, then data, licences and credits."""
    here = Path(__file__).parent
    steps, choices = _choices_table(here / "comparisons.jsonl")
    template = (here / "card.md").read_text(encoding="utf-8")
    parts = {
        "NAME": report.name,
        "WEIGHTS": report.weights,
        "ROWS": f"{report.trained_rows:,}",
        "STEPS": f"{report.steps:,}",
        "BANK": f"{report.bank_rows:,}",
        "RATE": f"{100 * report.alarm_rate:.1f} %",
        "OUTPUTS": "\n".join(_outputs_table(report)),
        "CHOICES": "\n".join(choices),
        "CHOICE_STEPS": steps,
        "READERS": "\n".join(_readers_lines(here / "corpus" / "agreement.json")),
    }
    for key, value in parts.items():
        template = template.replace("{{" + key + "}}", value)
    path.write_text(template, encoding="utf-8")
