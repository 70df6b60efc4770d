"""The words of a recovery phrase between Guardian and its owner: shown once, typed back, or typed in.

Invariants: words are shown on a terminal only, on its second screen, which is wiped and left however the command ends,
so that they do not stay in what can be scrolled back to; a wrong word is told by its place. What a terminal records by
itself (`script`, a session log) is beyond this.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from guardian.errors import JournalError, UsageError
from guardian.journal.phrase import WORDS, Phrase, PhraseError, new_phrase, split_words
from guardian.journal.places.passphrase import is_terminal
from guardian.journal.recovery import entropy_for
from guardian.journal.secret import Secret
from guardian.safe_text import safe_line

MOST_TRIES: Final = 3
MOST_CORRECTIONS: Final = 6
"""A phrase on paper can be hard to read: this many looks at it."""

_MOST_BYTES: Final = 10_000
_COLUMNS: Final = 4
_SECOND_SCREEN: Final = "\x1b[?1049h\x1b[2J\x1b[H"
_WIPE_AND_LEAVE: Final = "\x1b[2J\x1b[3J\x1b[H\x1b[?1049l"


def need_terminal() -> None:
    """Raises UsageError where words would be shown to something else than a terminal."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise UsageError("the words are shown on a terminal only", hint="run guardian key phrase without a pipe")


def show_new_phrase(*, had_one: bool) -> Phrase:
    """Make a phrase, show it, and have it typed back; behind `need_terminal`.

    Raises JournalError where it was not typed back in three tries: the words are then good for nothing, as nothing was
    sealed to them.
    """
    phrase = new_phrase()
    with _second_screen():
        if had_one:
            _say("this journal has a recovery phrase already: these words take its place once they are typed back.\n")
        _say("write these 24 words on paper, with their numbers. they are shown this once.\n")
        _say(_table(phrase.words()))
        _say("type them back, in one line or several; Ctrl-C stops, and changes nothing.")
        for _ in range(MOST_TRIES):
            problem = _difference(_read_words(), phrase)
            if not problem:
                return phrase
            _say(f"{problem}. once more, all 24:")
    raise JournalError("the words were not typed back: three tries", hint="nothing was changed")


def read_phrase(public: bytes) -> Secret:
    """What the owner's words stand for: typed on a terminal, or piped in. Raises PhraseError, JournalError."""
    if not is_terminal(sys.stdin):
        return entropy_for(sys.stdin.buffer.read(_MOST_BYTES).decode("utf-8", "replace"), public)
    with _second_screen():
        _say("type your 24 words, in one line or several:")
        words = _read_words()
        for _ in range(MOST_CORRECTIONS):
            try:
                return entropy_for(" ".join(words), public)
            except PhraseError as error:
                words = _corrected(words, error)
        return entropy_for(" ".join(words), public)


def _corrected(words: list[str], error: PhraseError) -> list[str]:
    """Ask for the one word that is wrong; for all of them where it is not known which."""
    _say(f"{safe_line(error.line())}.")
    if len(error.places) != 1:
        _say("once more, all 24:")
        return _read_words()
    place = error.places[0]
    _say(f"word {place} once more:")
    again = _read_words(1)
    return [*words[: place - 1], *again[:1], *words[place:]]


def _difference(words: list[str], phrase: Phrase) -> str:
    """What is wrong with the words that were typed back; empty where they are right."""
    if len(words) != WORDS:
        return f"{len(words)} words instead of {WORDS}"
    shown = phrase.words()
    wrong = [str(place) for place in range(1, WORDS + 1) if words[place - 1] != shown[place - 1]]
    if not wrong:
        return ""
    return (
        f"word {wrong[0]} is not the one shown"
        if len(wrong) == 1
        else f"words {', '.join(wrong)} are not the ones shown"
    )


def _read_words(count: int = WORDS) -> list[str]:
    """Lines until they hold `count` words, or one is empty. Raises JournalError at the end of the input."""
    words: list[str] = []
    while len(words) < count:
        line = sys.stdin.buffer.readline(_MOST_BYTES).decode("utf-8", "replace")
        if not line:
            raise JournalError("the input ended before the words did", hint="nothing was changed")
        if not line.strip() and words:
            break
        words += split_words(line)
    return words


def _table(words: tuple[str, ...]) -> str:
    rows = WORDS // _COLUMNS
    cells = [f"{place:>2} {word:<10}" for place, word in enumerate(words, 1)]
    return "\n".join("   ".join(cells[row::rows]).rstrip() for row in range(rows)) + "\n"


@contextmanager
def _second_screen() -> Iterator[None]:
    """The terminal's second screen, wiped and left at the end. Where it has none, the owner is told to clear it."""
    has_screens = os.environ.get("TERM", "dumb") != "dumb" and is_terminal(_shown_on())
    try:
        if has_screens:
            _write(_SECOND_SCREEN)
        yield
    finally:
        _write(_WIPE_AND_LEAVE if has_screens else "the words are still on this terminal: clear it.\n")


def _shown_on() -> TextIO:
    return sys.stdout if is_terminal(sys.stdout) else sys.stderr


def _say(words: str) -> None:
    _write(words + "\n")


def _write(text: str) -> None:
    stream = _shown_on()
    stream.write(text)
    stream.flush()
