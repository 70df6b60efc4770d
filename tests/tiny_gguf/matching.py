"""Makes a tiny model that answers by two things of a prompt at once: what is asked for, and what is shown.

How it works: some words of the vocabulary are marks. A mark is of one of two kinds (of a question, of a text) and has a
class. In the only layer one head looks for marks of the first kind and another for marks of the second, as the head of
`keyword_model` looks for its keyword, and each carries the class that it found to the last position. One neuron a class
fires where both heads found it. So the model says `yes` where the text is of the class that is asked for, `no` where it
is of another, and neither the question alone nor the text alone decides. Nothing is trained: all of it is written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tiny_gguf.body import HEAD, random_body, write_gguf
from tiny_gguf.makers import BETWEEN, NO, YES
from tiny_gguf.vocabulary import CHATML, forms, make_vocabulary

_WIDTH: Final = 2 * HEAD
_SAME: Final = 0
"""The same number in every state."""
_KINDS: Final = (1, 2)
"""Whether a token marks a question, or a text."""
_MATCH: Final = 3
"""Both were found, of one class."""
_LABEL: Final = 4
_CLASS: Final = 5
MOST_CLASSES: Final = 12
_SIZE: Final = 6.0
_LOOK: Final = 2.5
_BOTH: Final = 1.35
"""In units of the same number: more than what one head gives to a neuron, and less than what two do."""
_FIRM: Final = 14.0


def matching_model(
    path: Path,
    classes: Sequence[tuple[Sequence[str], Sequence[str]]],
    *,
    specials: Sequence[str] = CHATML,
    **gguf: Any,
) -> Path:
    """A llama that says yes where the marks of a question and those of a text are of one class.

    `classes`: for each, the words that mark the question and those that mark the text. A prompt may hold marks of one
    class of each kind at most.
    """
    if len(classes) > MOST_CLASSES:
        raise ValueError(f"at most {MOST_CLASSES} classes")
    marks = [word for kinds in classes for words in kinds for word in words]
    vocabulary = make_vocabulary([*marks, *YES, *NO, *BETWEEN], specials=specials)
    body = random_body(len(vocabulary.tokens), _WIDTH, 1, "llama", 0, scale=0.002)
    body.embedding[:, _SAME] = 3.0
    body.embedding[:, _SAME + 1 : _CLASS + 3 * MOST_CLASSES] = 0
    for number, kinds in enumerate(classes):
        for kind, words in zip(_KINDS, kinds, strict=True):
            found = [vocabulary.number(form) for word in words for form in forms(word)]
            body.embedding[found, kind] = body.embedding[found, _CLASS + number] = _SIZE
    (layer,) = body.layers
    for matrix in (layer.q, layer.k, layer.v, layer.o, layer.gate, layer.up, layer.down):
        matrix[:] = 0
    for head, kind in enumerate(_KINDS):
        first, last = head * HEAD, (head + 1) * HEAD - 1
        layer.q[last, _SAME] = layer.k[last, kind] = _LOOK  # the slowest rotary pair, as in `keyword_model`
        for number in range(len(classes)):
            layer.v[first + number, _CLASS + number] = 1.0
            layer.o[_found(head, number), first + number] = 0.5
    for number in range(len(classes)):
        layer.gate[number, [_found(0, number), _found(1, number)]] = 3.0
        layer.gate[number, _SAME] = -3.0 * _BOTH
        layer.up[number, _SAME] = 1.0
        layer.down[_MATCH, number] = 1.0
    labels = [vocabulary.number(form) for words in (YES, NO, BETWEEN) for word in words for form in forms(word)]
    body.embedding[labels, _LABEL] = _SIZE
    body.output[:] = 0
    for words, same, match in ((YES, 1.0, 1.0), (NO, 2.5, 0.0), (BETWEEN, 1.0, 0.0)):
        rows = [vocabulary.number(form) for word in words for form in forms(word)]
        body.output[rows, _SAME], body.output[rows, _MATCH] = _FIRM * same / 5, _FIRM * match / 5
    body.output[vocabulary.numbers["<|im_end|>"], _LABEL] = 2 * _FIRM
    return write_gguf(path, body, vocabulary, **{"name": "tiny matching", **gguf})


def _found(head: int, number: int) -> int:
    """Where a head leaves that it found a class."""
    return _CLASS + (head + 1) * MOST_CLASSES + number
