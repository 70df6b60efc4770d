"""`guardian model list|verify|card`: which model judges, whether it is the pinned one, and how good it was measured.

Invariant: what is printed of the model comes from the manifest beside it, never from the model file itself.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from guardian.commands import model_card
from guardian.errors import ModelError
from guardian.exits import ExitCode
from guardian.inference.manifest import Manifest, load_manifest
from guardian.inference.model_files import verify_model_files
from guardian.inference.outputs import Output
from guardian.safe_text import safe_line
from guardian.settings import Settings

MANIFEST = "manifest.toml"
_JSON_VERSION = 1
_HEADINGS = ("output", "kind", "trained on", "recall (interval)", "false alarms", "speaks of")


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Do one of the actions. Raises ModelError where the model cannot be used."""
    if args.action == "card":
        return model_card.run(args, settings)
    folder = settings.model_dir
    manifest = load_manifest(folder / MANIFEST)
    if args.action == "verify":
        verify_model_files(manifest, folder)
        _print_verified(manifest, as_json=args.json)
    else:
        problem = _problem(manifest, folder)
        print(
            json.dumps(_listed(manifest, folder, problem), indent=2) if args.json else _words(manifest, folder, problem)
        )
    return ExitCode.CLEAN


def _problem(manifest: Manifest, folder: Path) -> str:
    """Why the files are not the pinned ones; empty where they are."""
    try:
        verify_model_files(manifest, folder)
    except ModelError as error:
        return error.line()
    return ""


def _print_verified(manifest: Manifest, *, as_json: bool) -> None:
    files = {manifest.file: manifest.sha256, manifest.bank_file: manifest.bank_sha256}
    if as_json:
        print(json.dumps({"v": _JSON_VERSION, "ok": True, "sha256": files}, indent=2))
    for name, digest in files.items() if not as_json else ():
        print(f"ok  {digest}  {name}")


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
    return "\n".join([*lines, "", *_table([_HEADINGS, *map(_row, manifest.outputs)])])


def _row(output: Output) -> tuple[str, ...]:
    return (
        output.label + (" (notices only)" if output.notice_only else ""),
        output.kind.value,
        f"{output.trained_on:,}",
        f"{output.recall:.0%} ({output.recall_low:.0%} to {output.recall_high:.0%})",
        f"{output.false_alarm_rate:.2%}",
        ", ".join(output.covers) or "manipulation as such",
    )


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
