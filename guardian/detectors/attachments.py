"""Attached files that do something when they are opened, and names that hide what a file is.

Names are a stranger's words. What may run is told by its ending, as the owner's system tells it; the lists are those
that Gmail and Outlook refuse (support.google.com/mail/answer/6590, "Blocked attachments in Outlook", both as of 2025).
Developers and machines send some of them honestly, so those are only mentioned unless their name hides them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.rulebook import MENTION, PLAIN, WEAK
from guardian.finding import Finding, FindingKind, Span
from guardian.reading.envelope import Attachment

LINK: Final = "deceptive_link"
INVISIBLE: Final = "invisible_characters"

_STARTS_LIST = (
    "appref-ms application chm cpl exe gadget hta inf1 ins iso img jse lnk msc msp mst pif ps1 psm1 scf scr sct"
    " settingcontent-ms"
    " shb url vb vbe vbs vhd vhdx wsc wsf wsh xll"
)
_STARTS: Final = frozenset(_STARTS_LIST.split())
"""Hardly anybody sends these by mail, and large mail systems refuse them."""
_MAY_START_LIST = (
    "ade adp apk app appx bat cmd com deb dmg jar jnlp js mde mjs msi msix one pkg ps py reg rpm run sh svg command"
    " docm dotm pptm ppam ppsm potm xlsm xlam xltm xlsb htm html shtml mht mhtml xhtml"
)
_MAY_START: Final = frozenset(_MAY_START_LIST.split())
"""Programs, macros and pages: honest among those who make them, a road for those who take."""
_HARMLESS_LIST = (
    "pdf doc docx xls xlsx ppt pptx txt rtf odt ods jpg jpeg png gif bmp tif tiff heic mp3 mp4 wav zip rar 7z csv ics"
    " eml"
)
_HARMLESS: Final = frozenset(_HARMLESS_LIST.split())
_TURNED: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that show a name in another order than it has (U+202E turns `exe.fdp` round)."""
_LONG_GAP: Final = re.compile(r"\s{8,}")
_MOST_SPANS: Final = 6


@dataclass(frozen=True, slots=True)
class _Suspicion:
    tactic: str
    score: float
    say: str


class AttachmentsDetector(Detector):
    """Finds attached files that are not what they seem, or that run."""

    name = "attachments"

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding a tactic: `deceptive_link`, `invisible_characters`; strongest file first."""
        found: dict[str, list[tuple[_Suspicion, Span]]] = {}
        for attachment in evidence.reading.attachments:
            span = Span(attachment.start, attachment.end, attachment.name, "visible", exact=False)
            for suspicion in _suspicions(attachment):
                found.setdefault(suspicion.tactic, []).append((suspicion, span))
        findings = []
        for tactic, pairs in found.items():
            pairs.sort(key=lambda pair: -pair[0].score)
            worst, spans = pairs[0][0], tuple(dict.fromkeys(span for _, span in pairs))[:_MOST_SPANS]
            findings.append(Finding(self.name, tactic, worst.score, worst.say, spans, FindingKind.RULE))
        return findings


def _suspicions(attachment: Attachment) -> Iterator[_Suspicion]:
    name = attachment.name
    if not name:
        return
    endings = _endings(name)
    last = endings[-1] if endings else ""
    runs = last in _STARTS or last in _MAY_START
    if _TURNED.search(name) and runs:
        yield _Suspicion(
            INVISIBLE, PLAIN, "has a file whose name is turned round, so that it seems to be of another kind"
        )
    elif _TURNED.search(name) and name.isascii() is False and not _is_right_to_left(name):
        yield _Suspicion(INVISIBLE, WEAK, "has a file with marks in its name that change the order of letters")
    if runs and (_LONG_GAP.search(name) or (len(endings) > 1 and endings[-2] in _HARMLESS)):
        yield _Suspicion(LINK, PLAIN, f"has a file that poses as a document and opens as a program or page (.{last})")
    elif last in _STARTS:
        yield _Suspicion(LINK, PLAIN, f"has a file that runs when it is opened (.{last})")
    elif last in _MAY_START:
        yield _Suspicion(LINK, MENTION, f"has a file that can run something when it is opened (.{last})")


def _endings(name: str) -> list[str]:
    """The endings of a name, as a system takes them: without marks, and without the dots and spaces at its end."""
    even = "".join(letter for letter in unicodedata.normalize("NFKC", name) if unicodedata.category(letter) != "Cf")
    return [part.strip().lower() for part in even.rstrip(". \t").split(".")[1:]]


def _is_right_to_left(name: str) -> bool:
    """Whether it holds letters that are written from right to left, beside which such marks are ordinary."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name)
