"""Promises of the check that every model of the owner's passes before native code sees it."""

from __future__ import annotations

import copy
import os
import socket
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from broken_files import BROKEN, UNFIT, Make, key, part
from gguf_mutants import mutant
from gguf_rig import Parts, numbers, sound_parts, text, texts, u32

from guardian.gguf.check import read_facts
from guardian.gguf.errors import ModelFileError
from guardian.gguf.facts import GgufFacts

MUTANTS = 2000


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return sound_parts(tmp_path_factory.mktemp("sound"))


def checked(raw: bytes, folder: Path) -> GgufFacts:
    path = folder / "model.gguf"
    path.write_bytes(raw)
    return read_facts(path)


def refusal(raw: bytes, folder: Path) -> ModelFileError:
    with pytest.raises(ModelFileError) as caught:
        checked(raw, folder)
    return caught.value


def changed(parts: Parts, make: Make) -> bytes:
    return make(copy.deepcopy(parts))


def last_tensor_unpadded(parts: Parts) -> bytes:
    """Some writers leave out what would only fill the file up."""
    last = parts.tensors[-1]
    last.shape, last.data = [63], last.data[: 63 * 4]
    return parts.file()[:-4]


def renamed_architecture(parts: Parts) -> bytes:
    parts.keys = {name.replace("llama.", "next-year."): value for name, value in parts.keys.items()}
    parts.keys["general.architecture"] = text("next-year")
    return parts.file()


# --- sound files ------------------------------------------------------------------------------------------------------


def test_a_sound_file_says_what_it_is(sound: Parts, tmp_path: Path) -> None:
    facts = checked(sound.file(), tmp_path)
    assert (facts.architecture, facts.name, facts.version) == ("llama", "tiny random", 3)
    assert (facts.context_tokens, facts.embedding, facts.layers, facts.vocabulary) == (8192, 64, 2, sound.tokens)
    assert (facts.tokenizer, facts.pre_tokenizer, facts.file_type) == ("gpt2", "gpt-2", "F32")
    assert facts.special_tokens == ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    assert "<|im_start|>" in facts.chat_template
    assert facts.tensors == len(sound.tensors)
    assert facts.tensor_bytes == sum(len(tensor.data) for tensor in sound.tensors)
    assert facts.cache_numbers_per_token == 2 * 64 * 2  # keys and values of 64 numbers in two layers
    assert facts.cache_bytes(1000) == 512_000


KEEPS_IT_SOUND: dict[str, Make] = {
    "version 2": part(version=2),
    "padding of the last tensor missing": last_tensor_unpadded,
    "padding id out of range, as some files have": key("tokenizer.ggml.padding_token_id", u32(2**32 - 1)),
    "heads by layer": key("llama.attention.head_count_kv", numbers("i", [2, 2])),
    "a whole tokenizer as JSON": key("tokenizer.huggingface.json", text(b"{" * 3_000_000)),
    "two tokens without letters": key(
        "tokenizer.ggml.tokens",
        lambda parts: texts(["", "", *(f"t{number}" for number in range(parts.tokens - 2))]),
    ),
    "alignment said": key("general.alignment", u32(32)),
    "one part of one": key("split.count", struct.pack("<IH", 2, 1)),
    "a model by its type": key("general.type", text("model")),
    "an architecture that we do not know": renamed_architecture,
}


@pytest.mark.parametrize("kind", KEEPS_IT_SOUND)
def test_what_is_allowed_is_not_refused(kind: str, sound: Parts, tmp_path: Path) -> None:
    facts = checked(changed(sound, KEEPS_IT_SOUND[kind]), tmp_path)
    assert facts.vocabulary == sound.tokens


def test_a_name_in_the_file_is_safe_on_a_terminal(sound: Parts, tmp_path: Path) -> None:
    hostile = changed(sound, key("general.name", text("evil\x1b]0;title\x07\n" + "x" * 500)))
    facts = checked(hostile, tmp_path)
    assert facts.name.startswith("evil\\x1b]0;title\\x07")
    assert len(facts.name) <= 120


def test_a_chat_template_is_read_and_not_run(sound: Parts, tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    template = "{{ ''.__class__.__base__.__subclasses__() }}" + f"{{{{ open('{planted}', 'w') }}}}"
    assert checked(changed(sound, key("tokenizer.chat_template", text(template))), tmp_path).chat_template == template
    assert not planted.exists()


@pytest.mark.parametrize(
    ("name", "file", "is_guard"),
    [
        ("Llama Guard 3 8B", "x", True),
        ("", "granite-guardian-3.2-5b", True),
        ("ShieldGemma 2B", "x", True),
        ("gpt-oss-safeguard-20b", "x", True),
        ("Qwen3 4B", "qwen3-4b", False),
    ],
)
def test_a_guard_is_known_by_its_name(name: str, file: str, is_guard: bool, sound: Parts, tmp_path: Path) -> None:
    path = tmp_path / f"{file}.gguf"
    path.write_bytes(changed(sound, key("general.name", text(name))))
    assert read_facts(path).is_guard_like is is_guard


def test_the_shipped_encoder_is_an_encoder() -> None:
    (model,) = (Path(__file__).parents[2] / "models").glob("*.gguf")
    with pytest.raises(ModelFileError, match="it is an encoder"):
        read_facts(model)


# --- broken files -----------------------------------------------------------------------------------------------------


def test_there_are_thirty_kinds_of_damage_at_least() -> None:
    assert len(BROKEN) >= 30


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_refused_in_one_line_that_says_why(kind: str, sound: Parts, tmp_path: Path) -> None:
    make, says = BROKEN[kind]
    error = refusal(changed(sound, make), tmp_path)
    line = error.line()
    assert says.format(tokens=f"{sound.tokens:,}") in line
    assert line.startswith(f"{tmp_path}/model.gguf: ")
    assert line.isprintable()
    assert "get the file again" in error.hint


@pytest.mark.parametrize("kind", UNFIT)
def test_what_could_not_be_asked_is_refused_in_words(kind: str, sound: Parts, tmp_path: Path) -> None:
    make, says = UNFIT[kind]
    error = refusal(changed(sound, make), tmp_path)
    assert says in error.line()
    assert not error.hint, "the file is not damaged, so getting it again would not help"


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda path: None, "no such file"),
    "folder": (Path.mkdir, "no regular file"),
    "pipe": (os.mkfifo, "no regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "no regular file"),
    "socket": (make_socket, "it cannot be opened"),
    "link to nothing": (lambda path: path.symlink_to("nowhere"), "no such file"),
    "link to itself": (lambda path: path.symlink_to(path.name), "a link that leads back to itself"),
}


