"""What happens to an answer on its way: what is held back, what is told, and what where something breaks."""

from __future__ import annotations

import contextlib
import json
import re
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from proxy_rig import (
    CALM,
    CALM_TOO,
    CANARY,
    HARMFUL,
    STARTS_WITHIN_S,
    Rig,
    asking,
    chat_body,
    chat_stream,
    ollama_stream,
    running_proxy,
    running_service,
    tool_stream,
    wait_until,
    write_policy,
)

CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def annotating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with screening(tmp_path_factory.mktemp("annotating"), request_timeout_s="2", upstream_timeout_s="5") as rig:
        yield rig


@pytest.fixture(scope="module")
def holding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with screening(tmp_path_factory.mktemp("holding"), mode="hold") as rig:
        yield rig


@contextlib.contextmanager
def screening(place: Path, **settings: str) -> Iterator[Rig]:
    home, folder = place / "home", place / "replayed"
    folder.mkdir()
    write_policy(home)
    with running_service(home), running_proxy(home, folder, **settings) as rig:
        yield rig


def spoken(body: bytes) -> str:
    """The text of a chat that streamed, as a client puts it together."""
    rows = [json.loads(line[6:]) for line in body.decode().splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for row in rows for choice in row["choices"])


def raw_exchange(rig: Rig, path: str, body: dict[str, object]) -> bytes:
    """Every byte that came to the client's socket."""
    data = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{rig.port}\r\nAuthorization: Bearer {rig.token}\r\n"
        f"Connection: close\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    received = b""
    with socket.create_connection(("127.0.0.1", rig.port), timeout=STARTS_WITHIN_S) as connection:
        connection.sendall(head.encode() + data)
        while got := connection.recv(65_536):
            received += got
    return received


def records(rig: Rig) -> list[dict[str, object]]:
    said = rig.guardian("journal", "list", "--json").stdout
    return [record for record in map(json.loads, said.splitlines()) if record["kind"] == "verdict"]


# --- annotate ---------------------------------------------------------------------------------------------------


def test_a_flagged_answer_passes_whole_and_a_note_stands_behind_it(annotating: Rig) -> None:
    pieces = chat_stream(CALM, HARMFUL, CALM_TOO)
    model = annotating.record("flagged", pieces)
    before = len(records(annotating))
    status, body = annotating.post(CHAT, asking(model, stream=True))
    text = spoken(body)
    assert status == 200
    assert text.startswith(f"{CALM} {HARMFUL} {CALM_TOO}")
    note = text.removeprefix(f"{CALM} {HARMFUL} {CALM_TOO}")
    assert "guardian" in note
    assert body.endswith("".join(pieces[-1:]).encode())
    assert len(records(annotating)) == before + 1


def test_a_flagged_answer_that_does_not_stream_has_its_note_too(annotating: Rig) -> None:
    model = annotating.record("flagged-whole", [chat_body(CALM, HARMFUL)], "application/json")
    _, body = annotating.post(CHAT, asking(model))
    text = json.loads(body)["choices"][0]["message"]["content"]
    assert text.startswith(f"{CALM} {HARMFUL}")
    assert "guardian" in text.removeprefix(f"{CALM} {HARMFUL}")


def test_a_client_that_goes_away_ends_the_servers_work(annotating: Rig) -> None:
    model = annotating.record("hangs", chat_stream(CALM, HARMFUL)[:-2], after="hang")
    data = json.dumps(asking(model, stream=True)).encode()
    before = len(records(annotating))
    with socket.create_connection(("127.0.0.1", annotating.port), timeout=STARTS_WITHIN_S) as connection:
        connection.sendall(
            f"POST {CHAT} HTTP/1.1\r\nHost: 127.0.0.1:{annotating.port}\r\nAuthorization: Bearer {annotating.token}\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        received = b""
        while CANARY.split()[-1].encode() not in received:
            received += connection.recv(65_536)
    wait_until(lambda: {"left": True} in annotating.asked())
    wait_until(lambda: len(records(annotating)) == before + 1)  # the owner has read it by then


def test_a_client_that_goes_away_while_the_server_thinks_ends_that_too(annotating: Rig) -> None:
    model = annotating.record("thinks", [], after="hang")
    left = annotating.asked().count({"left": True})
    data = json.dumps(asking(model)).encode()
    with socket.create_connection(("127.0.0.1", annotating.port), timeout=STARTS_WITHIN_S) as connection:
        connection.sendall(
            f"POST {CHAT} HTTP/1.1\r\nHost: 127.0.0.1:{annotating.port}\r\nAuthorization: Bearer {annotating.token}\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        wait_until(lambda: '"thinks"' in annotating.asked()[-1].get("body", ""))
    wait_until(lambda: annotating.asked().count({"left": True}) == left + 1)


def test_an_answer_that_breaks_off_is_seen_to_break_off(annotating: Rig) -> None:
    model = annotating.record("breaks", chat_stream(CALM, CALM_TOO)[:-4], after="break")
    received = raw_exchange(annotating, CHAT, asking(model, stream=True))
    assert b"meeting" in received
    assert not received.endswith(b"0\r\n\r\n")  # the last chunk, which says that all was sent


@pytest.mark.long
def test_a_server_that_falls_silent_is_not_waited_for_for_ever(annotating: Rig) -> None:
    model = annotating.record("silent", chat_stream(CALM, CALM_TOO)[:-4], after="hang")
    received = raw_exchange(annotating, CHAT, asking(model, stream=True))
    assert b"meeting" in received
    assert not received.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("text/html", f"<p>{HARMFUL}</p>"),
        ("application/json", f"[{json.dumps(HARMFUL)}]"),
        ("application/json", HARMFUL),
    ],
    ids=["page", "list", "no JSON"],
)
def test_an_answer_in_an_unknown_form_is_not_passed_on(annotating: Rig, kind: str, said: str) -> None:
    model = annotating.record("unknown", [said], kind)
    status, body = annotating.post(CHAT, asking(model))
    assert status == 502
    assert CANARY.encode() not in body


