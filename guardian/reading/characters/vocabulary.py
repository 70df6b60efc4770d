"""The words that asks and pressure are made of, and common words: what a disguise must hide to count as one.

Honest text has `b4`, `gr8`, `J. R. R.`, `C H A P T E R`, part numbers and `nooo`. None of them becomes a word of an ask
when letters are put together or digits read as letters; `p4y` and `g i f t` do.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from guardian.reading.characters.common_words import COMMON_WORDS

_ASK_WORDS: Final = """
    pay pays paid paying payment payments payable payee payout money cash fund funds gift gifts card
    cards code codes voucher vouchers password passwords passcode passwort pin pins otp login logins account accounts
    bank banks banking wire transfer transfers transferred transferring remit deposit bitcoin bitcoins btc ethereum
    crypto cryptocurrency wallet wallets usdt seed recovery phrase secret secrets secretly confidential private urgent
    urgently urgency immediately immediate verify verified verification verifying confirm confirmation validate
    credential credentials username security secure ssn iban invoice refund refunds rebate fee fees fine fines
    penalty tax taxes customs debt loan loans credit invest investing investment investments investor profit profits
    earn earnings income prize prizes won winner winners winning lottery jackpot inheritance inherit million millions
    billion dollar dollars euros pounds amazon itunes steam paypal apple google microsoft netflix facebook whatsapp
    telegram signal zelle cashapp venmo moneygram suspend suspended suspension blocked locked unlock expire expires
    expired deactivate deactivated terminate terminated arrest arrested warrant police lawsuit hacked hacker virus
    infected malware webcam blackmail ransom leak leaked expose exposed nude nudes viagra cialis casino betting pills
    claim claims click link links download install attachment attached anydesk teamviewer limited offer bonus
    reward rewards guaranteed guarantee congratulations selected expires deadline overdue final notice warning alert
    ignore disregard override instruction instructions previous system prompt jailbreak assistant
    konto geld zahlen bezahlen dringend gutschein compte argent payer virement dinero cuenta pagar
    transferencia urgente soldi pagare bonifico dinheiro conta senha pieniadze haslo rekening wachtwoord betalen
"""
_NOT_ASKED_LIST = "fine fines final notice system signal private previous won steam seed claim limited"
_NOT_ASKED: Final = frozenset(_NOT_ASKED_LIST.split())
"""Among them, what alone says nothing."""
_SMALL_WORDS: Final = """
    a i the me to you of in is it and for your my we be on at have that this now not with he by or if do so no us
"""
_WORD_COST: Final = 2
_LONGEST: Final = 15
"""Letters of the longest word that is looked for where there are no gaps."""
_SHORTEST: Final = 3

_AS_LETTERS: Final = str.maketrans(
    {
        "0": "o", "1": "l", "!": "l", "|": "l", "i": "l", "2": "z", "3": "e", "€": "e", "4": "a", "@": "a", "5": "s",
        "$": "s", "§": "s", "6": "g", "9": "g", "7": "t", "+": "t", "†": "t", "8": "b", "ß": "b", "(": "c", "<": "c",
        "{": "c", "[": "c", "¢": "c", "©": "c", "®": "r", "£": "l", "¥": "y", "µ": "u",
    }
)  # fmt: skip
"""Signs and the letters that they stand for in leet; i, l and what looks like both are one."""


def key(word: str) -> str:
    """The form in which a word is looked up: small, and leet read as letters."""
    return word.lower().translate(_AS_LETTERS)


@cache
def _words() -> Mapping[str, str]:
    """Every known word by its key; where two share one, the word of an ask."""
    known = {key(word): word for word in COMMON_WORDS.split()}
    return known | {key(word): word for word in _ASK_WORDS.split()}


@cache
def _costs() -> Mapping[str, int]:
    """What a word costs in a cut, by its key: small words come more often than others."""
    return dict.fromkeys(_words(), _WORD_COST) | {key(word): 1 for word in _SMALL_WORDS.split()}


@cache
def _asks() -> frozenset[str]:
    return frozenset(key(word) for word in _ASK_WORDS.split() if word not in _NOT_ASKED)


def word_for(disguised: str) -> str | None:
    """The known word that a run of letters and signs stands for, in small letters, or None."""
    return _words().get(key(disguised))


def asks(disguised: str) -> bool:
    """Whether a run of letters and signs stands for a word that asks, or presses, are made of."""
    return len(disguised) >= _SHORTEST and key(disguised) in _asks()


def is_word(disguised: str, shortest: int = _SHORTEST) -> bool:
    """Whether it stands for any known word of at least `shortest` letters."""
    return len(disguised) >= shortest and key(disguised) in _words()


def segment(letters: str) -> list[str]:
    """Letters without gaps, cut into known words where they can be; what is between them is left together.

    The cut that leaves the fewest letters unknown and then has the fewest words, small words counting half. Linear: no
    word is longer than `_LONGEST`.
    """
    known, keyed = _costs(), key(letters)
    best: list[tuple[int, int, int]] = [(0, 0, 0)]  # letters unknown, cost of the words, letters of the last piece
    for end in range(1, len(keyed) + 1):
        unknown, cost, _ = best[end - 1]
        choice = (unknown + 1, cost + _WORD_COST, 0)
        for size in range(1, min(_LONGEST, end) + 1):
            word_cost = known.get(keyed[end - size : end])
            if word_cost is not None:
                unknown, cost, _ = best[end - size]
                if (unknown, cost + word_cost) < choice[:2]:
                    choice = (unknown, cost + word_cost, size)
        best.append(choice)
    return _pieces(letters, best)


def _pieces(letters: str, best: list[tuple[int, int, int]]) -> list[str]:
    """The pieces of the best cut; unknown letters side by side are one piece."""
    pieces: list[str] = []
    end = unknown_end = len(letters)
    while end:
        size = best[end][2]
        if size:
            pieces += [letters[end:unknown_end]] if end < unknown_end else []
            pieces.append(letters[end - size : end])
            unknown_end = end - size
        end -= max(size, 1)
    pieces += [letters[:unknown_end]] if unknown_end else []
    return pieces[::-1]