@pytest.mark.parametrize("kind", NO_FILES)
def test_only_a_regular_file_is_read_and_nothing_is_waited_for(kind: str, tmp_path: Path) -> None:
    make, says = NO_FILES[kind]
    make(tmp_path / "model.gguf")
    with pytest.raises(ModelFileError, match=says):
        read_facts(tmp_path / "model.gguf")


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(ModelFileError, match="bad name"):
        read_facts(Path("a\0b"))


def test_a_link_to_a_sound_file_is_followed(sound: Parts, tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(sound.file())
    (tmp_path / "model.gguf").symlink_to("blob")
    assert read_facts(tmp_path / "model.gguf").layers == 2


def test_no_descriptor_is_left_open(sound: Parts, tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    checked(sound.file(), tmp_path)
    refusal(b"GGUF", tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before


# --- bounds -----------------------------------------------------------------------------------------------------------


def hundred_gigabytes(parts: Parts) -> tuple[bytes, int]:
    """A file whose tensors say that they fill so much; its beginning, and its size."""
    at = 0
    for tensor in parts.tensors[1:]:
        tensor.shape = [4096, 4096 * 76]
        tensor.data = b""
    size = 4096 * 4096 * 76 * 4
    for place, tensor in enumerate(parts.tensors):
        tensor.at = at
        at += size if place else len(tensor.data)
    beginning = parts.file()
    return beginning, len(beginning) - len(parts.tensors[0].data) + at


def test_a_file_of_a_hundred_gigabytes_costs_a_few_megabytes(sound: Parts, tmp_path: Path) -> None:
    beginning, size = hundred_gigabytes(copy.deepcopy(sound))
    assert size > 100e9
    path = tmp_path / "large.gguf"
    path.write_bytes(beginning)
    os.truncate(path, size)  # sparse: it takes no room on the disk
    tracemalloc.start()
    facts = read_facts(path)
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert facts.tensor_bytes > 100e9
    assert most_bytes < 8e6


GREEDY = (
    "keys huge",
    "tensors huge",
    "key length huge",
    "text huge",
    "array of numbers huge",
    "array of texts huge",
    "a token huge",
    "tensor name huge",
    "more text than is kept",
)


@pytest.mark.parametrize("kind", GREEDY)
def test_no_memory_is_taken_by_what_the_file_says(kind: str, sound: Parts, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(changed(sound, BROKEN[kind][0]))
    tracemalloc.start()
    with pytest.raises(ModelFileError):
        read_facts(path)
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most_bytes < 24e6


def test_many_short_arrays_cost_no_more_than_a_few(sound: Parts, tmp_path: Path) -> None:
    """Of each one alone, so many numbers would be kept."""
    parts = copy.deepcopy(sound)
    parts.keys |= {f"x.{place}": numbers("f", [0.5] * 1000) for place in range(1500)}
    path = tmp_path / "model.gguf"
    path.write_bytes(parts.file())
    tracemalloc.start()
    read_facts(path)
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most_bytes < 12e6


# --- damage by chance -------------------------------------------------------------------------------------------------


def outcome(raw: bytes) -> ModelFileError | GgufFacts:
    """What the check makes of a file that lies in memory: these two, and nothing else."""
    descriptor = os.memfd_create("mutant")
    try:
        os.write(descriptor, raw)
        return read_facts(Path("mutant.gguf"), descriptor)
    except ModelFileError as error:
        return error
    finally:
        os.close(descriptor)


@pytest.mark.long
def test_two_thousand_mutants_are_refused_in_one_line_or_pass_for_models(sound: Parts) -> None:
    """Those that pass are the cell's to hold."""
    whole = sound.file()
    refused = 0
    for seed in range(MUTANTS):
        found = outcome(mutant(whole, sound.described_bytes, seed))
        if isinstance(found, GgufFacts):
            assert found.tensor_bytes <= found.size_bytes, seed
        else:
            refused += 1
            assert found.line().isprintable(), seed
            assert len(found.line()) < 600, seed
    assert MUTANTS * 0.5 < refused < MUTANTS, "both roads are taken"
