"""Which texts the encoder reads: English as people write it, and nothing that only looks like it.

All sentences are ours, 2026-11. Where the words of a scam are imitated, the imitation is ours too.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_rig import codes, read_as, steady

from guardian.reading.language import is_covered, language_of

ENGLISH = [
    "Could you send me the signed contract before the office closes today?",
    "Your parcel is waiting at the depot, please pay 1.99 to release it.",
    "hey mum its me, dropped my phone in the loo, text me on this nr asap x",
    "u up? cant sleep lol thinking abt u",
    "omg gr8 news!!! c u 2moro at 8, bring ur sis",
    "plz dont tell ne1 wot i sed k thx bye",
    "yo bro wyd tn, hmu if u wanna game",
    "tis but a scratch, quoth he",
    "Ain't nobody got time for that, y'all.",
    "im runnin late, traffics mad, b there in 20",
    "Recieve you're acount informations imediately or it will be blockt",
    "Kindly do the needful and revert back at the earliest.",
    "Wah lau eh, the queue damn long lah, we go makan first can or not",
    "Aye, ye'll be wantin tae see this, it's pure dead brilliant so it is",
    "Dr. Siobhán O'Néill and Mr. François Côté will see you in room 4 on Monday.",
    "José, Zoë and Björn are coming to dinner with Señora Muñoz at the café.",
    "Meeting with Herr Müller von der Heide and Frau Schäfer about the Größe label.",
    "We ate crème brûlée, jalapeños and smörgåsbord at the new place.",
    "The Schloss Neuschwanstein tour leaves from Hauptbahnhof München at nine.",
    "He said 'c'est la vie' and left, and I never heard from him again.",
    "Carpe diem, et cetera, ad infinitum: my Latin teacher was like that.",
    "Buenos días! I wanted to ask whether the flat is still free in May.",
    "OK",
    "ok see you",
    "Thanks!!!",
    "no",
    "?!",
    "😂😂😂",
    "LOL",
    "Congratulations winner",
    "Bonjour!",
    "Invoice 2231 / 14.11.2026 / EUR 1,240.00 / due 30 days",
    "+44 7700 900123 +44 7700 900456 +44 7700 900789",
    "4821",
    "GB29 NWBK 6016 1331 9268 19",
    "def pay(amount): return sum(x for x in amount if x > 0)  # total",
    '{"id": 17, "name": "Ada", "items": [1, 2, 3], "ok": true}',
    "SELECT name, sum(total) FROM orders WHERE paid = 0 GROUP BY name;",
    "for (int i = 0; i < n; i++) { a[i] = b[i] * c[i]; }",
    "git rebase -i HEAD~3 && git push --force-with-lease origin main",
    "https://www.shop.example/cart?id=17&ref=mail https://pay.example/x/y",
    "2 x Oat Milk, 1 x Rye Bread, 6 x Eggs Medium, 1 x Butter Salted, 3 x Bananas Organic",
    "BREAKING: PRIME MINISTER RESIGNS AFTER COALITION COLLAPSES IN LATE NIGHT VOTE",
    "Anna Kowalska, Piotr Nowak, Jean Dupont, Hans Müller, Maria Rossi, Carlos García, Ayşe Yılmaz",
    "Subject: Re: lunch",
    "FREE entry into our weekly comp! Txt WIN to 80086 now, 18+, std rates apply",
    "Darling, I have never felt this way before, you complete me in every way.",
    "If you loved me you would lend me the money, my heart is breaking here.",
    "Nobody else understands you like I do, don't talk to your sister about us.",
    "Your Apple ID has been locked. Verify within 24 hours or lose all your photos.",
    "This is Officer Daniels of the Social Security Administration, press one now.",
    "As an AI language model, I think that your plan sounds absolutely wonderful!",
    "You're absolutely right, and honestly that is a brilliant question.",
    "Sorry 4 l8 reply, been sooo busy wiv work, luv u loads xxx",
    "Knock knock. Who's there? Boo. Boo who? Don't cry, it's only a joke.",
    "soz cba 2nite, raincheck? mayb fri",
    "Pls find attached PFA the docs, EOD pls, TIA",
    "Ma'am, ur a/c will b blockd 2day, update KYC on link immediatly",
    "Ground control to major Tom, commencing countdown, engines on",
    "Ingredients: oats, wheat flour, sugar, palm oil, salt, raising agent, emulsifier",
    "the quick brown fox jumps over the lazy dog",
    "Lease agreement between landlord and tenant, dated first day of June",
    "£500 cashback 4 loyal customers, reply YES 2 claim, T&Cs apply",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
]

OTHER = [
    ("de", "Liebe Frau Keller, Ihre Bestellung ist heute bei uns eingegangen und wird morgen verschickt."),
    ("de", "Hallo Mama, mein Handy ist kaputt, das ist meine neue Nummer, bitte schreib mir"),
    ("de", "Dein Konto wurde gesperrt, melde dich sofort an"),
    ("fr", "Bonjour Madame, votre colis est arrivé et vous attend au bureau de poste."),
    ("fr", "Je t'aime tellement, ne le dis à personne"),
    ("es", "Su cuenta ha sido bloqueada, por favor verifique sus datos ahora mismo"),
    ("es", "Hola mamá, se me rompió el teléfono, este es mi número nuevo"),
    ("pt", "Prezado cliente, a sua fatura está disponível e vence amanhã"),
    ("pt", "Oi mãe, meu celular quebrou, esse é o meu novo número"),
    ("it", "Gentile cliente, la sua carta è stata bloccata, clicchi qui per confermare"),
    ("it", "Ciao mamma, ho perso il telefono, questo è il mio numero nuovo"),
    ("nl", "Beste klant, uw pakket kon niet worden bezorgd, betaal de kosten via deze link"),
    ("nl", "Hoi mam, mijn telefoon is kapot, dit is mijn nieuwe nummer"),
    ("pl", "Szanowny kliencie, Twoja paczka nie została dostarczona, prosimy o dopłatę"),
    ("pl", "Cześć mamo, zgubiłem telefon, to jest mój nowy numer"),
    ("tr", "Sayın müşterimiz, hesabınız güvenlik nedeniyle kapatıldı, lütfen giriş yapın"),
    ("tr", "Anne telefonum bozuldu bu benim yeni numaram bana para gönder"),
    ("hi", "Bhai mera phone kho gaya hai, yeh mera naya number hai, paise bhej do please"),
    ("hi", "aapka khata band ho raha hai, abhi OTP batao nahi to account block kar denge"),
    # Languages without a list of their own are known by having none of the words of English.
    ("sv", "Hej mamma, jag har tappat min telefon, det här är mitt nya nummer och jag behöver låna pengar"),
    ("fi", "Hei äiti, puhelimeni meni rikki ja tämä on uusi numeroni, voisitko lähettää rahaa jo tänään"),
    ("hu", "Kedves Anya, elveszett a telefonom, ez az új számom, kérlek küldj pénzt a számlámra még ma este"),
    ("cs", "Ahoj mami, ztratil jsem telefon, tohle je moje nové číslo, můžeš mi prosím poslat peníze"),
    ("ro", "Bună mamă, mi-am pierdut telefonul, acesta este noul meu număr, poți să îmi trimiți bani"),
    ("id", "Halo ibu, ponsel saya rusak, ini nomor baru saya, tolong kirim uang hari ini karena saya harus membayar"
           " tagihan yang sangat penting sekali"),
    ("vi", "Mẹ ơi, điện thoại của con bị hỏng, đây là số mới của con, mẹ gửi tiền cho con hôm nay được không ạ"),
    # Another script is known from the first word on.
    ("ru", "Привет мама"),
    ("uk", "Дзвони!"),
    ("zh", "你好，请点击这里"),
    ("ja", "お客様のアカウントが停止されました"),
    ("ko", "엄마 나 폰 고장났어"),
    ("ar", "مرحبا أمي هذا رقمي الجديد"),
    ("he", "אמא, זה המספר החדש שלי"),
    ("hi", "नमस्ते माँ यह मेरा नया नंबर है"),
    ("th", "แม่คะ นี่เบอร์ใหม่ของหนู"),
    ("el", "Μαμά, αυτός είναι ο νέος μου αριθμός"),
]  # fmt: skip


@pytest.mark.parametrize("text", ENGLISH)
def test_english_as_people_write_it_is_covered(text: str) -> None:
    assert is_covered(text)


@pytest.mark.parametrize(("language", "text"), OTHER)
def test_other_languages_are_not(language: str, text: str) -> None:
    assert not is_covered(text), language


@steady
@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert is_covered(text) in (True, False)


def test_a_few_foreign_words_in_a_long_english_text_are_no_reason() -> None:
    text = (
        "The tour of the old town starts at ten, and we meet at the fountain. " * 12
    ) + "Guten Tag, auf Wiedersehen!"
    assert "language-not-covered" not in codes(read_as(text.encode()))


def test_a_whole_window_in_another_language_is_a_reason() -> None:
    german = "Der Rundgang durch die Altstadt beginnt um zehn, und wir treffen uns am Brunnen. " * 20
    english = "The tour of the old town starts at ten, and we meet at the fountain. " * 40
    reading = read_as((english + german).encode())
    (reason,) = reading.reasons
    assert reason.code == "language-not-covered"
    assert reason.say.endswith(f"of {len(reading.windows)} windows do not seem to be English but German")


def test_a_foreign_message_says_so_plainly() -> None:
    (reason,) = read_as(b"Liebe Oma, ich habe mein Handy verloren und das ist meine neue Nummer.").reasons
    say = "the text seems to be German, and the model was measured on English alone"
    assert str(reason) == f"language-not-covered: {say}"


def test_a_language_that_is_not_known_is_not_guessed() -> None:
    estonian = (
        "Tere ema, mu telefon läks katki ja see uus number kuulub nüüd mulle, palun saada raha juba täna õhtul, sest "
        "homme hommikul pean maksma arve, aitäh sulle, kallistan"
    )
    (reason,) = read_as(estonian.encode()).reasons
    assert str(reason) == "language-not-covered: the text does not seem to be English"


NAMES = {
    "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "tr": "Turkish", "hi": "Hindi", "sv": "Swedish", "fi": "Finnish", "hu": "Hungarian", "cs": "Czech",
    "ro": "Romanian", "id": "Indonesian", "vi": "Vietnamese", "zh": "Chinese", "ja": "Japanese", "ko": "Korean",
    "ar": "Arabic", "he": "Hebrew", "th": "Thai", "el": "Greek",
}  # fmt: skip
SHORT_OF_SIGNS = frozenset(("Gentile cliente, la sua carta è stata bloccata, clicchi qui per confermare",))
"""Sentences that another language's small words fit as well."""


