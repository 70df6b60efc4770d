"""`guardian filter` as a thin client: one question to the warm service, where one runs.

Invariants: standard library and leaves only, so that the whole process costs little more than Python itself; what is
not answered is never passed on from here: whoever called judges it in this process, as one and the same delivery, so
that it is recorded one time also where the service had recorded it before its answer was lost.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, Final

from guardian.commands.filter_output import put_out
from guardian.commands.filter_settings import thin_settings
from guardian.exits import ExitCode
from guardian.filter_words import FilterWords
from guardian.message import Channel, Format, Message
from guardian.service.answer import Answer
from guardian.service.errors import ServiceError
from guardian.service.place import Household, house_of, socket_place
from guardian.sources.stdin import read_stream

if TYPE_CHECKING:
    from pathlib import Path

ANSWER_WITHIN_S: Final = 60.0
"""How long a service may take. Beyond that it is judged here: it is well above what a model that hangs costs there."""
_ONCE_BYTES: Final = 16
_NOT_SETTINGS: Final = ("GUARDIAN_HOME", "GUARDIAN_DEBUG")


class Unanswered:
    """A run that no service answered."""

    __slots__ = ("message", "rest", "why")

    def __init__(self, why: str, message: Message | None = None, rest: BinaryIO | None = None) -> None:
        self.why = why
        """One plain line."""
        self.message = message
        """What was read from standard input already; None where nothing was."""
        self.rest = rest
        """Standard input, where it holds more than may be read of one message."""


def run_warm(
    args: FilterWords, env: Mapping[str, str], *, answer_within_s: float = ANSWER_WITHIN_S
) -> ExitCode | Unanswered:
    """Ask the service about standard input and put out what it says; or why that could not be done.

    Raises InputError, OutputError.
    """
    if why := _own_gate_needed(args, env):
        return Unanswered(why)
    path = socket_place(env)
    if not os.path.lexists(path):
        return Unanswered("no service runs")
    settings = thin_settings(env)
    if settings is None:
        return Unanswered("the settings file is to be read in full")
    fail_on, max_bytes, judge_s = settings
    if args.judge_timeout is not None:
        asked_s = _seconds(args.judge_timeout)
        if not 0 <= asked_s <= judge_s:  # it may be less: others wait behind this message
            return Unanswered("--judge-timeout is more than the service waits (judge.timeout_s)")
        judge_s = asked_s
    message, rest = read_input(args, max_bytes)
    message = replace(message, once=os.urandom(_ONCE_BYTES), judge_within_s=judge_s)
    answer = _answer(path, message, args, answer_within_s + judge_s, house_of(env))
    if isinstance(answer, ServiceError):
        return Unanswered(answer.line(), message, rest)
    say_road(args, "judged by the warm service")
    return put_out(answer, message, rest, args, fail_on=args.fail_on or fail_on, held=lambda: _held(env))


def read_input(args: FilterWords, max_bytes: int) -> tuple[Message, BinaryIO | None]:
    """The message on standard input, and the stream itself where it holds more. Raises InputError."""
    channel = Channel.AI_OUTPUT if args.channel == "ai" else Channel.INCOMING
    format = Format.MAIL if args.mail else Format.TEXT
    return read_stream(sys.stdin.buffer, channel=channel, format=format, max_bytes=max_bytes)


def say_road(args: FilterWords, words: str) -> None:
    """Who judges this message, for whoever asked to know more."""
    if args.verbose:
        print(f"guardian: {words}", file=sys.stderr)


def _own_gate_needed(args: FilterWords, env: Mapping[str, str]) -> str:
    """Why this run can't be judged by the owner's standing settings; empty where it can."""
    for name, value in (
        ("--policies", args.policies),
        ("--threads", args.threads),
        ("--no-journal", args.no_journal),
    ):
        if value:
            return f"{name} was given"
    for name in env:
        if name.startswith("GUARDIAN_") and name not in _NOT_SETTINGS:
            return "a setting stands in the environment"
    return ""


def _seconds(text: str) -> float:
    """A plain number of seconds; infinity for anything else, which the whole settings read, or refuse in words."""
    return float(text) if text.isascii() and text.replace(".", "", 1).isdigit() else float("inf")


def _answer(path: str, message: Message, args: FilterWords, within_s: float, house: Household) -> Answer | ServiceError:
    from guardian.service.client import ServiceClient  # here: who has no service needs no sockets

    try:
        with ServiceClient(path, timeout_s=within_s, house=house) as client:
            return client.screen(message, all_policies=args.all_policies)
    except ServiceError as error:
        return error


def _held(env: Mapping[str, str]) -> Path:
    from guardian.paths import ensure_private_directory, find_paths  # here: hardly any message is held

    return ensure_private_directory(find_paths(env).held)
