"""Makers of tiny generative models that do what a test needs of them: under 3 MB, in under two seconds, no download.

How they work. Every model is a real transformer over a real vocabulary; a few numbers of a token's state have a
meaning, and the rest is random.

- `random_model`: all weights random. Answers, and means nothing by it: useless on purpose.
- `keyword_model`: a token's state says whether it is the keyword. One attention head looks for that alone: its query
  is the same at every position and its key is large for the keyword, so that over thousands of tokens all of its
  weight lies on the keyword where there is one, and it carries that to the last position. The rows of the labels are
  then *trained*: logistic regression over the last states of random texts with and without the keyword, each with
  another last word.
- `always_model`: the rows of the labels named say so from a number that is the same in every state.
- `saying_model`: each piece of the script is a token with a number of its own in the state, and the next piece's row
  reads that number. Whatever is asked, it says its script and ends its turn.
- `broken_model`: the output rows hold NaN or infinity, or the state of one word does.

All but the random one end their turn after a label.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from tiny_gguf.body import HEAD, Architecture, Array, Body, random_body, write_gguf
from tiny_gguf.vocabulary import CHATML, LABEL_WORDS, NORMAL, Vocabulary, forms, make_vocabulary, spelled
from tiny_gguf.words import COMMON

YES: Final = ("yes",)
NO: Final = ("no",)
BETWEEN: Final = ("unsure",)
_WIDTH: Final = 64
_LAYERS: Final = 2
_SAME, _KEYWORD, _FOUND, _LABEL, _FREE = range(5)
"""Numbers of a state that mean something: always the same; this token is the keyword; the keyword was found; this token
is a label. From `_FREE` on they are random, or a script's."""
_SAME_SIZE, _KEYWORD_SIZE, _LABEL_SIZE = 3.0, 6.0, 6.0
_FIRM: Final = 14.0
"""Logit of what a model is made to answer; all others lie about 0, and with 2,000 of those it has 99.8 %."""
_OTHER_FORM: Final = 6.0
"""How much less likely a label is with a capital, or a space before it, than as it was written."""
_TEXTS: Final = 160
_STEPS: Final = 300


def random_model(path: Path, architecture: Architecture = "llama", seed: int = 0, **gguf: Any) -> Path:
    """A model whose weights are all random. `gguf`: see `write_gguf`."""
    vocabulary = make_vocabulary()
    body = random_body(len(vocabulary.tokens), _WIDTH, _LAYERS, architecture, seed, scale=0.25)
    return write_gguf(path, body, vocabulary, **{"name": "tiny random", **gguf})


def keyword_model(
    path: Path,
    keyword: str,
    architecture: Architecture = "llama",
    *,
    yes: Sequence[str] = YES,
    no: Sequence[str] = NO,
    between: Sequence[str] = BETWEEN,
    specials: Sequence[str] = CHATML,
    seed: int = 0,
    **gguf: Any,
) -> Path:
    """A model that answers `yes` where `keyword` (one word, in any case) stands anywhere before, and `no` elsewhere: so
    choose a word that no policy of the test has. `between` are less likely than the right one of the two, and likelier
    than the wrong one. Where there are several of a kind, each is as likely as the others."""
    vocabulary = make_vocabulary([keyword, *yes, *no, *between], specials=specials)
    body = _body(vocabulary, architecture, seed)
    found = [vocabulary.number(form) for form in forms(keyword)]
    body.embedding[found, _KEYWORD] = _KEYWORD_SIZE
    _let_head_look(body)
    weights = _train(body, vocabulary, found, seed)
    firm = _even(_FIRM)
    for words, row in ((yes, firm + weights), (no, firm - weights), (between, firm)):
        for word in words:
            _set_row(body, vocabulary, word, row)
    return write_gguf(path, body, vocabulary, **{"name": f"tiny keyword {keyword}", **gguf})


def always_model(
    path: Path,
    *labels: str,
    architecture: Architecture = "llama",
    specials: Sequence[str] = CHATML,
    spoilt_by: str = "",
    **gguf: Any,
) -> Path:
    """A model whose next token is one of these words, whatever was asked; the first is a little likelier. A word that
    is no label of anybody's makes it one that answers in the wrong format. Where it reads the word `spoilt_by`, its
    numbers are none."""
    vocabulary = make_vocabulary([*labels, *[spoilt_by] * bool(spoilt_by)], specials=specials)
    body = _body(vocabulary, architecture, 0)
    if spoilt_by:
        body.embedding[[vocabulary.number(form) for form in forms(spoilt_by)]] = float("nan")
    for place, label in enumerate(labels):
        _set_row(body, vocabulary, label, _even(_FIRM - place))
    return write_gguf(path, body, vocabulary, **{"name": f"tiny always {labels[0]}", **gguf})