@pytest.mark.parametrize(
    ("language", "text"), [case for case in OTHER if case[0] in NAMES and case[1] not in SHORT_OF_SIGNS]
)
def test_a_language_is_named_where_its_words_or_letters_say_which_it_is(language: str, text: str) -> None:
    assert language_of(text) == NAMES[language]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Russian", "Мама, мы потеряли телефон, это новый номер, вышли деньги"),
        ("Ukrainian", "Мамо, я загубила телефон, це мій новий номер, надішли гроші"),
        ("Serbian", "Мама, изгубила сам телефон, ово је мој нови број, пошаљи љубав"),
        ("Bulgarian", "Мамо, загубих си телефона, това е новият ми номер, къде си"),
        ("Cyrillic letters", "Мама"),
        ("Persian", "مادر جان گوشی من خراب شده است لطفا پول بفرست"),
        ("Urdu", "امی میرا فون ٹوٹ گیا ہے یہ میرا نیا نمبر ہے"),
        ("Bengali", "মা আমার ফোন হারিয়ে গেছে"),
        ("Georgian", "დედა ეს ჩემი ახალი ნომერია"),
        ("Tamil", "அம்மா இது என் புதிய எண்"),
    ],
)
def test_languages_of_one_script_are_told_apart_by_their_letters(name: str, text: str) -> None:
    assert language_of(text) == name


def test_english_is_named_english() -> None:
    assert {language_of(text) for text in ENGLISH} == {"English"}
