"""`guardian model verify`: hash the models' files again, the embedded one and those that the owner added."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, Final

from guardian.added_models.pinning import verify
from guardian.added_models.shelf import AddedModel, find, load_shelf
from guardian.commands.model_words import MANIFEST, hashing_shown
from guardian.errors import ModelError
from guardian.exits import ExitCode
from guardian.inference.manifest import Manifest, load_manifest
from guardian.inference.model_files import verify_model_files
from guardian.safe_text import safe_line
from guardian.settings import Settings

_JSON_VERSION: Final = 1


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Compare each file with what is pinned. Raises ModelError where one is not the pinned one.

    `args`: name (or None for all), json.
    """
    manifest = load_manifest(settings.model_dir / MANIFEST)
    is_embedded = args.name in (None, manifest.name)
    if args.name is None:
        added = tuple(load_shelf(settings).values())
    else:
        added = () if is_embedded else (find(settings, args.name),)
    files = _verify_embedded(manifest, settings) if is_embedded else {}
    if not args.json:
        for name, digest in files.items():
            print(f"ok  {digest}  {name}")
    problems = {model.name: _problem(model, is_silent=args.json) for model in added}
    wrong = [problem for problem in problems.values() if problem is not None]
    if args.json:
        print(json.dumps(_report(files, added, problems), indent=2))
        return ExitCode.USAGE if wrong else ExitCode.CLEAN
    if wrong:
        more = f", and {len(wrong) - 1} more of your models failed" if len(wrong) > 1 else ""
        raise ModelError(wrong[0].what + more, hint=wrong[0].hint)
    return ExitCode.CLEAN


def _verify_embedded(manifest: Manifest, settings: Settings) -> dict[str, str]:
    verify_model_files(manifest, settings.model_dir)
    return {manifest.file: manifest.sha256, manifest.bank_file: manifest.bank_sha256}


def _problem(model: AddedModel, *, is_silent: bool) -> ModelError | None:
    """Hash one file; why it is not the pinned one, or None where it is."""
    try:
        with hashing_shown(model.size_bytes, sys.stderr) as advance:
            verify(model, advance)
    except ModelError as error:
        return error
    if not is_silent:
        print(f"ok  {model.sha256}  {model.name}", flush=True)
    return None


def _report(
    files: dict[str, str], added: tuple[AddedModel, ...], problems: dict[str, ModelError | None]
) -> dict[str, Any]:
    rows = [
        {
            "name": model.name,
            "file": str(model.path),
            "sha256": model.sha256,
            "ok": (problem := problems[model.name]) is None,
            "problem": safe_line(problem.line()) if problem else "",
        }
        for model in added
    ]
    return {"v": _JSON_VERSION, "ok": all(row["ok"] for row in rows), "sha256": files, "added": rows}