@pytest.mark.long
def test_a_client_that_takes_nothing_holds_the_server_back_and_is_cut_off(annotating: Rig) -> None:
    comment = ": " + "x" * 65_000 + "\n\n"  # which nobody judges, so that nothing else holds it back
    model = annotating.record("floods", [comment * 10] * 200)  # 130 MB
    data = json.dumps(asking(model, stream=True)).encode()
    resident = resident_mb(annotating)
    with socket.create_connection(("127.0.0.1", annotating.port), timeout=STARTS_WITHIN_S) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(
            f"POST {CHAT} HTTP/1.1\r\nHost: 127.0.0.1:{annotating.port}\r\nAuthorization: Bearer {annotating.token}\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        most = resident
        ends = select.poll()
        ends.register(connection, 0)  # tells of nothing but that it is cut off
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not ends.poll(50):
            most = max(most, resident_mb(annotating))
            assert time.monotonic() < deadline
    assert most - resident < 40


def test_none_of_this_left_words_behind(annotating: Rig) -> None:
    said = annotating.said.read_text()
    assert "Traceback" not in said
    assert "exception" not in said
    assert CANARY not in said


# --- hold -------------------------------------------------------------------------------------------------------

HELD = {
    "first": (HARMFUL, CALM, CALM_TOO),
    "middle": (CALM, HARMFUL, CALM_TOO),
    "last": (CALM, CALM_TOO, HARMFUL),
    "alone": (HARMFUL,),
}


@pytest.mark.long
def test_not_one_byte_of_a_flagged_sentence_is_released(holding: Rig) -> None:
    for name, sentences in HELD.items():
        model = holding.record(name, chat_stream(*sentences))
        received = raw_exchange(holding, CHAT, asking(model, stream=True))
        text = spoken(received.split(b"\r\n\r\n", 1)[1])
        for word in ("codes", "vault", "others", "notice", "Do send"):
            assert word.encode() not in received, name
        assert "guardian" in text, name
        assert re.search(r"journal show \d+", text), name
        model = holding.record(name, [chat_body(*sentences)], "application/json")
        assert b"vault" not in raw_exchange(holding, CHAT, asking(model)), name
        model = holding.record(name, ollama_stream(*sentences), "application/x-ndjson")
        assert b"vault" not in raw_exchange(holding, "/api/chat", asking(model)), name
    assert all(CANARY in json.dumps(record) for record in records(holding)[-3:])  # it can be opened


def test_the_flagged_input_of_a_tool_is_held_back(holding: Rig) -> None:
    model = holding.record("tool", tool_stream(json.dumps({"say": HARMFUL})))
    received = raw_exchange(holding, CHAT, asking(model, stream=True))
    assert b"vault" not in received
    assert b"weather" in received
    assert b"guardian" in received


def test_the_sentences_round_a_flagged_one_are_released(holding: Rig) -> None:
    model = holding.record("round", chat_stream(CALM, HARMFUL))
    _, body = holding.post(CHAT, asking(model, stream=True))
    assert spoken(body).startswith(CALM)


@pytest.mark.parametrize("is_escaped", [False, True])
def test_an_errors_words_are_held_back_too(holding: Rig, is_escaped: bool) -> None:
    body = json.dumps({"error": {"message": HARMFUL}})
    body = body.replace(HARMFUL, HARMFUL if not is_escaped else "".join(f"\\u{ord(sign):04x}" for sign in HARMFUL))
    model = holding.record("error", [body], "application/json", status=500)
    status, answer = holding.post(CHAT, asking(model))
    assert status == 500
    assert CANARY.encode() not in answer
    assert b"held back" in answer


# --- without a service ------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(("mode", "fail_closed", "passes"), [("annotate", "off", True), ("hold", "off", True)])
def test_without_a_service_it_is_said_that_nothing_was_screened(
    mode: str, fail_closed: str, passes: bool, tmp_path: Path
) -> None:
    with without_service(tmp_path, mode=mode, fail_closed=fail_closed) as rig:
        model = rig.record("away", chat_stream(CALM, CALM_TOO))
        _, body = rig.post(CHAT, asking(model, stream=True))
        assert (CALM in spoken(body)) is passes
        assert "without being fully screened: guardian's service does not answer" in spoken(body)
        assert str(rig.home) not in body.decode()  # it goes on to the server with the next question
        assert "guardian: not screened: " in rig.said.read_text()


@pytest.mark.long
def test_without_a_service_the_owner_may_have_everything_held_back(tmp_path: Path) -> None:
    with without_service(tmp_path, mode="hold", fail_closed="on") as rig:
        model = rig.record("away", chat_stream(CALM, CALM_TOO))
        received = raw_exchange(rig, CHAT, asking(model, stream=True))
        assert b"meeting" not in received
        assert b"figures" not in received
        assert b"guardian" in received


@contextlib.contextmanager
def without_service(place: Path, **settings: str) -> Iterator[Rig]:
    """A proxy in a home where no service can be started: there is no model."""
    home, folder = place / "home", place / "replayed"
    folder.mkdir()
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.toml").write_text(f'model_dir = "{place / "nothing"}"\n')
    with running_proxy(home, folder, **settings) as rig:
        yield rig


# --- measures ---------------------------------------------------------------------------------------------------


def resident_mb(rig: Rig) -> float:
    pages = int(Path(f"/proc/{rig.process.pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6
