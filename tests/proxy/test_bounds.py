"""What is too large to be screened, and errors of the server: nothing passes without a verdict or a word about it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from proxy_rig import CALM, CANARY, HARMFUL, Rig, asking, chat_body, chat_stream, running_proxy, running_service
from proxy_rig import write_policy as write_vault_policy

CHAT = "/v1/chat/completions"
MOST_BYTES_READ = 4096
"""What the service of these tests reads of one message."""


@pytest.fixture(scope="module")
def rigs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Rig]]:
    """A proxy of each mode, of homes with their own services."""
    with contextlib.ExitStack() as opened:
        rigs = {}
        for mode in ("annotate", "hold"):
            place = tmp_path_factory.mktemp(mode)
            home, folder = place / "home", place / "replayed"
            folder.mkdir()
            _settle_in(home)
            opened.enter_context(running_service(home))
            rigs[mode] = opened.enter_context(running_proxy(home, folder, mode=mode))
        yield rigs


def _settle_in(home: Path) -> None:
    write_vault_policy(home)
    with (home / "config" / "settings.toml").open("a") as file:
        file.write(f"[limits]\nmax_bytes_read = {MOST_BYTES_READ}\n")


@pytest.mark.parametrize("mode", ["annotate", "hold"])
def test_an_answer_that_is_larger_than_is_read_is_refused_in_so_many_words(rigs: dict[str, Rig], mode: str) -> None:
    rig = rigs[mode]
    model = rig.record("large", [chat_body(CALM * 100, HARMFUL)], "application/json")
    status, body = rig.post(CHAT, asking(model))
    said = json.loads(body)["error"]
    assert (status, said["code"]) == (502, "upstream_too_large")
    assert "larger than 4,096 bytes: not screened, not passed on" in said["message"]
    assert CANARY.encode() not in body


@pytest.mark.long
@pytest.mark.parametrize("mode", ["annotate", "hold"])
def test_a_stream_that_is_longer_than_is_read_is_said_to_be_judged_in_part(rigs: dict[str, Rig], mode: str) -> None:
    rig = rigs[mode]
    rig.record("long", chat_stream(*[f"{CALM[:-1]} {number}." for number in range(100)]))
    status, body = rig.post(CHAT, asking("long", stream=True))
    rows = [json.loads(line[6:]) for line in body.decode().splitlines() if line.startswith("data: {")]
    spoken = "".join(choice["delta"].get("content") or "" for row in rows for choice in row["choices"])
    assert status == 200
    assert "floor 99." in spoken
    assert "[guardian] this answer: not fully screened" in spoken


ERRORS = [
    ("application/json", json.dumps({"error": {"message": HARMFUL, "type": "x"}}), ("error", "message")),
    ("application/json", json.dumps({"error": HARMFUL}), ("error",)),
    ("application/json", json.dumps({"detail": HARMFUL}), ("detail",)),
    ("application/json", json.dumps({"object": "error", "message": HARMFUL}), ("message",)),
    ("application/json", json.dumps({"reasons": [HARMFUL]}), ("error", "message")),
    ("text/plain", HARMFUL, ("error", "message")),
    ("text/html", f"<p>{HARMFUL}</p>", ("error", "message")),
]


@pytest.mark.parametrize(("kind", "said", "place"), ERRORS)
def test_a_flagged_error_passes_with_a_note_in_it(
    rigs: dict[str, Rig], kind: str, said: str, place: tuple[str, ...]
) -> None:
    rig = rigs["annotate"]
    model = rig.record("error", [said], kind, status=503)
    status, body = rig.post(CHAT, asking(model))
    words = json.loads(body)
    for step in place:
        words = words[step]
    assert status == 503
    assert HARMFUL in words
    assert "[guardian] this answer: flagged" in words
    assert "guardian journal show" in words


@pytest.mark.parametrize("mode", ["annotate", "hold"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_clean_error_passes_byte_for_byte(rigs: dict[str, Rig], mode: str, kind: str) -> None:
    rig, said = rigs[mode], '{ "error":  {"message": "the model is not loaded yet"} }'
    model = rig.record("error", [said], kind, status=503)
    assert rig.post(CHAT, asking(model)) == (503, said.encode())


def test_in_hold_mode_a_flagged_error_stays_back(rigs: dict[str, Rig]) -> None:
    rig = rigs["hold"]
    for kind, said, _ in ERRORS:
        status, body = rig.post(CHAT, asking(rig.record("error", [said], kind, status=503)))
        assert status == 503
        assert CANARY.encode() not in body
        assert b"held back" in body


@pytest.mark.parametrize("mode", ["annotate", "hold"])
def test_an_error_that_is_longer_than_is_read_is_said_to_be_judged_in_part(rigs: dict[str, Rig], mode: str) -> None:
    rig = rigs[mode]
    model = rig.record("error", [json.dumps({"error": {"message": CALM * 100}})], "application/json", status=500)
    status, body = rig.post(CHAT, asking(model))
    assert status == 500
    assert "[guardian] this answer: not fully screened" in json.loads(body)["error"]["message"]
