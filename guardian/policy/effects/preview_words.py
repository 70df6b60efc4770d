"""A preview as plain lines.

Invariant: every word that came from a message has passed `safe_line`; every number is told with what it was counted
over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Final

from guardian.calibration.interval import CONFIDENCE
from guardian.journal.reports.view import local_time
from guardian.journal.reports.view_lines import SENDER_COLUMNS, SEQ_COLUMNS, fitted
from guardian.policy.effects.preview import Preview, Share, Shown
from guardian.policy.replay import Left
from guardian.policy.trying.match_words import reasons_words
from guardian.safe_text import safe_line

_TEXT_CHARACTERS: Final = 60
_LEAST_FOR_BURST: Final = 100
_BURST: Final = 0.5
"""Share of the messages that one hour recorded, from which on it looks like an archive that was scanned at once."""
_LEFT_WORDS: Final = {
    Left.OTHER_MODEL: "judged by another model, or by this one calibrated otherwise",
    Left.NOT_JUDGED: "not judged by the model",
    Left.UNREADABLE: "that can't be read",
}


def preview_lines(preview: Preview, zone: tzinfo | None = None) -> Iterator[str]:
    """All of it. Times are those of `zone` (None: this machine's)."""
    yield _headline(preview)
    yield from _counts(preview)
    left = left_out_words(preview)
    if left:
        yield f"  not tried: {'; '.join(left)}"
    yield f"alerts a week: {_a_week(preview, preview.after)}" + _beside(preview, _a_week(preview, preview.before))
    if preview.messages >= _LEAST_FOR_BURST and preview.span.in_one_hour > _BURST * preview.messages:
        yield (
            f"  {preview.span.in_one_hour:,} were recorded within one hour, as of an archive that is scanned: "
            "a rate by the week means little then"
        )
    beside = _beside(preview, _share(preview.bank_before))
    yield f"ordinary messages of the reference bank: {_share(preview.bank_after)}{beside}"
    yield "  (numbers alone: its rules and patterns can't be tried there)"
    yield f"matching one message takes {preview.added_ms:+.3f} ms (median; passes of the model not counted)"
    yield from _shown("newly flagged", preview.newly_flagged, preview.flagged_shown, zone)
    yield from _shown("newly clear", preview.newly_clear, preview.clear_shown, zone)


def _headline(preview: Preview) -> str:
    if preview.is_new:
        against = "nothing of that name is in force"
    elif preview.is_same:
        against = "the version in force says the same"
    else:
        against = "against the version in force"
    tried = "; a draft, tried as if it were active" if preview.as_if_active else ""
    return f"preview of {preview.policy}: {against}{tried}"


def _beside(preview: Preview, figure: str) -> str:
    return "" if preview.is_new else f"; in force: {figure}"


def _counts(preview: Preview) -> Iterator[str]:
    days = preview.span.weeks * 7
    if not preview.messages and not preview.untold:
        yield "no message of the journal could be tried"
        return
    yield (
        f"{preview.messages:,} messages of {days:.1f} days: the draft matches {preview.after:,}"
        f"{_beside(preview, f'{preview.before:,}')}; "
        f"newly flagged {preview.newly_flagged:,}, newly clear {preview.newly_clear:,}"
    )
    if preview.changed_strength:
        yield f"  {preview.changed_strength:,} that both match, with another action"


def left_out_words(preview: Preview) -> list[str]:
    """What could not be told, each kind with its number."""
    left = [f"{count:,} {_LEFT_WORDS[reason]}" for reason, count in preview.span.left.items() if count]
    if preview.untold:
        left.insert(0, f"{preview.untold:,} whose text was not kept, so patterns and examples can't be tried")
    if preview.span.only_counted:
        left.append(f"{preview.span.only_counted:,} clean ones that were only counted (journal.clean keeps more)")
    return left


def _a_week(preview: Preview, count: int) -> str:
    rate, low, high = preview.a_week(count)
    return f"{rate:.1f} ({low:.1f} to {high:.1f}, {CONFIDENCE:.0%})"


def _share(share: Share) -> str:
    if not share.of:
        return "none on these channels"
    low, high = share.interval
    rarity = f"1 in {share.of / share.matched:,.0f}" if share.matched else "none"
    often = f"1 in {1 / high:,.0f}" if high else "never"
    seldom = f"1 in {1 / low:,.0f}" if low else "never"
    return f"{rarity} ({share.matched:,} of {share.of:,}; {often} to {seldom})"


def _shown(title: str, count: int, shown: Sequence[Shown], zone: tzinfo | None) -> Iterator[str]:
    if not count:
        return
    yield f"{title}{f', the newest {len(shown)} of {count:,}' if count > len(shown) else ''}:"
    for one in shown:
        yield shown_line(one, zone)


def shown_line(shown: Shown, zone: tzinfo | None = None) -> str:
    """One message on which the two versions differ, in one safe line."""
    stored = shown.stored
    moment = local_time(stored.at_ms, zone)
    minute = moment.strftime("%Y-%m-%d %H:%M") if moment is not None else ""
    sender = fitted(stored.sample.evidence.message.sender or "-", SENDER_COLUMNS)
    if stored.message is None:
        text = "(text not kept)"
    else:
        text = safe_line(" ".join(stored.message.raw[:1_000].decode("utf-8", "replace").split()), _TEXT_CHARACTERS)
    return f"{stored.seq:>{SEQ_COLUMNS}}  {minute:<16}  {sender}  {reasons_words(shown.match.because)}: {text}"
