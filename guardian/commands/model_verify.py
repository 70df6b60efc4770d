"""`guardian model verify`: hash the models' files again, the embedded one and those that the owner added.

Invariant: one that is wrong keeps no other from being looked at; each is told of in a line, the wrong ones too.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from guardian.added_models.pinning import verify
from guardian.added_models.shelf import AddedModel, Shelf, find, load_shelf
from guardian.commands.model_words import MANIFEST, hashing_shown
from guardian.errors import ModelError
from guardian.exits import ExitCode
from guardian.inference.manifest import Manifest, load_manifest
from guardian.inference.model_files import verify_model_files
from guardian.safe_text import safe_line
from guardian.settings import Settings

_JSON_VERSION: Final = 1


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Compare each file with what is pinned. Exit codes: 0 each is the pinned one, 2 one is not. Raises ModelError
    where there is no model of that name.

    `args`: name (or None for all), json.
    """
    files, problems, added = _chosen(args.name, settings)
    if not args.json:
        _print(files, problems)
    found = [(model, _problem(model, is_silent=args.json)) for model in added]
    is_wrong = bool(problems) or any(problem for _, problem in found)
    if args.json:
        print(json.dumps(_report(files, problems, found), indent=2))
    return ExitCode.USAGE if is_wrong else ExitCode.CLEAN


def _chosen(name: str | None, settings: Settings) -> tuple[dict[str, str], list[ModelError], Sequence[AddedModel]]:
    """The embedded model's files by name, with their hashes; what is wrong with it or with the list; and the added
    models to be hashed. Raises ModelError where the name is nobody's."""
    files: dict[str, str] = {}
    manifest, problems = _manifest(settings)
    if name is not None and (manifest is None or name != manifest.name):
        if problems and name not in _shelf_or_none(settings):  # it may be the embedded model's name
            raise problems[0]
        return files, [], [find(settings, name)]
    try:
        files = _verify_embedded(manifest, settings) if manifest is not None else files
    except ModelError as error:
        problems.append(error)
    if name is not None:
        return files, problems, ()
    try:
        return files, problems, tuple(load_shelf(settings).values())
    except ModelError as error:
        return files, [*problems, error], ()


def _manifest(settings: Settings) -> tuple[Manifest | None, list[ModelError]]:
    try:
        return load_manifest(settings.model_dir / MANIFEST), []
    except ModelError as error:
        return None, [error]


def _shelf_or_none(settings: Settings) -> Shelf:
    """The added models; none where the list can't be used, which is said where it matters."""
    try:
        return load_shelf(settings)
    except ModelError:
        return {}


def _verify_embedded(manifest: Manifest, settings: Settings) -> dict[str, str]:
    verify_model_files(manifest, settings.model_dir)
    files = {manifest.file: manifest.sha256, manifest.bank_file: manifest.bank_sha256}
    return files | ({manifest.check_file: manifest.check_sha256} if manifest.check_file else {})


def _print(files: dict[str, str], problems: Sequence[ModelError]) -> None:
    for name, digest in files.items():
        print(f"ok  {digest}  {name}", flush=True)
    for problem in problems:
        _tell(problem)


def _tell(problem: ModelError) -> None:
    print(f"guardian: {safe_line(problem.line())}", file=sys.stderr, flush=True)


def _problem(model: AddedModel, *, is_silent: bool) -> ModelError | None:
    """Hash one file; why it is not the pinned one, or None where it is."""
    try:
        with hashing_shown(model.size_bytes, sys.stderr) as advance:
            verify(model, advance)
    except ModelError as error:
        if not is_silent:
            _tell(error)
        return error
    if not is_silent:
        print(f"ok  {model.sha256}  {model.name}", flush=True)
    return None


def _report(
    files: dict[str, str], problems: Sequence[ModelError], found: Sequence[tuple[AddedModel, ModelError | None]]
) -> dict[str, Any]:
    rows = [
        {
            "name": model.name,
            "file": str(model.path),
            "sha256": model.sha256,
            "ok": problem is None,
            "problem": safe_line(problem.line()) if problem else "",
        }
        for model, problem in found
    ]
    return {
        "v": _JSON_VERSION,
        "ok": not problems and all(row["ok"] for row in rows),
        "problems": [safe_line(problem.line()) for problem in problems],
        "sha256": files,
        "added": rows,
    }
