"""What opens an account, and the ways of asking for it."""

from __future__ import annotations

from typing import Final

from guardian.detectors.rulebook import PLAIN, WEAK, Rule

# What is asked for. Each has a word that makes it the key to an account, so that door codes and coupons stay out.
_CODE: Final = (
    r"(?:(?:one[- ]?time|verification|security|log-?in|sign-?in|sms|authenticat\w+|confirmation|two-factor|2fa|mfa)"
    r" (?:pass)?(?:codes?|numbers?|pins?|passwords?)|otp|tac code|passcode|m-?pin|digital token"
    r"|(?:(?:four|five|six|seven|eight|nine|[4-9])[- ]?)(?:digit|number|figure)s?(?: (?:code|number|pin))?)"
)
_CARD: Final = (
    r"(?:cvv2?|cvc|(?:full |debit |credit |bank )?card (?:number|details|no)\b|long number|sixteen (?:digits|numbers)"
    r"|sort code|bvn|(?:atm|upi|card)(?: ?(?:\+|and|&))? pin|card (?:and|\+|&) pin|social security (?:number|no)|ssn"
    r"|(?:online |internet |mobile )?banking (?:details|log-?in|password|pin|user\w*)"
    r"|memorable word|national insurance number|medicare number)"
)
_PASSWORD: Final = (
    r"(?:(?:account |e-?mail |login |network |windows |apple id |current |old |mailbox )?(?:password|passphrase|pin)"
    r"(?: (?:code|number))?|log-?in (?:details|credentials)|user ?name and password|(?:login|log-in) and password)"
)
_PHRASE: Final = (
    r"(?:(?:seed|recovery|secret|wallet) (?:seed )?(?:phrase|words)"
    r"|(?:12|24|twelve|twenty[- ]four)[- ]words?(?: (?:recovery |seed |secret )?(?:phrase|key))?|private key|mnemonic)"
)
_WHICH_CODE: Final = (  # "the code" alone could be any; this one has just been sent
    r"(?:(?:the|your|that|this) codes?(?: number)?,? (?:(?:that|which|what)(?: (?:has|have|is|was|will|just))*(?:'s"
    r"|'ve)? ?(?:just )?(?:been )?"
    r"(?:come|came|arriv\w+|sent|text\w*|shown|on|you)|(?:you|we)(?:'ve|'ll)? (?:just |have |has |will "
    r"|are )*(?:receiv\w+|g[eo]t|see|sent|text\w*)"
    r"|(?:on|from|in) (?:your|the|ur) (?:phone|text|sms|e-?mail|message|screen)))"
)
_GIVE: Final = (
    r"(?:send|forward|give|tell|read|share|show|provide|quote|dictate|(?:text|dm|message|mail|e-?mail|whatsapp|call"
    r"|write)(?: it| out)? (?:me|us|back|him|her))"
)
_HAND_OVER: Final = (
    r"(?:send|text|forward|give|tell|read|share|dm|message|e-?mail|whatsapp|show|provide|dictate|call|write"
    r"|screenshot|paste|type)"
)
_ENTER: Final = (
    r"(?:enter|type|put|fill|input|submit|provide|confirm|verify|key in|supply|log ?in with|sign in with|redeem)"
)
_TO_ME: Final = r"(?:me|us|back|here|him|her|them|this (?:number|chat|bot)|the (?:bot|agent|officer|operator|admin))"
_HARMLESS: Final = (
    r"\b(?:wi-?fi|router|zoom|teams|meeting|door|gate|alarm|garage|locker|key ?safe|netflix|spotify|printer|pdf|zip"
    r"|coupon|discount"
    r"|promo|voucher code|post ?code|zip code|source code|dress code|area code|qr code|barcode|country code"
    r"|booking (?:code|reference))\b"
)

