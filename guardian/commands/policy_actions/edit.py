"""`guardian policy edit ID`: a policy in the owner's editor; checked, tried and shown before it takes force.

Invariants: the policy's file is touched only where the owner says "keep"; a text that is no policy can't be kept, and
is not lost by that: it can be edited again; what is neither kept nor discarded stays in a file of its own, whose place
is told; what somebody else wrote into the file meanwhile is shown before it is replaced, and stands in the history
afterwards.
"""

from __future__ import annotations

import argparse
import os
import sys
from enum import Enum
from pathlib import Path

from guardian.assembly import comparing
from guardian.commands.asking import ask_line, can_ask
from guardian.commands.narration import narrate
from guardian.commands.policy_actions.changing import print_diff, tell_standing
from guardian.commands.policy_actions.checking import check_files
from guardian.commands.policy_actions.editor import find_editor, kept_apart, private_copy, run_editor
from guardian.commands.policy_actions.own import own_policies
from guardian.commands.policy_actions.previewing import previewed
from guardian.errors import CellError, GuardianError, JournalError, ModelError, PolicyError, UsageError
from guardian.exits import ExitCode
from guardian.policy.editing import changed_meanwhile, draft_at, keep, path_of, text_at
from guardian.policy.effects.preview import Preview
from guardian.policy.effects.preview_words import preview_lines
from guardian.policy.effects.previewing import policies_now
from guardian.policy.life.amendments import diff_of
from guardian.policy.load import SUFFIX, LoadedFile, load_policies
from guardian.policy.schema_file import refresh_schema
from guardian.policy.trying.trial_words import counts_words
from guardian.safe_text import safe_line
from guardian.settings import Settings


class _Choice(Enum):
    """What may become of a draft."""

    KEEP = "(k)eep"
    OVERWRITE = "(o)verwrite it with yours"
    EDIT = "(e)dit again"
    DISCARD = "(d)iscard"


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Edit. Raises UsageError without a terminal, PolicyError without an editor. Exit codes: 0, 2, 74."""
    hint = f"change the file itself, then guardian policy amend {args.policy_id}"
    if not can_ask():
        raise UsageError("policy edit needs a terminal", hint=hint)
    editor = find_editor(os.environ)
    own_policies(settings)  # the starter policies are put there, the first time
    path = path_of(args.policy_id, settings)
    refresh_schema(settings.policies_dir)
    text = text_at(path)
    with private_copy(settings.paths.runtime, f"{args.policy_id}{SUFFIX}", text) as copy:
        editing = _Editing(args.policy_id, path, text, copy, editor, settings)
        try:
            editing.run()
        except (GuardianError, KeyboardInterrupt):  # a full disk, or nobody who answers
            editing.keep_apart()
            raise
    return ExitCode.CLEAN


class _Editing:
    """One policy on the owner's desk."""

    def __init__(
        self, policy_id: str, path: Path, base: str, copy: Path, editor: list[str], settings: Settings
    ) -> None:
        self._id, self._path, self._copy, self._editor, self._settings = policy_id, path, copy, editor, settings
        self._base = base
        """What the owner knows to stand in the file."""

    def run(self) -> None:
        """Edit until the owner keeps or discards it."""
        while True:
            trouble = run_editor(self._editor, self._copy)
            draft = draft_at(self._copy, self._path, self._id)
            if draft.source is not None and draft.source.text == self._base:
                if trouble:
                    raise PolicyError(f"{trouble}, so {self._id} stays as it is")
                _say(f"{self._id}: nothing was changed")
                return
            if trouble:
                _say(f"{trouble}; this is what it had saved")
            preview = self._show(draft)
            if self._is_done(draft, preview):
                return

    def keep_apart(self) -> None:
        """Put what the owner wrote where it is not lost, and say where."""
        try:
            apart = kept_apart(self._copy, self._base)
        except OSError as error:
            _say(f"what you wrote could not be kept: {(error.strerror or type(error).__name__).lower()}")
            return
        if apart is not None:
            _say(f"what you wrote is in {apart}")

    def _is_done(self, draft: LoadedFile, preview: Preview | None) -> bool:
        """Ask what is to become of a draft, and do it; False where it is to be edited again."""
        while True:
            can_keep = [_Choice.KEEP] if draft.policy is not None else []
            choice = _asked(_Choice.EDIT, *can_keep, _Choice.DISCARD)
            if choice is _Choice.KEEP:
                choice = self._unless_changed_meanwhile(draft)
            if choice is _Choice.DISCARD:
                _say(f"{self._id}: discarded; its file is as it was")
            if choice is not _Choice.KEEP:
                return choice is _Choice.DISCARD
            try:
                self._keep(draft, preview)
            except GuardianError as error:  # a full disk, say: the owner's text must not be lost by it
                _say(error.line())
                continue
            return True

    def _show(self, draft: LoadedFile) -> Preview | None:
        """What changed in the text, what is wrong with it, how its examples fare, and what it would do."""
        if draft.source is not None:
            print_diff(diff_of(self._base, draft.source.text, self._path.name))
        found = check_files([draft], self._settings, others=self._others())
        for trial in found.trials:
            print(f"examples: {counts_words(trial.examples) or 'none, so there is nothing to test'}")
        for problem in found.problems:
            print(problem.to_line())
        for words in found.left_out:
            _say(f"not checked: {words}")
        return self._previewed(draft)

    def _previewed(self, draft: LoadedFile) -> Preview | None:
        if draft.policy is None:
            return None
        try:
            now = policies_now(self._settings)
            found = previewed(self._settings, draft.policy, now, narrate(verbose=False))
        except (ModelError, CellError, JournalError) as error:
            _say(f"no preview: {error.line()}")
            return None
        for line in preview_lines(found):
            print(line)
        return found

    def _others(self) -> list[LoadedFile]:
        return [file for file in load_policies(self._settings.policies_dir).files if file.path != self._path]

    def _unless_changed_meanwhile(self, draft: LoadedFile) -> _Choice:
        """KEEP, unless somebody else made something of the file that the owner does not want to replace."""
        assert draft.source is not None  # what has no text is no policy, and can't be kept
        now = changed_meanwhile(self._path, self._base, draft.source.text)
        if now is None:
            return _Choice.KEEP
        _say(f"{self._path} was changed meanwhile:")
        print_diff(diff_of(self._base, now, self._path.name))
        self._base = now
        choice = _asked(_Choice.EDIT, _Choice.OVERWRITE, _Choice.DISCARD)
        return _Choice.KEEP if choice is _Choice.OVERWRITE else choice

    def _keep(self, draft: LoadedFile, preview: Preview | None) -> None:
        assert draft.source is not None
        why = ask_line("why? (your reason stands in the journal; nothing: asked later)") or ""
        counts = preview.to_json() if preview is not None else None
        with comparing(self._settings) as compare:
            now = keep(
                self._settings, self._id, draft.source.text, why, counts, narrate(verbose=False), compare=compare
            )
        tell_standing(self._id, now)


def _asked(*choices: _Choice) -> _Choice:
    """One of the choices, by its first letter. Raises PolicyError where nobody answers any more."""
    sys.stdout.flush()
    question = ", ".join(choice.value for choice in choices) + "?"
    while True:
        answer = ask_line(question)
        if answer is None:
            raise PolicyError("nobody answered, so nothing was changed")
        for choice in choices:
            letter, word = choice.value[1], choice.value.replace("(", "").replace(")", "").split()[0]
            if answer.lower() in (letter, word):
                return choice


def _say(words: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"{safe_line(words)}\n")
    sys.stderr.flush()
