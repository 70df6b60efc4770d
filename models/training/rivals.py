"""The systems that the product stands beside in `make eval`, each over the very same rows.

Invariants: a rival sees the conversation before a row as the product's encoder does; one that cannot run is named with
its reason, never left out in silence. torch is imported by the plain fine-tune alone.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from sources import Row

from guardian.assembly import open_gate
from guardian.commands.progress import ProgressBar
from guardian.errors import GuardianError
from guardian.reading.base import ViewKind, exact_view
from guardian.reading.context import in_context
from guardian.reading.limits import Limits
from guardian.reading.windows import cut_windows
from guardian.report.answers import Asked, ask
from guardian.report.card import Rival, scores_of
from guardian.report.rows import LabelledRow
from guardian.settings import load_settings


def ask_product(rows: Sequence[LabelledRow], model_dir: Path | None = None) -> Asked:
    """The product's answers, from a process of its own, so that its memory is not that of the training libraries.

    It runs on the shipped policies in a home of its own; `model_dir` names another model than the shipped one.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_ask, tuple(rows), model_dir).result()


def _ask(rows: tuple[LabelledRow, ...], model_dir: Path | None) -> Asked:
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings({"GUARDIAN_HOME": home}, {})
        if model_dir is not None:
            settings = replace(settings, model_dir=model_dir.resolve())
        with open_gate(settings) as gate, ProgressBar(len(rows), sys.stderr, "rows") as bar:
            return ask(gate, rows, bar.advance)


def judged_texts(rows: Iterable[LabelledRow]) -> list[str]:
    """The rows as an encoder sees them: the conversation before each, where there is one."""
    return [in_context(row.text, row.context, row.channel) for row in rows]


def bag_of_words(trained: list[Row], rows: Sequence[LabelledRow]) -> Rival:
    """Bag of words and logistic regression, trained on what the product was trained on."""
    from baseline import fit_bag_of_words

    scores = fit_bag_of_words(trained)(judged_texts(rows))
    return Rival("bag of words", scores, tuple(bool(score > 0) for score in scores))


def plain_fine_tune(checkpoint: Path, rows: Sequence[LabelledRow]) -> tuple[Rival | None, str]:
    """The network trained without any of the choices that make the product (its worst window's risk), or why not."""
    from network import predict
    from train import load_network

    try:
        net = load_network(checkpoint)
    except (OSError, RuntimeError) as error:  # torch says RuntimeError where the weights are of another network
        what = (error.strerror or "").lower() if isinstance(error, OSError) else "it is of another network"
        return None, f"The plain fine-tune was not measured: {checkpoint.name}: {what}."
    windows: list[str] = []
    owners: list[int] = []
    for index, text in enumerate(judged_texts(rows)):
        cut, _ = cut_windows((exact_view(ViewKind.VISIBLE, "text", text),), Limits())
        windows += [window.text for window in cut]
        owners += [index] * len(cut)
    risks = predict(net, windows)[0][:, net.labels.index("risk")].numpy()
    scores = np.full(len(rows), -np.inf)
    np.maximum.at(scores, owners, risks)
    scores = np.where(np.isfinite(scores), scores, risks.min(initial=0.0))  # a text without a window is not suspicious
    return Rival("plain fine-tune", scores, tuple(bool(score > 0) for score in scores)), ""


def version_before(folder: Path, rows: Sequence[LabelledRow]) -> tuple[Rival | None, str]:
    """An earlier model run through this product, or why it can't be."""
    try:
        asked = ask_product([replace(row, evidence=()) for row in rows], folder)
    except GuardianError as error:
        return None, f"The version before could not be measured: {error.line()}."
    says = tuple(answer.outcome.value == "flagged" for answer in asked.answers)
    return Rival(f"before: {asked.judge.model_name}", scores_of(asked.answers), says), ""
