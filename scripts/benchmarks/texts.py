"""The texts that benchmarks screen: ordinary and manipulative ones of `models/training`, else a few of our own.

Invariants: the same texts in the same order on every run; nothing is taken from outside the repository.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from guardian.message import Channel, Message

MESSAGE_100_TOKENS = (
    "Hi both, the plumber came this morning and the leak under the sink is mended, it was only a worn washer. He left "
    "the old one on the windowsill in case you want to see it. The bill is 85 and I have paid it already, so we can "
    "settle up at the end of the month as usual. Dinner on Saturday still stands, we thought about seven, and please "
    "bring the big pan back if you think of it. Lots of love, Mum"
)
"""An ordinary message of 100 tokens, [CLS] and [SEP] included."""

_OWN_ORDINARY = (
    "Your parcel is out for delivery today between one and two. Nobody in? We leave it in the porch as you asked.",
    "The minutes of Tuesday's meeting are in the shared folder. Corrections by Friday, please, no hurry before that.",
    "Thanks for the photos! The one by the lake is going on the wall. Shall we do the same walk again in spring?",
    "Your library loan of two books is due on the ninth. You can renew it twice, online or at the desk.",
    "Train to the coast leaves at 8:12 from platform three, I have the tickets. Bring a jacket, it will be windy.",
    "Invoice 2231 for November is attached, payable within 30 days. Our details are the same as on every invoice.",
    "Practice moves to the small hall next week because of the elections. Same time, and the key is with Ruth.",
    "The recipe wants two eggs, but one large one does. Let the dough rest overnight and bake it at 200 degrees.",
)
_OWN_MANIPULATIVE = (
    "Final notice: pay 312.40 within 2 hours or a bailiff will come this afternoon. Payment only by instant transfer.",
    "Hi Mum, this is my new number. Rent is due today and my bank blocked me. Send 840 now and tell nobody, please.",
    "After all I did for you, you talk to your sister and not to me? I never said that. You imagine things again.",
    "I am the only one who really understands you. You do not need them, stay here and talk to me a little longer.",
)


@dataclass(frozen=True, slots=True)
class Text:
    """One text and who speaks in it."""

    text: str
    channel: Channel = Channel.INCOMING

    def message(self, id: str = "") -> Message:
        """The text as a source would hand it to the gate."""
        return Message(self.text.encode(), channel=self.channel, id=id, source="bench")

    def line(self) -> str:
        """The text as a line of NDJSON."""
        return json.dumps({"text": self.text, "channel": self.channel.value}) + "\n"


@dataclass(frozen=True, slots=True)
class Texts:
    """Everything there is to screen."""

    ordinary: tuple[Text, ...]
    manipulative: tuple[Text, ...]

    def mixed(self, count: int, manipulative_share: float = 0.0) -> list[Text]:
        """`count` texts spread over all forms (SMS, mail, chat, assistants' answers), in a fixed order."""
        bad = round(count * manipulative_share)
        return sorted([*_spread(self.ordinary, count - bad), *_spread(self.manipulative, bad)], key=_stable_shuffle)

    def long(self, size_bytes: int) -> str:
        """An ordinary text of about `size_bytes`: messages one after the other."""
        parts: list[str] = []
        size = 0
        for text in _endless(self.ordinary):
            parts.append(text.text)
            size += len(text.text.encode()) + 2
            if size >= size_bytes:
                break
        return "\n\n".join(parts).encode()[:size_bytes].decode("utf-8", "ignore")

    def examples(self, count: int) -> list[str]:
        """`count` different texts for policies; they repeat with a number in front where the corpus runs out."""
        every = [*self.ordinary, *self.manipulative]
        rounds = range(-(-count // len(every)))
        return [f"({again}) {text.text}" if again else text.text for again in rounds for text in every][:count]


def load_texts(training: Path) -> Texts:
    """The texts under `models/training`, or the few above where that folder is absent (it is in no wheel)."""
    rows = [row for folder in ("bank", "corpus") for path in _files(training / folder) for row in _rows(path)]
    ordinary = tuple(text for text, is_manipulative in rows if not is_manipulative)
    manipulative = tuple(text for text, is_manipulative in rows if is_manipulative)
    return Texts(ordinary or tuple(map(Text, _OWN_ORDINARY)), manipulative or tuple(map(Text, _OWN_MANIPULATIVE)))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def _rows(path: Path) -> Iterator[tuple[Text, bool]]:
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Text(row["text"], Channel(row["channel"])), bool(row["label"])


def _spread(texts: Sequence[Text], count: int) -> list[Text]:
    return [texts[index * len(texts) // count % len(texts)] for index in range(count)]


def _stable_shuffle(text: Text) -> int:
    """Mixes the two kinds without chance: the same on every run and every machine."""
    return sum(text.text.encode()) * 2_654_435_761 % (1 << 32)


def _endless(texts: Sequence[Text]) -> Iterator[Text]:
    while True:
        yield from texts
