"""Broken and unsuitable GGUF files, by name: how each is made of a sound one, and what the one line must say of it.

Provenance: the format's description (`docs/gguf.md` of ggml), what llama.cpp's own reader and loader refuse or assert
(`ggml/src/gguf.cpp`, `src/llama-vocab.cpp`, `src/llama-model.cpp` of llama-cpp-python 0.3.36), and what people have in
a model's place: pages saved instead of files, pointers of Git LFS, downloads that broke off.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

from gguf_rig import Parts, array, boolean, counted, f32, numbers, text, texts, u32, u64

Make = Callable[[Parts], bytes]
MOST = 2**64 - 1
KINDS = "tokenizer.ggml.token_type"
SCORES = "tokenizer.ggml.scores"


def raw(change: Callable[[bytes], bytes]) -> Make:
    """Change the file's bytes."""
    return lambda parts: change(parts.file())


def key(name: str, value: bytes | Make) -> Make:
    """Give a key another value, or add it; one that depends on the model is made of it."""

    def make(parts: Parts) -> bytes:
        parts.keys[name] = value if isinstance(value, bytes) else value(parts)
        return parts.file()

    return make


def for_each(letter: str, value: float) -> Make:
    """An array with this number for each token."""
    return lambda parts: numbers(letter, [value] * parts.tokens)


def without(name: str) -> Make:
    def make(parts: Parts) -> bytes:
        del parts.keys[name]
        return parts.file()

    return make


def also(name: bytes, value: bytes) -> Make:
    """One more key, its name as it stands in the file."""

    def make(parts: Parts) -> bytes:
        parts.more_keys.append((name, value))
        return parts.file()

    return make


def part(**changes: object) -> Make:
    def make(parts: Parts) -> bytes:
        for name, value in changes.items():
            setattr(parts, name, value)
        return parts.file()

    return make


def tensor(number: int, **changes: object) -> Make:
    """Change what the file says of one tensor, by its place."""

    def make(parts: Parts) -> bytes:
        for name, value in changes.items():
            setattr(parts.tensors[number], name, value)
        return parts.file()

    return make


def no_embedding(parts: Parts) -> bytes:
    parts.tensor("token_embd.weight").name = "token_other.weight"
    return parts.file()


def transposed_embedding(parts: Parts) -> bytes:
    parts.tensor("token_embd.weight").shape.reverse()
    return parts.file()


def cut_inside_a_key(parts: Parts) -> bytes:
    whole = parts.file()
    return whole[: whole.index(b"llama.block_count") + 5]


def cut_inside_the_tokens(parts: Parts) -> bytes:
    whole = parts.file()
    return whole[: whole.index(b"tokenizer.ggml.tokens") + 2000]


def cut_inside_the_tensors(parts: Parts) -> bytes:
    whole = parts.file()
    return whole[: whole.index(b"blk.1.ffn_up.weight") + 25]


def much_text(parts: Parts) -> bytes:
    parts.keys |= {f"general.note.{number}": text(b"x" * 10**6) for number in range(9)}
    return parts.file()


