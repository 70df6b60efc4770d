"""`guardian model test [NAME]`: asks an added model what is known, and says whether it can judge at all.

Invariants: nothing of it reaches the journal; what it printed was measured round the model, never said by it. The round
goes to the judge's register, as any other.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from guardian.added_models.shelf import AddedModel, find
from guardian.commands.progress import ProgressBar
from guardian.errors import GuardianError, UsageError
from guardian.exits import ExitCode
from guardian.health.words import ms_words
from guardian.judge.canaries import round_words
from guardian.judge.canary_texts import CANARIES, OWN_EXAMPLES
from guardian.judge.register import JudgeRegister
from guardian.judge.trial import Trial, try_model
from guardian.policy.base import Policy, When
from guardian.policy.load import load_policies
from guardian.safe_text import safe_line
from guardian.settings import Settings

_JSON_VERSION: Final = 1
_WRONG_SHOWN: Final = 6


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Try the model. Exit codes: 0 it can judge, 1 it can't. Raises ModelError, CellError, UsageError (2).

    `args`: name, json.
    """
    name = settings.judge.model if args.name is None else args.name
    if not name:
        raise UsageError("no model is named", hint="guardian model test NAME; guardian model list shows yours")
    model = find(settings, name)
    register = JudgeRegister(
        settings.paths.judge_register, model.sha256, round_minutes=float(settings.judge.canary_minutes)
    )
    trial = _try(model, settings, register)
    try:
        register.save()
    except GuardianError as error:  # it does not make the model a worse judge
        print(f"guardian: {safe_line(error.line())}; this round is not kept", file=sys.stderr)
    print(json.dumps(trial_to_json(trial), indent=2) if args.json else "\n".join(trial_lines(trial)))
    return ExitCode.CLEAN if trial.can_judge else ExitCode.FLAGGED


def _try(model: AddedModel, settings: Settings, register: JudgeRegister) -> Trial:
    policies = _policies(settings)
    with ProgressBar(len(CANARIES) + min(OWN_EXAMPLES, len(policies)), sys.stderr, "canaries") as bar:
        return try_model(model, settings, register, policies=policies, advance=bar.advance)


def _policies(settings: Settings) -> tuple[Policy, ...]:
    """Those whose examples it is asked about; none where they can't be read."""
    try:
        policies = load_policies(settings.policies_dir).policies
    except GuardianError:
        return ()
    return tuple(policy for policy in policies if policy.judge is not When.NEVER)


def trial_lines(trial: Trial) -> Iterator[str]:
    """The trial in words."""
    numbers, process = trial.round.numbers, trial.process
    yield f"{trial.model.name}: {trial.sentence}"
    yield ""
    rows = [
        ("canaries", round_words(numbers)),
        *_answer_rows(trial),
        ("start", f"{ms_words(process.start_ms)}, its file's check included"),
        ("memory", f"{process.memory_mb:,.0f} MB, its file included"),
        ("wall", process.wall),
        ("frame", f"{trial.model.frame} ({trial.model.architecture})"),
    ]
    if process.trouble:
        rows.append(("trouble", safe_line(process.trouble)))
    wrong = trial.round.wrong
    rows += [("wrong", f"“{safe_line(answer.canary.name)}” {answer.say}") for answer in wrong[:_WRONG_SHOWN]]
    if len(wrong) > _WRONG_SHOWN:
        rows.append(("", f"and {len(wrong) - _WRONG_SHOWN} more (--json has them all)"))
    for name, value in rows:
        yield f"{name:<10} {value}".rstrip()


def _answer_rows(trial: Trial) -> Iterator[tuple[str, str]]:
    """What was measured of its answers; where there was none, that alone."""
    numbers = trial.round.numbers
    low, high = trial.agreement_interval
    if all(answer.failure for answer in trial.round.answers if not answer.canary.is_own):
        yield "answers", f"none to the {numbers.asked} that it was asked, so there is nothing to measure"
        return
    margin = round(numbers.margin, 1) + 0.0  # no minus before a zero
    yield "agreement", f"{trial.agreement:.0%} (between {low:.0%} and {high:.0%} of texts as plain as these)"
    yield "form", f"{numbers.parsed:.0%} were answers; the labels typically held {numbers.mass:.1%} of all probability"
    yield "margin", f"{margin:.1f} nats towards the right answer, typically"
    yield "time", f"half within {ms_words(numbers.median_ms)}, 95 of 100 within {ms_words(numbers.p95_ms)}"


def trial_to_json(trial: Trial) -> dict[str, Any]:
    """The trial's object."""
    numbers, process, model = trial.round.numbers, trial.process, trial.model
    low, high = trial.agreement_interval
    return {
        "v": _JSON_VERSION,
        "name": model.name,
        "sha256": model.sha256,
        "architecture": model.architecture,
        "frame": model.frame,
        "can_judge": trial.can_judge,
        "troubles": list(numbers.troubles),
        "say": trial.sentence,
        "canaries": {
            "found": numbers.found,
            "to_find": numbers.to_find,
            "alone": numbers.alone,
            "to_leave": numbers.to_leave,
            "not_asked": numbers.not_asked,
            "agreement": round(trial.agreement, 4),
            "agreement_low": round(low, 4),
            "agreement_high": round(high, 4),
        },
        "own_examples": {"right": numbers.own_right, "of": numbers.own},
        "parse_rate": round(numbers.parsed, 4),
        "label_mass": round(numbers.mass, 6),
        "margin": round(numbers.margin, 4),
        "median_ms": round(numbers.median_ms, 1),
        "p95_ms": round(numbers.p95_ms, 1),
        "start_ms": round(process.start_ms, 1),
        "memory_mb": round(process.memory_mb, 1),
        "wall": process.wall,
        "trouble": process.trouble,
        "wrong": [{"canary": answer.canary.name, "say": answer.say} for answer in trial.round.wrong],
    }
