"""Which texts the shipped encoder can read: English ones.

Invariants: deterministic, no model, linear, cheap (one pass over at most a window). It errs towards `covered` where it
cannot know: for a few words, for numbers, for code. It never says what language a text is; only whether
the verdict on it may be relied on.

The method is the oldest there is: a language is known by its small words (Ingle 1976, "A Language Identification
Table"). The lists are our own. A word that is also common in English is in no foreign list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from guardian.reading.base import Window
from guardian.verdict import Reason

_ENGLISH_WORDS = """
    the and you your yours that this these those with have has are were been being for from not but what which
    who when where why how would can could should shall may might must does did they them their there then than
    she his him our ours its about into just please mine be by out up now all any some only very too yes
    i'm i'll i've i'd you're you'll you've don't can't won't isn't it's that's we're they're let's didn't doesn't
    said until after before because go going went off other much well back people
    get got know need want here okay hi hello hey thanks thank hope
    see time day today tomorrow good new like make take think call send if it
    u ur r ill ive dont cant wont didnt doesnt isnt thats whats lets pls plz thx lol gonna wanna gotta cuz yeah
    tho tmrw msg txt b4 gr8 omg btw idk
"""
"""Small words of English, of its contractions, and of SMS English. Not among them: small words that another of the
languages below shares (in, is, to, do, me, we, so, on, was, will, of, or)."""

_FOREIGN_WORDS = {
    "de": """der das und ist nicht ich du sie wir ihr ein eine einen einem einer mit für auf dem von zu sich auch
        noch aber oder wenn bitte wie dass haben werden wird kann können sind dein deine ihre ihnen mein meine
        bei nach über schon nur mir dir uns euch mich dich wurde diese dieser zum zur""",
    "fr": """le la les et est une vous nous pas pour dans que qui sur avec votre vos mon ma ce cette il elle je ne du
        au aux mais ou où bonjour merci être avez sont été très leur des c'est j'ai n'est""",
    "es": """el los las que una para por su se está es lo como pero más del al le mi si usted muy este esta también
        porque cuando hola gracias todo ya ser tiene son un sin sus nos te tu""",
    "pt": """o os que um uma para com não você seu sua por mais como mas foi dos das ao pelo pela isso está muito
        também já obrigado olá ele ela são em na nos da meu minha eu tem até""",
    "it": """il lo gli che di un una non sono è della del dei nel alla più anche ma questo questa suo tuo mio ciao
        grazie hai ti mi si ci essere molto perché se le al""",
    "nl": """de het een en van niet je ik dat voor zijn op te aan er maar als ook bij uit naar wat nog hebben heeft
        wij jij uw mijn deze dit wordt kan geen worden om mij jouw hun haar""",
    "pl": """nie się na jest że jak ale czy tak za ta ci mnie pani dla od przez już tylko być będzie jestem masz mam
        proszę dziękuję oraz lub mój twój moje twoje mamy czego""",
    "tr": """ve bir bu için ile çok ne değil daha ama gibi var yok sen biz siz mi mı olarak kadar sonra olan lütfen
        merhaba teşekkürler hesabınız şimdi veya en benim senin bana sana onu""",
    "hi": """hai hain nahi nahin kya aur mein ka ki ke ko se hoon tha thi raha rahi rahe kar karo karna karke gaya gayi
        tum aap tumhara aapka aapki aapke tera teri mera meri mere apna apni apne bhi toh phir abhi kal yeh woh sab bas
        bahut matlab wala wali koi kuch kyun kaise agar lekin hum humko mujhe tujhe unko usko liye wapas ghar paise""",
}
"""Small words of nine languages that are written in Latin letters, Hindi as people type it on telephones."""

_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_FOREIGN = tuple(frozenset(words.split()) for words in _FOREIGN_WORDS.values())

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|b4|gr8")
_LATIN = re.compile(
    "[A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua7ff\ufb00-\ufb06\uff21-\uff5a]"
)

_FEW_WORDS = 6
"""Fewer words than this say too little about a language."""
_OTHER_SCRIPT_SHARE = 0.4
"""Share of letters outside the Latin script above which a text is in another script."""
_PROSE_LETTER_SHARE = 0.6
"""Share of letters among characters that are not white space, below which a text is numbers or code."""
_FOREIGN_SHARE = 0.12
"""Share of small words of one foreign language, and of words with accents, above which a text may be in it. Running
prose has 30 to 50 %."""
_UNKNOWN_WORDS = 20
"""Words of running prose in which not one small word of English must be found to call it another language."""


def is_covered(text: str) -> bool:
    """Whether the shipped encoder can be relied on for this text: English, or too little to tell."""
    words = _WORD.findall(text.lower().replace("\u2019", "'"))
    if not text.isascii() and _is_other_script(words):
        return False
    english = sum(map(_ENGLISH.__contains__, words))
    if len(words) < _FEW_WORDS or 3 * english >= len(words) or _is_code_or_numbers(text, words):
        return True
    signs = max(([word for word in words if word in profile] for profile in _FOREIGN), key=len)
    if not text.isascii():  # words with accents; names have them in any language
        signs += [word for word in _WORD.findall(text) if len(word) > 2 and not word.isascii() and word[0].islower()]
    if len(signs) > max(_FOREIGN_SHARE * len(words), 2 * english) and len(set(signs)) > 1:
        return False
    return english > 0 or len(words) < _UNKNOWN_WORDS or not _is_prose(text)


def language_reasons(windows: Sequence[Window]) -> tuple[Reason, ...]:
    """A reason where at least one window is in a language that the encoder does not read."""
    foreign = sum(not is_covered(window.text) for window in windows)
    if not foreign:
        return ()
    if foreign == len(windows):
        return (Reason("language-not-covered", "the text does not seem to be English"),)
    return (Reason("language-not-covered", f"{foreign:,} of {len(windows):,} windows do not seem to be English"),)


def _is_other_script(words: Sequence[str]) -> bool:
    letters = "".join(words)
    latin = len(_LATIN.findall(letters))
    return bool(letters) and len(letters) - latin > _OTHER_SCRIPT_SHARE * len(letters)


def _is_code_or_numbers(text: str, words: Sequence[str]) -> bool:
    visible = sum(map(len, text.split()))
    return sum(map(len, words)) < _PROSE_LETTER_SHARE * visible


def _is_prose(text: str) -> bool:
    """Whether most words are written small: lists of names, titles and goods are not."""
    words = text.split()
    return 2 * sum(word.isalpha() and word.islower() for word in words) > len(words)
