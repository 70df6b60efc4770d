"""`guardian model list`: which model judges, how good it was measured, and which models the owner added.

Invariants: what is printed of the embedded model comes from the manifest beside it, never from the model file itself;
of an added one it comes from the owner's list, and its file is looked at for size and time alone.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

from guardian.added_models.shelf import AddedModel, FileState, load_shelf
from guardian.commands.model_words import MANIFEST, size_words, table, used_as
from guardian.errors import ModelError
from guardian.exits import ExitCode
from guardian.inference.manifest import Manifest, load_manifest
from guardian.inference.model_files import verify_model_files
from guardian.inference.outputs import Output
from guardian.safe_text import safe_line
from guardian.settings import Settings

_JSON_VERSION: Final = 1
_HEADINGS: Final = ("output", "kind", "trained on", "recall (interval)", "false alarms", "speaks of")
_ADDED_HEADINGS: Final = ("yours", "used as", "frame", "kind", "size", "context", "file")
_STATES: Final = {
    FileState.UNCHANGED: "",
    FileState.CHANGED: " (changed since you added it; guardian model add pins it anew)",
    FileState.MISSING: " (not there)",
}


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Print them. Raises ModelError where the embedded model's manifest cannot be used.

    `args`: json.
    """
    folder = settings.model_dir
    manifest = load_manifest(folder / MANIFEST)
    problem = _problem(manifest, folder)
    added, added_problem = _added(settings)
    if args.json:
        listed = _listed(manifest, folder, problem) | {
            "added": [_listed_added(model, settings) for model in added],
            "added_problem": added_problem,
        }
        print(json.dumps(listed, indent=2))
    else:
        print(_words(manifest, folder, problem))
        print("\n" + (safe_line(added_problem) if added_problem else _added_words(added, settings)))
    return ExitCode.CLEAN


def _problem(manifest: Manifest, folder: Path) -> str:
    """Why the files are not the pinned ones; empty where they are."""
    try:
        verify_model_files(manifest, folder)
    except ModelError as error:
        return error.line()
    return ""


def _added(settings: Settings) -> tuple[tuple[AddedModel, ...], str]:
    """The added models, or why there is no telling."""
    try:
        return tuple(load_shelf(settings).values()), ""
    except ModelError as error:
        return (), error.line()


def _listed(manifest: Manifest, folder: Path, problem: str) -> dict[str, Any]:
    return {
        "v": _JSON_VERSION,
        "name": manifest.name,
        "file": str(folder / manifest.file),
        "size_bytes": manifest.size_bytes,
        "sha256": manifest.sha256,
        "is_pinned": not problem,
        "problem": problem,
        "weights": manifest.weights,
        "licence": manifest.licence,
        "outputs": [_listed_output(output) for output in manifest.outputs],
    }


def _listed_output(output: Output) -> dict[str, Any]:
    return {
        "label": output.label,
        "kind": output.kind.value,
        "covers": list(output.covers),
        "threshold": output.threshold,
        "trained_on": output.trained_on,
        "recall": output.recall,
        "recall_low": output.recall_low,
        "recall_high": output.recall_high,
        "false_alarm_rate": output.false_alarm_rate,
        "notice_only": output.notice_only,
    }


def _listed_added(model: AddedModel, settings: Settings) -> dict[str, Any]:
    return {
        "name": model.name,
        "file": str(model.path),
        "size_bytes": model.size_bytes,
        "sha256": model.sha256,
        "architecture": model.architecture,
        "context_tokens": model.context_tokens,
        "frame": model.frame,
        "added": model.added.isoformat(),
        "file_state": model.file_state().value,
        "used_as": list(used_as(model.name, settings)),
    }


def _words(manifest: Manifest, folder: Path, problem: str) -> str:
    facts = [
        ("model", manifest.name),
        ("file", safe_line(str(folder / manifest.file))),
        ("size", f"{manifest.size_bytes / 1e6:.1f} MB, weights in {manifest.weights}"),
        ("sha-256", manifest.sha256),
        ("pinned", safe_line(f"no: {problem}") if problem else "yes, the file is the one in the manifest"),
        ("licence", manifest.licence),
    ]
    lines = [f"{name:<8} {value}" for name, value in facts]
    return "\n".join([*lines, "", *table([_HEADINGS, *map(_row, manifest.outputs)])])


def _row(output: Output) -> tuple[str, ...]:
    return (
        output.label + (" (notices only)" if output.notice_only else ""),
        output.kind.value,
        f"{output.trained_on:,}",
        f"{output.recall:.0%} ({output.recall_low:.0%} to {output.recall_high:.0%})",
        f"{output.false_alarm_rate:.2%}",
        ", ".join(output.covers) or "manipulation as such",
    )


def _added_words(added: tuple[AddedModel, ...], settings: Settings) -> str:
    if not added:
        return "no language models of your own (guardian model add PATH)"
    return "\n".join(table([_ADDED_HEADINGS, *(_added_row(model, settings) for model in added)]))


def _added_row(model: AddedModel, settings: Settings) -> tuple[str, ...]:
    return (
        model.name,
        " and ".join(used_as(model.name, settings)) or "-",
        model.frame,
        model.architecture,
        size_words(model.size_bytes),
        f"{model.context_tokens:,}",
        safe_line(str(model.path)) + _STATES[model.file_state()],
    )