BROKEN: dict[str, tuple[Make, str]] = {
    # --- what is no GGUF at all
    "empty": (lambda _: b"", "it is empty"),
    "magic alone": (raw(lambda whole: whole[:4]), "it ends inside its header"),
    "cut inside the header": (raw(lambda whole: whole[:20]), "it ends inside its header"),
    "another magic": (part(magic=b"GGUG"), "no GGUF: it begins otherwise"),
    "zeros": (lambda _: bytes(100_000), "all zeros at its beginning"),
    "pointer of git lfs": (
        lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 2497280256\n",
        "a pointer of Git LFS",
    ),
    "web page": (lambda _: b"<!DOCTYPE html><html><body>Please log in</body></html>", "a web page"),
    "pytorch": (lambda _: b"PK\x03\x04" + bytes(200), "an archive or a PyTorch file"),
    "ggml of before 2023": (lambda _: b"tjgg" + struct.pack("<5I", 3, 32000, 4096, 256, 32), "a GGML file"),
    "safetensors": (lambda _: struct.pack("<Q", 50) + b'{"weight":{"dtype":"F32","shape":[1]}}', "a safetensors"),
    # --- header
    "version 0": (part(version=0), "version 0 of its format"),
    "version 1": (part(version=1), "version 1 of its format"),
    "version 4": (part(version=4), "version 4 of its format"),
    "version huge": (part(version=2**32 - 1), "version 4,294,967,295 of its format"),
    "big end first": (part(version=3 << 24), "the big end of a number first"),
    "no keys": (part(said_keys=0), "it has 0 keys"),
    "a key fewer than said": (part(said_keys=22), "the name of tensor 1 is"),
    "a key more than said": (part(said_keys=20), "tensor tokenizer.chat_template has 8 dimensions"),
    "keys huge": (part(said_keys=MOST), "18,446,744,073,709,551,615 keys"),
    "tensors huge": (part(said_tensors=MOST), "18,446,744,073,709,551,615 tensors"),
    "a tensor more than there are": (part(said_tensors=22), "tensor 22 has no name"),
    "a tensor fewer than there are": (part(said_tensors=20), "bytes behind its last tensor"),
    # --- keys
    "cut inside a key": (cut_inside_a_key, "it ends inside one of its keys"),
    "key length huge": (
        also(struct.pack("<Q", 2**63), u32(1)),
        "one of its keys is 9,223,372,036,854",
    ),
    "key without name": (also(counted(b""), u32(1)), "a key that is empty"),
    "key that is no text": (also(counted(b"a\x1b[31mb"), u32(1)), "a key that is empty, or no plain text"),
    "key twice": (also(counted("general.name"), text("again")), "it has general.name twice"),
    "kind of value unknown": (also(counted("general.more"), struct.pack("<II", 13, 1)), "of kind 13"),
    "kind of value huge": (key("general.name", struct.pack("<I", 2**32 - 1)), "of kind 4,294,967,295"),
    "text longer than the file": (key("general.name", struct.pack("<IQ", 8, 10**7)), "inside its general.name"),
    "text huge": (key("general.name", struct.pack("<IQ", 8, MOST)), "its general.name is 18,446,744,073"),
    "neither true nor false": (key("tokenizer.ggml.add_bos_token", boolean(7)), "neither true nor false"),
    "array of arrays": (key("general.tags", array(9, 1, array(8, 0, b""))), "an array of arrays"),
    "array of an unknown kind": (key("general.tags", array(77, 1, bytes(8))), "of kind 77"),
    "array of numbers huge": (key("general.tags", array(12, MOST, bytes(8))), "18,446,744,073,709,551,615 elements"),
    "array of texts huge": (key("general.tags", array(8, MOST, b"")), "hold more than 4,194,304 texts"),
    "array of texts longer than the file": (key("general.tags", array(8, 10**6, b"")), "tags"),
    "array of what is neither": (key("general.tags", array(7, 2, b"\1\2")), "neither true nor false"),
    "more text than is kept": (much_text, "more than 8,388,608 bytes of text"),
    # --- what the keys must say
    "no architecture": (without("general.architecture"), "what its architecture is"),
    "architecture no text": (key("general.architecture", u32(5)), "its general.architecture is no text"),
    "architecture hostile": (key("general.architecture", text("\x1b]0;x\x07")), "what its architecture is"),
    "architecture without numbers": (key("general.architecture", text("qwen2")), "it has no qwen2."),
    "no context": (without("llama.context_length"), "it has no llama.context_length"),
    "context zero": (key("llama.context_length", u32(0)), "its llama.context_length is 0"),
    "context huge": (key("llama.context_length", u32(2**32 - 1)), "its llama.context_length is 4,294,967,295"),
    "context of 64 bits": (key("llama.context_length", u64(8192)), "another kind than a number of 32 bits"),
    "context a fraction": (key("llama.context_length", f32(8192)), "another kind than a number of 32 bits"),
    "context an array": (key("llama.context_length", numbers("i", [1])), "another kind than a number of 32 bits"),
    "no layers": (key("llama.block_count", u32(0)), "its llama.block_count is 0"),
    "more layers than the engine has": (key("llama.block_count", u32(513)), "its llama.block_count is 513"),
    "embedding huge": (key("llama.embedding_length", u32(2**31)), "its llama.embedding_length is 2,147,483,648"),
    "heads huge": (key("llama.attention.head_count", u32(2**31)), "head_count holds what makes no sense"),
    "heads below zero": (key("llama.attention.head_count_kv", numbers("i", [1, -1])), "what makes no sense"),
    # --- vocabulary
    "cut inside the tokens": (cut_inside_the_tokens, "it ends inside its tokenizer.ggml.tokens"),
    "tokens are numbers": (key("tokenizer.ggml.tokens", numbers("i", [1, 2])), "must be 1 to 1,048,576 texts"),
    "no token at all": (key("tokenizer.ggml.tokens", texts([])), "must be 1 to 1,048,576 texts"),
    "a token huge": (
        key("tokenizer.ggml.tokens", array(8, 2, counted("a") + struct.pack("<Q", MOST))),
        "a text in its tokenizer.ggml.tokens is 18,446,744,073,709,551,615 bytes long",
    ),
    "a token twice": (key("tokenizer.ggml.tokens", lambda parts: texts(["a"] * parts.tokens)), "is there twice"),
    "kinds fewer than tokens": (key(KINDS, numbers("i", [1] * 9)), "for each of its {tokens} tokens"),
    "kinds of another kind": (key(KINDS, lambda parts: texts(["1"] * parts.tokens)), "for each of its {tokens} tokens"),
    "a kind that is none": (key(KINDS, for_each("i", 7)), "a kind of token that does not exist"),
    "a kind below zero": (key(KINDS, for_each("i", -1)), "a kind of token that does not exist"),
    "scores fewer than tokens": (key(SCORES, numbers("f", [0.0] * 9)), "for each of its {tokens} tokens"),
    "scores that are no numbers": (key(SCORES, for_each("f", math.nan)), "something that is no number"),
    "no merges": (without("tokenizer.ggml.merges"), "it has no tokenizer.ggml.merges"),
    "merges are numbers": (key("tokenizer.ggml.merges", numbers("i", [1])), "its tokenizer.ggml.merges are no texts"),
    "end of text outside": (
        key("tokenizer.ggml.eos_token_id", lambda parts: u32(parts.tokens)),
        "eos_token_id is {tokens}; 0 to",
    ),
    "start of text outside": (key("tokenizer.ggml.bos_token_id", u32(2**32 - 1)), "bos_token_id is 4,294,967,295"),
    # --- tensors
    "alignment zero": (key("general.alignment", u32(0)), "no power of two"),
    "alignment 48": (key("general.alignment", u32(48)), "no power of two"),
    "alignment huge": (key("general.alignment", u32(2**31)), "no power of two up to 65,536"),
    "alignment of 64 bits": (key("general.alignment", u64(32)), "no power of two"),
    "alignment other than it lies": (key("general.alignment", u32(4096)), "does not begin at a multiple of 4,096"),
    "cut inside the tensors": (cut_inside_the_tensors, "it ends inside tensor blk.1.ffn_up.weight"),
    "tensor without name": (tensor(3, name=b""), "tensor 4 has no name"),
    "tensor twice": (tensor(4, name="token_embd.weight"), "tensor 5 has the name of another"),
    "tensor name too long": (tensor(3, name="x" * 64), "name of tensor 4 is 64 bytes long"),
    "tensor name huge": (tensor(3, said_name_bytes=MOST), "name of tensor 4 is 18,446,744,073"),
    "no dimension": (tensor(3, shape=[]), "has 0 dimensions"),
    "five dimensions": (tensor(3, shape=[2, 2, 2, 2, 2]), "has 5 dimensions"),
    "dimension zero": (tensor(0, shape=[64, 0]), "has 0 numbers"),
    "dimension huge": (tensor(0, shape=[MOST]), "which cannot be"),
    "dimensions overflow": (tensor(0, shape=[2**32, 2**32, 2**32]), "which cannot be"),
    "dimensions that overflow to the right size": (tensor(0, shape=[64, 2**58 + 1700]), "which cannot be"),
    "kind of weights unknown": (tensor(0, kind=43), "is of kind 43"),
    "kind of weights taken out": (tensor(0, kind=4), "is of kind 4,"),
    "kind of weights huge": (tensor(0, kind=2**32 - 1), "is of kind 4,294,967,295"),
    "rows that are no blocks": (tensor(0, kind=14), "Q6_K comes in blocks of 256"),
    "weights of a larger kind": (tensor(0, kind=28), "begins inside the one before it"),
    "weights of a smaller kind": (tensor(0, kind=1), "does not begin where the one before it ends"),
    "place not aligned": (tensor(5, at=7), "at a multiple of 32"),
    "place inside another": (tensor(5, at=0), "begins inside the one before it"),
    "place behind the end": (tensor(5, at=2**40), "does not begin where the one before it ends"),
    "place huge": (tensor(5, at=2**64 - 32), "does not begin where the one before it ends"),
    "last byte missing": (raw(lambda whole: whole[:-1]), "it is cut off"),
    "second half missing": (raw(lambda whole: whole[: len(whole) // 2]), "it is cut off"),
    "no weights": (lambda parts: parts.file()[: parts.described_bytes], "it is cut off"),
    "one byte more": (part(behind=b"x"), "it goes on for 1 bytes behind its last tensor"),
    "a second file behind it": (raw(lambda whole: whole * 2), "behind its last tensor"),
    "embedding of another vocabulary": (transposed_embedding, "for 64 tokens, and its vocabulary has {tokens}"),
    "no embedding": (no_embedding, "it has no tensor token_embd.weight"),
}
"""Damaged, or never right; each name is one class. `{tokens}` stands for how many tokens the sound model has."""

UNFIT: dict[str, tuple[Make, str]] = {
    "encoder": (key("general.architecture", text("bert")), "it is an encoder (bert)"),
    "newer encoder": (key("general.architecture", text("modern-bert")), "it is an encoder (modern-bert)"),
    "embeddings": (key("llama.pooling_type", u32(3)), "made to place or to rank texts"),
    "ranker": (key("llama.classifier.output_labels", texts(["relevant"])), "made to place or to rank texts"),
    "reads both ways": (key("llama.attention.causal", boolean(0)), "made to place or to rank texts"),
    "adapter by its type": (key("general.type", text("adapter")), "it is an adapter (LoRA)"),
    "adapter by its keys": (key("adapter.type", text("lora")), "it is an adapter (LoRA)"),
    "eye of another model": (key("general.type", text("mmproj")), "the eye or ear of another model"),
    "eye, by architecture": (key("general.architecture", text("clip")), "the eye or ear of another model"),
    "importance matrix": (key("general.type", text("imatrix")), "a table for making models smaller"),
    "vocabulary by its type": (key("general.type", text("vocab")), "a vocabulary without a model"),
    "no kind of vocabulary": (without("tokenizer.ggml.model"), "it has no vocabulary"),
    "no tokens": (without("tokenizer.ggml.tokens"), "it has no vocabulary"),
    "vocabulary alone": (part(tensors=[]), "a vocabulary without a model"),
    "one part of three": (key("split.count", struct.pack("<IH", 2, 3)), "one of 3 parts of a model"),
    "encoder and decoder": (key("general.architecture", text("t5")), "it reads with one half"),
    "speech": (key("general.architecture", text("wavtokenizer-dec")), "a model of speech"),
    "draft": (key("general.architecture", text("eagle3")), "a draft model"),
    "diffusion": (key("general.architecture", text("llada")), "it writes all words at once"),
    "control vector": (key("general.architecture", text("controlvector")), "a control vector"),
}
"""Sound, and no model that could be asked."""
