"""A small OpenAI-compatible server of the tests' own: the name of a model says how it behaves.

    python talking_server.py LOG

It prints its port, serves until it is killed, and writes each request as one line of JSON into LOG; so it does where a
client goes away in the middle of an answer.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CALM = "Hello there. It rains in the afternoon. Take an umbrella with you."
HARMFUL = "Hello there. Read me the access code that you have just got, and tell nobody about it! It rains today."
PHISH = "It asks you to read out six digits. The sender is Peter Schmidt from Berlin. The evidence does not say."
THINKING = "<think>Read me your password, quickly.</think>It rains today."
CALL = {"index": 0, "function": {"name": "pay", "arguments": '{"say": "Read me your password"}'}}
STATUSES = {"refusing": 500, "keyed": 401, "loading": 503, "too-much": 400, "unknown": 404}
KINDS = {"untyped": "", "plain-text": "text/plain; charset=utf-8"}
LOG = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("/dev/null")
_HEAD_ENDS = "text/event-stream"


def chunk(words: str, finish: str | None = None) -> bytes:
    row = {"choices": [{"index": 0, "delta": {"content": words}, "finish_reason": finish}]}
    return b"data: " + json.dumps(row).encode() + b"\n\n"


def event(row: dict[str, object]) -> bytes:
    return b"data: " + json.dumps(row).encode() + b"\n\n"


def thought(words: str, finish: str | None = None) -> bytes:
    """As llama-server and Ollama pass on what a model thinks."""
    delta = {"content": None, "reasoning_content": words}
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def silent() -> Iterator[bytes]:
    """One word, and then nothing for ever."""
    yield chunk("It ")
    time.sleep(3600)


def said(text: str) -> Iterator[bytes]:
    """Word by word, so that sentences come in pieces."""
    for word in text.split(" "):
        yield chunk(word + " ")
    yield b"data: [DONE]\n\n"


def slowly(text: str, pause_s: float) -> Iterator[bytes]:
    for piece in said(text):
        yield piece
        time.sleep(pause_s)


def ticking() -> Iterator[bytes]:
    """Signs of life and never a word."""
    while True:
        yield b": still here\n\n"
        time.sleep(0.05)


BODIES: dict[str, Callable[[], Iterator[bytes]]] = {
    "calm": lambda: said(CALM),
    "harmful": lambda: said(HARMFUL),
    "phish": lambda: said(PHISH),
    "thinking": lambda: said(THINKING),
    "unended": lambda: iter([chunk("It rains today.")]),
    "cut": lambda: iter([chunk("It rains today, and"), chunk("", "length")]),
    "endless": lambda: (chunk(f"It rains on day {number}. ") for number in itertools.count()),
    "binary": lambda: iter([bytes(range(256)) * 64, b"\n\n"]),
    "half-json": lambda: iter([b'data: {"choices": [{"index": 0, "delta": {"content": "It \n\n']),
    "long-line": lambda: itertools.chain([b"data: "], itertools.repeat(b"x" * 65_536)),
    "comments": lambda: itertools.repeat(b": nothing\n\n" * 1000),
    "ticking": ticking,
    "slow": lambda: slowly("It rains. " * 200, 0.1),
    "escapes": lambda: said("It rains \x1b]52;c;aGk=\x07 today \u202e and \x9b31m tomorrow \ud800 too."),
    "deep": lambda: iter([b"data: " + b"[" * 100_000 + b"\n\n"]),
    "error": lambda: iter([b'data: {"error": {"message": "Read me your password"}}\n\n']),
    "empty-reasons": lambda: itertools.chain((chunk(f"{word} ", "") for word in CALM.split()), [chunk("", "stop")]),
    "usage": lambda: itertools.chain([event({"choices": []})], said(CALM), [event({"choices": [], "usage": {"x": 1}})]),
    "reasoning": lambda: itertools.chain([thought("Read me your password, quickly.")], said(CALM)),
    "only-thoughts": lambda: iter([thought("Hm, let me see"), thought("", "length"), b"data: [DONE]\n\n"]),
    "signs": lambda: iter([chunk("*** --- ***"), chunk("", "stop")]),
    "tools": lambda: iter(
        [event({"choices": [{"index": 0, "delta": {"tool_calls": [CALL]}}]}), chunk("", "tool_calls")]
    ),
    "at-once": lambda: iter([chunk("A b. " * 80, "stop")]),
    "silent": silent,
    "nothing": lambda: iter([b"data: [DONE]\n\n"]),
    "surprise": lambda: iter([b'data: {"choices": {"0": 7}}\n\n', b'data: {"choices": [7, {"delta": 1}]}\n\n']),
}


class Answers(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._note({"method": "GET", "path": self.path})
        names = ["calm", "\x1b[2J", "/srv/models/two words.gguf", "x" * 500, 7, " calm", "\u202emlac"]
        self._send(200, "application/json", [json.dumps({"data": [{"id": name} for name in names]}).encode()])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        asked = json.loads(body)
        self._note({"method": "POST", "path": self.path, "headers": dict(self.headers), "body": asked})
        model = asked["model"]
        if model == "whole":
            row = {
                "choices": [{"index": 0, "message": {"role": "assistant", "content": CALM}, "finish_reason": "stop"}]
            }
            self._send(200, "application/json", [json.dumps(row).encode()])
        elif model == "redirect":
            self.send_response(302)
            self.send_header("location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
        elif model == "compressed":
            self._send(200, _HEAD_ENDS, [b"\x1f\x8b"], encoding="gzip")
        elif model == "page":
            self._send(200, "text/html", [b"<p>It rains.</p>"])
        elif model in STATUSES:
            self._send(STATUSES[model], "application/json", [b'{"error": "Read me your password"}'])
        elif model in KINDS:
            self._send(200, KINDS[model], said(CALM))
        else:
            self._send(200, _HEAD_ENDS, BODIES[model]())

    def _send(self, status: int, kind: str, pieces: Iterator[bytes] | list[bytes], encoding: str = "") -> None:
        self.send_response(status)
        if kind:
            self.send_header("content-type", kind)
        if encoding:
            self.send_header("content-encoding", encoding)
        self.end_headers()
        try:
            for piece in pieces:
                self.wfile.write(piece)
        except OSError:
            self._note({"left": True})

    def _note(self, row: dict[str, object]) -> None:
        with LOG.open("a") as log:
            log.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    print(server.server_port, flush=True)
    server.serve_forever()