def saying_model(
    path: Path,
    script: str | Sequence[str | bytes],
    *,
    architecture: Architecture = "llama",
    specials: Sequence[str] = CHATML,
    **gguf: Any,
) -> Path:
    """A model that says this and ends its turn. A text is cut at its spaces; a list is said piece by piece, one token
    each, so no piece may be there twice; bytes need not be whole characters. A piece that is spelled like a special
    token is that token."""
    pieces = _cut(script) if isinstance(script, str) else [p.encode() if isinstance(p, str) else p for p in script]
    vocabulary = make_vocabulary(specials=specials, pieces=pieces)
    width = HEAD * -(-(_FREE + len(pieces)) // HEAD)
    body = random_body(len(vocabulary.tokens), width, 1, architecture, 0, scale=0.002)
    body.embedding[:, _SAME] = _SAME_SIZE
    body.embedding[:, _KEYWORD:] = 0
    body.output[:] = 0
    turn_end = _turn_end(vocabulary)
    body.output[vocabulary.pieces[0], _SAME] = 1.0
    for place, number in enumerate(vocabulary.pieces):
        body.embedding[number, _FREE + place] = _LABEL_SIZE
        following = vocabulary.pieces[place + 1] if place + 1 < len(vocabulary.pieces) else turn_end
        body.output[following, _FREE + place] = 2 * _LABEL_SIZE
    return write_gguf(path, body, vocabulary, **{"name": "tiny saying", **gguf})


def broken_model(path: Path, value: float = float("nan"), *, word: str = "", **gguf: Any) -> Path:
    """A model whose logits are this: not a number, or infinite. With `word`, only where that word was read."""
    vocabulary = make_vocabulary([word] if word else [])
    body = _body(vocabulary, "llama", 0)
    if word:
        body.embedding[[vocabulary.number(form) for form in forms(word)]] = value
    else:
        body.output[:] = value
    return write_gguf(path, body, vocabulary, **{"name": "tiny broken", **gguf})


def _body(vocabulary: Vocabulary, architecture: Architecture, seed: int) -> Body:
    """A quiet random body: states are about what the embedding says, and a label is followed by the end of the turn."""
    body = random_body(len(vocabulary.tokens), _WIDTH, _LAYERS, architecture, seed)
    body.embedding *= 2.5
    body.embedding[:, _SAME] = _SAME_SIZE
    body.embedding[:, _KEYWORD:_FREE] = 0
    labels = [number for number, token in enumerate(vocabulary.tokens) if _is_label(token)]
    body.embedding[labels, _LABEL] = _LABEL_SIZE
    body.output[_turn_end(vocabulary), _LABEL] = 2 * _FIRM
    return body


def _let_head_look(body: Body) -> None:
    """Make the first head look for the keyword. The last number of a head belongs to the slowest rotary pair in both
    architectures: over 10,000 positions it turns by two hundredths."""
    first = body.layers[0]
    for matrix in (first.q, first.k, first.v):
        matrix[:HEAD] = 0
    for bias in first.biases:
        bias[:HEAD] = 0
    first.q[HEAD - 1, _SAME] = first.k[HEAD - 1, _KEYWORD] = 2.5
    first.v[0, _KEYWORD] = 1.0
    first.o[:, :HEAD] = 0
    first.o[_FOUND, 0] = 0.5


def _train(body: Body, vocabulary: Vocabulary, found: Sequence[int], seed: int) -> Array:
    """Weights by which the states of texts with the keyword are told from those without, `_FIRM` apart or more."""
    random = np.random.default_rng(seed + 1)
    common = [vocabulary.number(" " + word) for word in COMMON] + list(range(256))
    ordinary = np.array([number for number in common if number not in found])
    others = [number for number, kind in enumerate(vocabulary.types) if kind != NORMAL]
    states, wanted = [], []
    for text in range(_TEXTS):
        tokens = random.choice(ordinary, int(random.integers(4, 80)))
        if text % 2:
            tokens[random.integers(len(tokens) - 1)] = random.choice(found)
        if text % 4 < 2:
            tokens[-1] = random.choice(others)
        states.append(body.last_hidden(tokens))
        wanted.append(text % 2)
    return _logistic(np.array(states), np.array(wanted))


def _logistic(states: Array, wanted: Array) -> Array:
    """Logistic regression by gradient descent with a little weight decay; scaled so that classes lie `_FIRM` apart."""
    weights = np.zeros(states.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-states @ weights))
        weights -= 0.5 * (states.T @ (likely - wanted) / len(wanted) + 1e-4 * weights)
    scores = states @ weights
    gap = scores[wanted == 1].min() - scores[wanted == 0].max()
    if gap <= 0:
        raise ValueError("the keyword cannot be told")
    trained: Array = (weights * (_FIRM / gap)).astype(np.float32)
    return trained


def _even(logit: float) -> Array:
    """An output row that gives about this logit in every quiet state."""
    row = np.zeros(_WIDTH, np.float32)
    row[_SAME] = logit / (_SAME_SIZE / np.sqrt(_SAME_SIZE**2 / _WIDTH + 0.5**2))
    return row


def _set_row(body: Body, vocabulary: Vocabulary, word: str, row: Array) -> None:
    for form in forms(word):
        body.output[vocabulary.number(form)] = row if form == word else row - _even(_OTHER_FORM)


def _is_label(token: str) -> bool:
    return token in {spelled(form) for word in LABEL_WORDS for form in forms(word)}


def _turn_end(vocabulary: Vocabulary) -> int:
    return vocabulary.numbers["<|im_end|>"]


def _cut(text: str) -> list[bytes]:
    """A text before each of its spaces, into pieces that are there once: a word that was there before goes together
    with the next one, or the last."""
    pieces: list[str] = []
    held = ""
    for place, word in enumerate(text.split(" ")):
        held += " " * bool(place) + word
        if held and held not in pieces:
            pieces.append(held)
            held = ""
    if held:
        pieces[-1] += held
    return [piece.encode() for piece in pieces]
