"""Twenty languages that the model was not measured on: what needs no language still speaks, and nothing is clean.

Each language has one sentence of a scam, ours (2026-11), and three ways of using it that rules see in any language: a
link that shows another address than it opens, a text that nobody sees, and an encoding.
"""

from __future__ import annotations

import base64
from types import MappingProxyType
from typing import Final

from guardian.message import Format, Message

SENTENCES: Final = MappingProxyType(
    {
        "German": "Ihr Konto wird heute noch gesperrt, bitte bestätigen Sie Ihr Passwort und die Nummer Ihrer Karte.",
        "French": "Votre compte sera bloqué aujourd’hui, merci de confirmer votre mot de passe et le code de la carte.",
        "Spanish": "Su cuenta será bloqueada hoy, por favor confirme su contraseña y el número de la tarjeta.",
        "Portuguese": "A sua conta será bloqueada hoje, por favor confirme a senha e o número do cartão agora.",
        "Italian": "Il suo conto sarà bloccato oggi, per favore confermi la password e il numero della carta.",
        "Dutch": "Uw rekening wordt vandaag geblokkeerd, bevestig nu het wachtwoord en het nummer van uw kaart.",
        "Polish": "Twoje konto zostanie dziś zablokowane, proszę potwierdź hasło i numer karty, bo już nie będzie.",
        "Turkish": "Hesabınız bugün kapatılacak, lütfen şifrenizi ve kart numaranızı şimdi onaylayın, bu çok önemli.",
        "Hindi": "आपका खाता आज बंद हो जाएगा, कृपया अभी अपना पासवर्ड और कार्ड का नंबर भेजें।",
        "Swedish": "Ditt konto stängs idag och du måste bekräfta lösenordet och kortets nummer, det är viktigt.",
        "Czech": "Váš účet bude dnes zablokován, prosím potvrďte své heslo a číslo karty, jinak již není možné nic.",
        "Romanian": "Contul dumneavoastră va fi blocat astăzi, vă rog să confirmați parola și numărul cardului.",
        "Russian": "Ваш счёт сегодня будет заблокирован, срочно подтвердите пароль и номер карты, чтобы всё вернуть.",
        "Ukrainian": "Ваш рахунок сьогодні буде заблоковано, терміново підтвердіть пароль і номер картки.",
        "Greek": "Ο λογαριασμός σας θα κλειδωθεί σήμερα, επιβεβαιώστε αμέσως τον κωδικό και τον αριθμό της κάρτας.",
        "Arabic": "سيتم إغلاق حسابك اليوم، أكّد كلمة المرور ورقم البطاقة الآن من فضلك، إنها مسألة عاجلة.",
        "Persian": "حساب شما امروز بسته می‌شود، لطفاً گذرواژه و شمارهٔ کارت را همین حالا تأیید کنید، پیگیری کنید.",
        "Hebrew": "החשבון שלך ייחסם היום, אנא אשר עכשיו את הסיסמה ואת מספר הכרטיס כדי שלא תאבד הכול.",
        "Japanese": "お客様の口座は本日停止されます。すぐに暗証番号とカード番号を確認してください。",
        "Chinese": "您的账户今天将被冻结，请立即确认密码和银行卡号码，否则后果自负。",
    }
)
"""By the language's English name."""
TRICKS: Final = ("link", "hidden", "encoded")


def tricked(language: str, trick: str) -> Message:
    """The language's sentence with one of the tricks."""
    sentence = SENTENCES[language]
    if trick == "encoded":
        return Message(base64.b64encode(sentence.encode()))
    if trick == "link":
        lie = '<a href="https://login.bank-secure.example/x">https://www.bank.example/login</a>'
        body = f"<p>{sentence} {lie}</p>"
    else:
        body = f'<p>\U0001f44b</p><div style="display:none">{" ".join([sentence] * 30)}</div>'
    page = f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    return Message(page.encode(), format=Format.HTML)