CREDENTIAL_RULES: Final = (
    Rule(
        id="code-to-me",
        tactic="credential_request",
        score=PLAIN,
        why="The one-time code that opens the account, to be read out or sent on: the last lock of every account.",
        pattern=(
            rf"\b{_HAND_OVER}\b.{{0,16}}?\b{_TO_ME}\b.{{0,40}}?\b(?:{_CODE}|{_PHRASE}|{_WHICH_CODE})\b"
            rf"|\b{_HAND_OVER}\b.{{0,40}}?\b(?:{_CODE}|{_PHRASE})\b.{{0,60}}?\b{_TO_ME}\b"
        ),
        unless=_HARMLESS,
        say="asks you to pass on a code that opens an account of yours",
    ),
    Rule(
        id="code-then-to-me",
        tactic="credential_request",
        score=PLAIN,
        why="A code is on its way 'by mistake' or 'for a check'; send it back (WhatsApp takeover).",
        pattern=(
            rf"\b(?:{_CODE}|(?:a|the) code (?:has |have |will |is |just )*(?:come|came|arrive|sent|coming"
            rf"|on your)\w*)\b.{{0,100}}?\b{_HAND_OVER}\b.{{0,4}}? \b(?:it|that|this|them)\b.{{0,24}}?\b{_TO_ME}\b"
        ),
        unless=_HARMLESS,
        say="asks you to pass on a code that opens an account of yours",
    ),
    Rule(
        id="read-it-to-me",
        tactic="credential_request",
        score=PLAIN,
        why="The same over two sentences: the code is on its way, and then it is to be read out.",
        pattern=(
            r"\b(?:read|text|send|forward|tell|give|dictate|copy|paste|write|type) (?:it|that one|them)(?: out| over"
            r"| in)?\b"
            rf".{{0,16}}?\b{_TO_ME}\b"
        ),
        needs=rf"\b(?:{_CODE}|an? code)\b.{{0,40}}?\b(?:sent|phone|text|receiv\w+|com(?:e|es|ing)|came|arriv\w+)\b",
        unless=_HARMLESS,
        say="asks you to pass on a code that opens an account of yours",
    ),
    Rule(
        id="text-back",
        tactic="credential_request",
        score=PLAIN,
        why="A code, PIN or password as the answer to a message.",
        pattern=(
            r"\b(?:text|send|reply|write|call|respond|answer)(?: \w+)? ?(?:back|with"
            rf"|here)\b.{{0,24}}?\b(?:{_CODE}|{_PASSWORD}|{_CARD}|{_PHRASE})\b"
        ),
        unless=_HARMLESS,
        say="asks you to answer with a code, PIN or password",
    ),
    Rule(
        id="read-digits",
        tactic="credential_request",
        score=PLAIN,
        why="Digits to be read out over the phone: a session code for remote control, a card, a token.",
        pattern=(
            r"\b(?:read|tell|give|call)(?: out)? (?:me|us)\b.{0,24}?\b(?:digits|numbers|(?:long|routing|card"
            r"|account) number)\b"
            r"|\blong number\b.{0,60}?\b(?:back|date|expiry)\b"
        ),
        unless=r"\b(?:meter|lottery|house|phone numbers?)\b",
        say="asks you to read out digits",
    ),
    Rule(
        id="password-to-me",
        tactic="credential_request",
        score=PLAIN,
        why="Your password, PIN, card or phrase, to be handed over.",
        pattern=(
            rf"\b(?:{_GIVE}|paste)\b(?: (?:me|us|him|her|back))?\b.{{0,24}}?\byour\b.{{0,30}}?\b(?:{_PASSWORD}"
            rf"|{_CARD}|{_PHRASE}|{_CODE})\b"
        ),
        unless=_HARMLESS,
    ),
    Rule(
        id="need-your",
        tactic="credential_request",
        score=PLAIN,
        why="The same as a need.",
        pattern=(
            r"\b(?:i|we|he|she|they|you)(?:'ll| will| shall)?(?: just| only| also| still)? (?:need|require|want"
            rf"|take|be asked for)\b.{{0,30}}?(?:\byour\b.{{0,40}}?\b(?:{_PASSWORD}|{_PHRASE}|{_CODE}|{_CARD})\b"
            rf"|{_WHICH_CODE}\b)"
        ),
        unless=_HARMLESS + r"|\b(?:to change|strong|own device|to sign in to)\b",
    ),
    Rule(
        id="enter-phrase",
        tactic="credential_request",
        score=PLAIN,
        why="The words of a wallet typed anywhere but into the wallet: whoever has them has the coins.",
        pattern=rf"\b(?:{_ENTER}|synchroni[sz]e|import|validate|restore)\b.{{0,40}}?\b{_PHRASE}\b",
        say="asks for the recovery words of a wallet",
    ),
    Rule(
        id="enter-card-key",
        tactic="credential_request",
        score=PLAIN,
        why="Card and PIN, or password and card, on one form: no honest form wants both.",
        pattern=(
            rf"\b{_ENTER}\b.{{0,60}}?\b{_CARD}\b.{{0,30}}?(?:\band\b|\+|&|,).{{0,30}}?\b(?:{_CARD}|{_PASSWORD}|pin"
            r"|expiry|code)\b"
            rf"|\b{_ENTER}\b.{{0,60}}?\b{_PASSWORD}\b.{{0,30}}?(?:\band\b|\+|&|,).{{0,30}}?\b(?:{_CARD}|{_CODE})\b"
        ),
        say="asks for card and code or password together",
    ),
    Rule(
        id="card-and-pin",
        tactic="credential_request",
        score=PLAIN,
        why="The same in one breath.",
        pattern=(
            rf"\b(?:{_ENTER}|send|use|scan)\b.{{0,60}}?\bcard(?: (?:no\.?|number))? ?(?:\band\b|\+|&"
            r"|,) ?(?:your )?(?:pin|password|code)\b"
        ),
        say="asks for card and code together",
    ),
    Rule(
        id="sign-in-there",
        tactic="credential_request",
        score=WEAK,
        why="A password to be typed where the message leads.",
        pattern=(
            r"\b(?:sign in|log ?in|join|confirm|validate|verify|apply|unlock)\b.{0,50}?\b(?:password|log-?in|pin"
            r"|two-factor code|access code)\b"
        ),
        unless=(
            r"\b(?:in the app|our app|bookmark\w*|your browser|as usual|forgot|new password|change (?:your"
            r"|the) password)\b"
        ),
        needs=(
            r"\b(?:(?:at|here|below|on|link|visit|click|to (?:play|view|open|keep|receive|see))\b"
            r"|: ?).{0,60}?(?:\b[a-z0-9-]+\.[a-z]{2,}\b|\[qr\]|>)"
        ),
        say="asks for your password where the message leads",
    ),
    Rule(
        id="enter-one",
        tactic="credential_request",
        score=WEAK,
        why="A card number or bank login to be entered; shops ask that too.",
        pattern=rf"\b{_ENTER}\b.{{0,30}}?\b(?:your|ur|the|bank)\b.{{0,30}}?\b{_CARD}\b",
        unless=r"\b(?:checkout|in the app|our app|at the (?:till|desk|counter))\b",
        say="asks you to enter card or bank details",
    ),
    Rule(
        id="mail-and-password",
        tactic="credential_request",
        score=PLAIN,
        why="Address and password on a form that a message leads to.",
        pattern=(
            r"\b(?:type|enter|give|provide|submit|asked for|fill in|input)\b.{0,40}?\b(?:mail(?: address)?"
            r"|user ?name|user ?id|login|id)\b.{0,20}?(?:\band\b|\+|,).{0,12}?\bpassword\b.{0,40}?\b(?:here|below"
            r"|to (?:confirm|verify|keep|avoid)|following|form|page|link)\b"
        ),
        unless=r"\b(?:our app|the app|you bookmarked|type our address)\b",
    ),
    Rule(
        id="codes-to-hand",
        tactic="credential_request",
        score=WEAK,
        why="Card or banking details to be kept ready for a call.",
        pattern=(
            rf"\bhave\b.{{0,60}}?\b(?:{_PASSWORD}|{_CARD}|{_CODE}|debit card|bank card"
            rf"|credit card)\b.{{0,60}}?\b(?:ready|to hand|at hand|with you)\b"
        ),
        say="tells you to keep card or bank details ready",
    ),
    Rule(
        id="confirm-details",
        tactic="credential_request",
        score=WEAK,
        why="Payment details to be 'confirmed' in a hurry.",
        pattern=(
            r"\b(?:confirm|verify|validate|update|re-?enter|lodge|complete|submit)\b.{0,16}?\b(?:your "
            r"|ur )?(?:bank(?:ing)?|card|credit card|debit card|billing|payment)\b.{0,8}?\b(?:details|information"
            r"|info|data|method|card|on file)\b"
            r".{0,60}?\b(?:here|below|at|via|link|within|or|to (?:avoid|keep|continue|receive)|now|immediately"
            r"|today|\w+\.\w+/\w+)\b"
        ),
        unless=r"\b(?:in the app|settings|account page|as usual|when you next|your browser)\b",
        say="asks you to confirm card or bank details",
    ),
)
