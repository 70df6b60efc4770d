"""What the service takes of memory, descriptors and threads after many messages.

    .venv/bin/python scripts/live/service_memory.py [--messages 100000] [--clients 4] [--samples 20] [--senders 20000]

One message in 20 is a scam, which the journal records; one in 1,000 is a mail with 2 MB attached. Printed are samples
and, over the second half of them, growth per 10,000 messages: the first half fills caches. With few senders, a message
is judged together with up to 20 earlier ones of its sender, and takes five times as long.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

from guardian.message import Format, Message  # noqa: E402
from guardian.service.client import ServiceClient  # noqa: E402
from live.service_house import SCAM, SHORT, Footprint, footprint, service  # noqa: E402

SENDERS = 20_000
_BIG = (
    b"Subject: minutes\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n"
    b"The minutes are attached.\r\n--x\r\nContent-Type: application/octet-stream\r\n"
    b"Content-Disposition: attachment; filename=minutes.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b"/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8U\r\n" * 29_000
    + b"--x--\r\n"
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="memory of the warm service")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--senders", type=int, default=SENDERS)
    args = parser.parse_args()
    with service() as (process, path):
        samples: list[tuple[int, Footprint]] = []
        each = args.messages // args.samples
        for number in range(args.samples):
            began = time.monotonic()
            send(path, args.clients, range(number * each, (number + 1) * each), args.senders)
            samples.append(((number + 1) * each, footprint(process)))
            _print_sample(*samples[-1], each / (time.monotonic() - began))
        print(f"growth over the second half: {growth_mb(samples):+.2f} MB per 10,000 messages")


def growth_mb(samples: Sequence[tuple[int, Footprint]]) -> float:
    """Slope of the resident memory over the second half of the samples, by least squares, per 10,000 messages."""
    half = samples[len(samples) // 2 :]
    counts = [count for count, _ in half]
    sizes = [taken.resident_mb for _, taken in half]
    middle, level = sum(counts) / len(counts), sum(sizes) / len(sizes)
    over = sum((count - middle) ** 2 for count in counts)
    rise = sum((count - middle) * (size - level) for count, size in zip(counts, sizes, strict=True))
    return rise / over * 10_000 if over else 0.0


def send(path: Path, clients: int, numbers: range, senders: int = SENDERS) -> None:
    """Ask about these messages, from so many clients at once; returns when all are answered."""

    def ask(first: int) -> None:
        with ServiceClient(path) as client:
            for number in numbers[first::clients]:
                client.screen(_message(number, senders))

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def _message(number: int, senders: int) -> Message:
    if number % 1000 == 999:
        return Message(_BIG, id=f"{number}", format=Format.MAIL, sender="minutes@example.org")
    text = SCAM if number % 20 == 19 else SHORT
    return Message(text.format(number).encode(), id=f"{number}", sender=f"{number % senders}@example.org")


def _print_sample(messages: int, taken: Footprint, rate: float) -> None:
    print(f"{messages:>7} messages, {rate:.0f} a second: resident {taken.resident_mb:.0f} MB", end="")
    print(f" (shared pages once {taken.shared_once_mb:.0f} MB), {taken.descriptors} descriptors", end="")
    print(f", {taken.threads} threads", flush=True)


if __name__ == "__main__":
    main()
