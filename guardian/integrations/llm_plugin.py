"""A plug-in for `llm` (https://llm.datasette.io): screens what any of its models answers, and tells on standard error.

`llm` has no hook for complete answers (its hooks are in `llm/hookspecs.py`: `register_models` and five others), so this
plug-in, called last, sees every model that was registered and has each response tell it when it is done.

Invariants: an answer passes unchanged and at its own speed; nothing here raises into `llm`; what could not be screened
says so. Guardian is imported when the first answer is complete, so that `llm` starts as fast as without it.
"""

from __future__ import annotations

import asyncio
import functools
import os
import sys
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

import llm

_MARK: Final = "_guardian_screens"
_BROKEN_OFF: Final = "NOT screened: the answer broke off"
SOURCE: Final = "llm"


@llm.hookimpl(trylast=True)
def register_models(register: Callable[..., None], model_aliases: list[Any]) -> None:
    """Called by `llm` with the models that all other plug-ins registered."""
    for registered in model_aliases:
        for model in (registered.model, registered.async_model):
            if model is not None and not hasattr(model, _MARK):
                _screen_answers_of(model)


def _screen_answers_of(model: Any) -> None:
    """Have each response of `model` told to us when it is complete: `execute` is given the response that it fills."""
    execute = model.execute
    is_async = isinstance(model, llm.AsyncModel | llm.AsyncKeyModel)

    @functools.wraps(execute)
    def executed(prompt: Any, *args: Any, **named: Any) -> Any:
        response = named.get("response") or next((each for each in args if hasattr(each, "done_callbacks")), None)
        if response is not None:
            response.done_callbacks.append(_tell_later if is_async else _tell_of)
        chunks = execute(prompt, *args, **named)
        return _watched_async(chunks) if is_async else _watched(chunks)

    try:
        model.execute = executed
        setattr(model, _MARK, True)
    except AttributeError:  # a model with slots
        _say(f"NOT screened: the model {model.model_id} takes no plug-in")


def _watched(chunks: Iterable[Any]) -> Iterator[Any]:
    """The same chunks; says so where they break off, because a response that is never complete is never screened."""
    is_shown = False
    try:
        for chunk in chunks:
            is_shown = True
            yield chunk
    except BaseException:
        if is_shown:
            _say(_BROKEN_OFF)
        raise


async def _watched_async(chunks: AsyncIterable[Any]) -> AsyncIterator[Any]:
    is_shown = False
    try:
        async for chunk in chunks:
            is_shown = True
            yield chunk
    except BaseException:
        if is_shown:
            _say(_BROKEN_OFF)
        raise


async def _tell_later(response: Any) -> None:
    """The same for an asynchronous response: other tasks go on while it is screened."""
    await asyncio.to_thread(_tell_of, response)


def _tell_of(response: Any) -> None:
    """Screen a response that is complete, and tell; `llm` calls this."""
    try:
        text = response.text_or_raise()
        if text.strip():
            lines = _screened_lines(text, response)
            if lines and sys.stderr is not None and sys.stderr.isatty():
                print(file=sys.stderr)  # `llm` ends the answer's last line only after this
            for line in lines:
                _say(line)
    except Exception as error:  # the owner's tool must not end because of its guard
        _say(f"NOT screened: {type(error).__name__}")


def _screened_lines(text: str, response: Any) -> tuple[str, ...]:
    from guardian.errors import GuardianError
    from guardian.hooks.asking import NotScreened, as_message, ask
    from guardian.message import Channel
    from guardian.outcome import Outcome
    from guardian.settings import load_settings

    try:
        settings = load_settings(os.environ, {})
    except GuardianError as error:
        return (f"NOT screened: {error.line()}",)
    context = _turns_before(response)
    answer = ask(
        as_message(text, Channel.AI_OUTPUT, SOURCE, settings, id=str(response.model.model_id), context=context),
        settings,
    )
    if isinstance(answer, NotScreened):
        return (f"NOT screened: {answer.why}",)
    return answer.notices if answer.outcome is Outcome.CLEAN else (*answer.notices, *answer.lines)


def _turns_before(response: Any) -> tuple[str, ...]:
    """The human's goal and the latest turns, oldest first."""
    from guardian.hooks.transcript import MOST_TURNS, TURN_CHARS

    turns: list[str] = []
    earlier = response.conversation.responses if response.conversation else ()
    for each in (*(one for one in earlier if one is not response), response):
        turns.append(f"User: {str(each.prompt.prompt or '')[:TURN_CHARS]}")
        if each is not response:
            turns.append(f"Assistant: {each.text_or_raise()[:TURN_CHARS]}")
    return tuple(dict.fromkeys([*turns[:1], *turns[-MOST_TURNS:]]))


def _say(line: str) -> None:
    from guardian.safe_text import safe_text

    if sys.stderr is not None:  # closed: `print` would take standard output instead
        with suppress(OSError, ValueError):  # nobody reads it any more
            print(f"guardian: {safe_text(line)}", file=sys.stderr)
