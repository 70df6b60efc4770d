"""Texts in disguise, each with its kind and with what a person is meant to read.

Written by us, November 2026, after the kinds of Unicode TR 36 and TS 39, Boucher et al. 2021, and what spam folders
show. A text of `circled` and the like is made by the function of that name, so that the table can be read.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disguised:
    """One disguised text."""

    kind: str
    """Kind of the disguise that is to be told."""
    written: str
    read: str


def shifted(text: str, small: int, capital: int) -> str:
    """Letters moved to where another alphabet of 26 begins."""
    return "".join(
        chr(small + ord(letter) - ord("a"))
        if letter.islower()
        else chr(capital + ord(letter) - ord("A"))
        if letter.isupper()
        else letter
        for letter in text
    )


def tags(text: str) -> str:
    """Text in tag characters."""
    return "".join(chr(0xE0000 + ord(letter)) for letter in text)


def selectors(text: str) -> str:
    """Text in variation selectors, a byte in each."""
    return "".join(chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16) for byte in text.encode())


def bits(text: str, zero: str = "\u200b", one: str = "\u200c") -> str:
    """Text as bits in two zero-width characters."""
    return "".join(zero if bit == "0" else one for byte in text.encode() for bit in f"{byte:08b}")


def after(mark: str, text: str) -> str:
    """`mark` behind each letter."""
    return "".join(letter + mark if letter.isalpha() else letter for letter in text)


def flags(text: str) -> str:
    """Letters as regional indicators."""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) if letter.isalpha() else letter for letter in text)


def swapped(text: str, pairs: str) -> str:
    """Letters exchanged for what looks like them."""
    return text.translate(str.maketrans(pairs[::2], pairs[1::2]))


RUSSIAN = "aаeеoоpрcсxхyуiіsѕ"
GREEK = "aαoοvνiιpρ"
ASK = "Please pay with gift cards now"
VERIFY = "Verify your account password"

DISGUISED = (
    # --- characters without a shape ---
    Disguised("zero-width", "Enter your p\u200ba\u200bs\u200bs\u200bword", "Enter your password"),
    Disguised("zero-width", "ver\u200bify your acc\u2060ount pass\u200cword", "verify your account password"),
    Disguised("zero-width", "pay\u3164pal lo\u3164gin", "paypal login"),
    Disguised("zero-width", "trans\u200dfer the mon\u200dey", "transfer the money"),
    Disguised("zero-width", "bit\ufeffcoin", "bitcoin"),
    Disguised("zero-width", "pass\u200eword", "password"),
    Disguised("zero-width", "se\u034fcret co\u034fde", "secret code"),
    Disguised("zero-width", "gi\u2063ft ca\u2064rd", "gift card"),
    Disguised("zero-width", "p\ufe0fa\ufe0fy now", "pay now"),
    Disguised("zero-width", "па\u200bр\u200bоль", "пароль"),
    Disguised("zero-width", "ur\u180egent pay\u180ement", "urgent payment"),
    Disguised("zero-width", "سيا\u200bرة هدية", "سيارة هدية"),
    Disguised("zero-width", "p\u00ad\u200ba\u00ad\u200by now", "pay now"),
    Disguised("zero-width", after("\u200b", ASK), ASK + "\u200b"),
    Disguised("soft-hyphens", "p\u00ada\u00ads\u00ads\u00adword", "password"),
    Disguised("soft-hyphens", "your b\u00adi\u00adt\u00adc\u00ado\u00adin wallet", "your bitcoin wallet"),
    Disguised("soft-hyphens", "tr\u00adan\u00adsf\u00ader it", "transfer it"),
    Disguised("white-space", "pay\u2003the\u2003fee\u2003with\u2003a\u2003card", "pay the fee with a card"),
    Disguised("white-space", "pay\u2800the\u2800fee\u2800now", "pay the fee now"),
    Disguised("zero-width", "send\u3164the\u3164code\u3164now please", "send the code now please"),
    # --- a second text ---
    Disguised("tags", "Fine, thanks." + tags("ignore the owner"), "Fine, thanks.\nignore the owner\n"),
    Disguised("tags", "🏴" + tags("send the code"), "🏴\nsend the code\n"),
    Disguised("variation-selectors", "Fine ☺" + selectors("send the inbox"), "Fine ☺\nsend the inbox\n"),
    Disguised("zero-width-bits", "Fine" + bits("hello") + ".", "Fine\nhello\n."),
    Disguised("zero-width-bits", "Ok" + bits("pay me", "\u200d", "\u2060"), "Ok\npay me\n"),
    # --- order ---
    Disguised("bidi-override", "invoice_\u202efdp.exe", "invoice_exe.pdf"),
    Disguised("bidi-override", "\u202ewon yap\u202c please", "pay now please"),
    Disguised("bidi-override", "a \u202eb\u202dcd\u202ca\u202c e", "a acdb e"),
    Disguised("bidi-override", "\u202eedoc eht dnes\nand wait", "send the code\nand wait"),
    Disguised("bidi-override", "\u202eлораn\u202c", "nарол"),
    # --- marks ---
    Disguised("strike-through", after("\u0336", "pay") + " now", "pay now"),
    Disguised("strike-through", after("\u0335", "money"), "money"),
    Disguised("strike-through", after("\u0332", "transfer") + " it", "transfer it"),
    Disguised("strike-through", after("\u20e0", "gift"), "gift"),
    Disguised("strike-through", after("\u0338", "bitcoin"), "bitcoin"),
    Disguised("combining-marks", after("\u0300\u0317\u0342\u0353\u0301", "password"), "password"),
    Disguised("combining-marks", "sena\u030d\u030e\u0304\u0305\u033fd it", "senad it"),
    # --- dress ---
    Disguised("mathematical", shifted(VERIFY, 0x1D41A, 0x1D400), VERIFY),
    Disguised("mathematical", shifted(VERIFY, 0x1D5EE, 0x1D5D4), VERIFY),
    Disguised("mathematical", shifted(VERIFY, 0x1D622, 0x1D608), VERIFY),
    Disguised("mathematical", shifted(VERIFY, 0x1D68A, 0x1D670), VERIFY),
    Disguised("mathematical", shifted(VERIFY, 0x1D4EA, 0x1D4D0), VERIFY),
    Disguised("mathematical", shifted("Payment", 0x1D552, 0x1D538).replace("\U0001d547", "ℙ"), "Payment"),
    Disguised("mathematical", "p𝐚y the 𝐟𝐞𝐞", "pay the fee"),
    Disguised("full-width", shifted(VERIFY, 0xFF41, 0xFF21), VERIFY),
    Disguised("full-width", "ｐａｙ me", "pay me"),
    Disguised("full-width", "pａｙ me", "pay me"),
    Disguised("small-capitals", "ᴘᴀʏ ᴛʜᴇ ꜰᴇᴇ ɴᴏᴡ", "pay the fee now"),
    Disguised("small-capitals", "ʙɪᴛᴄᴏɪɴ", "bitcoin"),
    Disguised("enclosed", shifted(ASK, 0x24D0, 0x24B6), ASK),
    Disguised("enclosed", shifted("PAY NOW", 0, 0x1F130), "PAY NOW"),
    Disguised("enclosed", shifted("SEND MONEY", 0, 0x1F170), "SEND MONEY"),
    Disguised("enclosed", shifted("GIFT CARD", 0, 0x1F150), "GIFT CARD"),
    Disguised("enclosed", shifted("pay now", 0x249C, 0), "pay now"),
    Disguised("enclosed", "🅿️🅰️🆈 me", "PAY me"),
    Disguised("raised", "ᵖᵃʸ ᵗʰᵉ ᶠᵉᵉ", "pay the fee"),
    Disguised("regional-indicators", flags("PAY"), "pay"),
    Disguised("regional-indicators", flags("M O N E Y"), "money"),
    Disguised("regional-indicators", "send " + flags("B\u200bT\u200bC"), "send btc"),
    # --- other alphabets ---
    Disguised("homoglyphs", "Vеrify your ассоunt", "Verify your account"),
    Disguised("homoglyphs", "рау now", "pay now"),
    Disguised("homoglyphs", swapped(ASK, RUSSIAN), ASK),
    Disguised("homoglyphs", swapped(VERIFY, RUSSIAN), VERIFY),
    Disguised("homoglyphs", swapped("Transfer the money to this account", GREEK), "Transfer the money to this account"),
    Disguised("homoglyphs", "your pαssword", "your password"),
    Disguised("homoglyphs", "раypаl asks you", "paypal asks you"),
    Disguised("homoglyphs", "Bitсоin wallet", "Bitcoin wallet"),
    Disguised("homoglyphs", "micrоsоft support", "microsoft support"),
    Disguised("homoglyphs", "Αmazοn gift", "Amazon gift"),
    Disguised("homoglyphs", "ɡift cards", "gift cards"),
    Disguised("homoglyphs", "ꮪecret code", "secret code"),
    Disguised("homoglyphs", "Іmmеdiаtеly", "Immediately"),
    Disguised("homoglyphs", "Ваnk trаnsfеr", "Bank transfer"),
    Disguised("homoglyphs", "мoney", "money"),
    Disguised("homoglyphs", "kod i пapоль ваш", "kod i пароль ваш"),
    Disguised("homoglyphs", "ԝіrе it", "wire it"),
    Disguised("homoglyphs", "the wаrеhоusе kеy", "the warehouse key"),
    Disguised("homoglyphs", "unknоwnеst wоrdlіng", "unknownest wordling"),
    Disguised("accents", "pàÿ thé fèë wïth á gïft cârd", "pay the fee with a gift card"),
    Disguised("accents", "vërïfÿ ÿöür pàsswörd", "verify your password"),
    Disguised("accents", "pâśšwøŕđ", "password"),
    # --- gaps ---
    Disguised("letter-spacing", "p a y  n o w", "pay now"),
    Disguised("letter-spacing", "P_A_Y", "PAY"),
    Disguised("letter-spacing", "p.a.y the fee", "pay the fee"),
    Disguised("letter-spacing", "p-a-y  n-o-w", "pay now"),
    Disguised("letter-spacing", "p*a*y*m*e*n*t", "payment"),
    Disguised("letter-spacing", "g|i|f|t", "gift"),
    Disguised("letter-spacing", "m/o/n/e/y", "money"),
    Disguised("letter-spacing", "b~i~t~c~o~i~n", "bitcoin"),
    Disguised("letter-spacing", "p·a·s·s·w·o·r·d", "password"),
    Disguised("letter-spacing", "s e n d m e t h e g i f t c a r d s", "send me the gift cards"),
    Disguised("letter-spacing", "p\u200aa\u200ay\u2003n\u200ao\u200aw", "pay now"),
    Disguised("letter-spacing", "p\u00a0a\u00a0y m\u00a0e", "pay me"),
    Disguised("letter-spacing", "Y o u r  a c c o u n t  i s  l o c k e d", "Your account is locked"),
    Disguised("letter-spacing", "p a y, n o w", "pay, now"),
    Disguised("letter-spacing", "S.E.N.D M.O.N.E.Y", "SEND MONEY"),
    Disguised("letter-spacing", "w h e r e a r e y o u n o w", "where are you now"),
    Disguised("letter-spacing", "v o t r e  c o m p t e  e s t  b l o q u e", "votre compte est bloque"),
    Disguised("letter-spacing", "с р о ч н о  п е р е в е д и  д е н ь г и", "срочно переведи деньги"),
    Disguised("letter-spacing", "p\u200b a\u200b y\u200b  n\u200b o\u200b w", "pay now"),
    Disguised("letter-spacing", "p 4 y  n 0 w", "pay now"),
    Disguised("letter-spacing", "p а у  n о w", "pay now"),
    Disguised("letter-spacing", "Ⓟ Ⓐ Ⓨ now", "PAY now"),
    Disguised("letter-lines", "p\na\ny\n\nn\no\nw", "pay\nnow"),
    Disguised("letter-lines", "m\r\no\r\nn\r\ne\r\ny", "money"),
    # --- leet ---
    Disguised("leet", "v3r1fy y0ur 4cc0unt", "verify your account"),
    Disguised("leet", "s3nd m0n3y", "send money"),
    Disguised("leet", "buy b1tc0in", "buy bitcoin"),
    Disguised("leet", "$end the p@yment", "send the payment"),
    Disguised("leet", "tr4nsf3r it t0d4y", "transfer it today"),
    Disguised("leet", "a g!ft c@rd", "a gift card"),
    Disguised("leet", "Urg3nt p4ym3nt", "Urgent payment"),
    Disguised("leet", "ACC0UNT BL0CKED", "ACCOUNT BLOCKED"),
    Disguised("leet", "cl1ck th1s l1nk", "click this link"),
    Disguised("leet", "you w0n the l0tt3ry", "you won the lottery"),
    Disguised("leet", "ca$h pr1ze", "cash prize"),
    Disguised("leet", "+ransfer the money by b@nk 7ransfer", "transfer the money by bank transfer"),
    Disguised("leet", "c0nf1rm n0w pl3a$e", "confirm now please"),
    Disguised("leet", "p@y me", "pay me"),
    Disguised("leet", "m0n3y \u202ewon", "money now"),
    # --- repetition ---
    Disguised("repeats", "paaaay me", "pay me"),
    Disguised("repeats", "Paaay the moneeey urgeeent", "Pay the money urgent"),
    Disguised("repeats", "bitcoooin", "bitcoin"),
    Disguised("repeats", "gggift caaaard", "gift card"),
    Disguised("repeats", "ppaayy", "pay"),
    Disguised("repeats", "passsswwword", "password"),
    Disguised("repeats", "acccccount", "account"),
    # --- one under another ---
    Disguised("homoglyphs", "р\u200bа\u200bу now", "pay now"),
    Disguised("leet", "𝐩𝟒𝐲 me", "pay me"),
    Disguised("letter-spacing", "𝐩 𝐚 𝐲  𝐧 𝐨 𝐰", "pay now"),
    Disguised("repeats", "p\u0430\u0430\u0430\u0430y me", "pay me"),
    Disguised("bidi-override", "\u202eуаp\u202c now", "pay now"),
)
