"""How much later the first words of an AI's answer are seen because of the proxy.

    python scripts/live/proxy_latency.py [--rounds N] [--pause-ms MS]

A replaying server sends one word every MS milliseconds, as a local model does. Each round asks it directly, through a
proxy that annotates and through one that holds, each with the real service and model. Printed are medians over the
rounds, and the worst:

- annotate: how much later the first word arrives than directly;
- hold: how much later the first words arrive than the first sentence is complete directly, which is when the first
  character behind it is there: before that nobody can know that it has ended;
- verdict: how long the service takes for that sentence alone, asked right behind each round: what of `hold` is the
  model's, on a machine as busy as it is now. The proxy asks one word earlier, when the sentence may have ended, so
  that `hold` can be less.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "proxy")]

from proxy_rig import CALM, CALM_TOO, Rig, asking, chat_stream, running_proxy, running_service  # noqa: E402

from guardian.message import Channel, Message  # noqa: E402
from guardian.service.client import ServiceClient  # noqa: E402
from guardian.service.place import SOCKET_NAME  # noqa: E402

BOUND_MS = 30.0
"""Beyond the sentence; the project's own bound."""
_ANSWER = (CALM, CALM_TOO, "There will be coffee and cake.", "Tell me if you can't come, and I will send you my notes.")
_BEHIND_FIRST = CALM_TOO.split()[0]


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description="Added time to the first visible words of an answer.")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--pause-ms", type=float, default=20.0)
    args = parser.parse_args()
    annotate, _ = measured("annotate", args)
    hold, verdict = measured("hold", args)
    print(f"added time to the first visible words, ms ({args.rounds} rounds, a word every {args.pause_ms:g} ms)")
    rows = (("annotate", annotate, "behind the first word"), ("hold", hold, "behind the first sentence"))
    for mode, samples, what in (*rows, ("verdict", verdict, "the service alone")):
        print(f"  {mode:<9} median {statistics.median(samples):6.1f}   worst {max(samples):6.1f}   {what}")
    print(f"  bound     {BOUND_MS:g} behind the first sentence")
    return 0


def measured(mode: str, args: argparse.Namespace) -> tuple[list[float], list[float]]:
    """Added milliseconds, and those of a bare verdict, one a round, after two rounds that warm everything."""
    samples, verdicts = [], []
    with proxied(mode) as rig, ServiceClient(rig.home / "run" / SOCKET_NAME) as client:
        rig.record("bench", chat_stream(*_ANSWER), pause_s=args.pause_ms / 1000)
        for _ in range(args.rounds + 2):
            direct = seen_ms(rig.upstream_port, rig)
            through = seen_ms(rig.port, rig)
            sentence_ms = direct[_BEHIND_FIRST] if mode == "hold" else direct[""]
            samples.append(through[""] - sentence_ms)
            began = time.perf_counter()
            client.screen(
                Message(CALM.encode(), Channel.AI_OUTPUT, context=("User: When is the meeting?",), draft=True)
            )
            verdicts.append((time.perf_counter() - began) * 1000)
    return samples[2:], verdicts[2:]


@contextlib.contextmanager
def proxied(mode: str) -> Iterator[Rig]:
    """A proxy in a home of its own."""
    with tempfile.TemporaryDirectory(prefix="guardian-latency-") as place:
        home, folder = Path(place) / "home", Path(place) / "replayed"
        folder.mkdir()
        with running_service(home), running_proxy(home, folder, mode=mode) as rig:
            yield rig


def seen_ms(port: int, rig: Rig) -> dict[str, float]:
    """When the first text was there (under the empty string), and when the word behind the first sentence was."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        body = json.dumps(asking("bench", stream=True))
        headers = {"Authorization": f"Bearer {rig.token}", "Content-Type": "application/json"}
        began = time.perf_counter()
        connection.request("POST", "/v1/chat/completions", body, headers)
        answer = connection.getresponse()
        seen: dict[str, float] = {}
        for line in answer:
            text = _text(line)
            if text:
                seen.setdefault("", (time.perf_counter() - began) * 1000)
            if _BEHIND_FIRST in text:
                seen.setdefault(_BEHIND_FIRST, (time.perf_counter() - began) * 1000)
        return seen


def _text(line: bytes) -> str:
    if not line.startswith(b"data: {"):
        return ""
    return "".join(choice["delta"].get("content") or "" for choice in json.loads(line[6:])["choices"])


if __name__ == "__main__":
    sys.exit(main())
