"""Money by roads on which nothing comes back: gift cards, crypto, cash transfers, gifts among friends."""

from __future__ import annotations

from typing import Final

from guardian.detectors.phrases.words import AMOUNT, CARDS, CRYPTO, PEER, REMITTANCE, SEND
from guardian.detectors.rulebook import PLAIN, WEAK, Rule

UNRETURNABLE_MONEY: Final = (
    Rule(
        id="card-codes",
        tactic="money_request",
        score=PLAIN,
        why=(
            "Gift cards whose codes are to be sent on: money that cannot be called back (FTC, Action Fraud, Scamwatch)."
        ),
        pattern=(
            rf"\b{CARDS}.*?\b(?:send|text|e-?mail|read|share|forward|whatsapp|scratch|photograph|snap"
            r"|call us back with"
            r"|(?:photo|picture|pic|image)s? of)\b.*?\b(?:codes?|numbers?|pins?|backs?|receipt)\b"
        ),
        say="asks for gift cards and the codes on them",
    ),
    Rule(
        id="card-codes-apart",
        tactic="money_request",
        score=PLAIN,
        why="The same over two sentences: first the cards, then the codes.",
        pattern=(
            r"\b(?:send|text|e-?mail|read|share|forward|whatsapp|scratch|photograph|snap)\b"
            r"(?: (?:me|us|over|back|through|off))? ?.*?\b(?:codes?|(?:card )?numbers (?:on|from)|the (?:silver"
            r"|backs)|backs? of (?:the"
            r"|each|every)|(?:photo|picture|pic|image)s? of)\b"
        ),
        needs=rf"\b(?:buy|get|purchase|pick up|grab|need|collect)\b.{{0,60}}?\b{CARDS}",
        say="asks for gift cards and the codes on them",
    ),
    Rule(
        id="cards-for-sender",
        tactic="money_request",
        score=WEAK,
        why="A superior or friend who asks for several gift cards at once; weak, since offices do buy them.",
        pattern=(
            r"\b(?:can|could|will|would|need|want|please|kindly|require)\b.*?\b(?:you|u|to)\b.*?\b(?:buy|purchase"
            r"|pick up|get|grab|arrange)\b"
            rf".*?(?:\d|{AMOUNT}|\b(?:two|three|four|five|six|seven|eight|nine|ten|some|several"
            rf"|worth)\b).*?\b{CARDS}"
        ),
        say="asks you to buy several gift cards",
    ),
    Rule(
        id="cards-worth",
        tactic="money_request",
        score=WEAK,
        why="The amount in one sentence, the cards in the one before.",
        pattern=(
            rf"\b(?:get|buy|pick up|grab|purchase)\b.{{0,30}}?{AMOUNT}.{{0,6}}\bworth\b"
            rf"|\bneeds? .{{0,20}}?{CARDS}"
        ),
        needs=rf"\b{CARDS}.{{0,160}}?{AMOUNT}|{AMOUNT}.{{0,160}}?{CARDS}",
        say="asks you to buy several gift cards",
    ),
    Rule(
        id="pay-in-cards",
        tactic="money_request",
        score=PLAIN,
        why="A debt, a fine, a price or a gift to be paid in gift cards: no office and no shop asks for that.",
        pattern=(
            r"\b(?:pay(?:ment|able)?|paid|settled?|give|send|deposit|donate|clear)\b.*?\b(?:in|with|by|via|through"
            r"|using"
            rf"|as)\b.{{0,24}}?\b{CARDS}"
        ),
        unless=r"\b(?:or|and) (?:a )?credit card|\baccepts?\b|\b(?:your|you) (?:basket|order|purchase)",
        say="asks to be paid in gift cards or prepaid vouchers",
    ),
    Rule(
        id="crypto",
        tactic="money_request",
        score=PLAIN,
        why="Payment in crypto to a wallet that is named: cannot be called back, seldom needed.",
        pattern=(
            rf"\b{SEND}\b.{{0,60}}?\b(?:in|via|by|using|through|worth of|of|as"
            rf"|to)?\b.{{0,12}}?\b{CRYPTO}\b.{{0,60}}?\b(?:to|into|wallet|address|below|today|now|here|within)\b"
        ),
        say="asks for payment in crypto",
    ),
    Rule(
        id="crypto-only",
        tactic="money_request",
        score=PLAIN,
        why="Nothing but crypto, or a fee in crypto.",
        pattern=(
            rf"\b(?:{CRYPTO} only|only (?:in|by|via|accept|take) {CRYPTO}|please (?:give|pay|donate) (?:in|by"
            rf"|with) {CRYPTO}|(?:tax|fee|deposit|bond|bail|charge)\b.{{0,60}}?\bin {CRYPTO})\b"
        ),
        say="asks for payment in crypto",
    ),
    Rule(
        id="remittance",
        tactic="money_request",
        score=PLAIN,
        why="A transfer that is handed out in cash to whoever knows the number.",
        pattern=(
            rf"\b(?:{SEND}|pay|remittance)\b.{{0,80}}?\b(?:by|via|through|with|using|over) {REMITTANCE}\b"
            rf"|\b(?:please|you|pls|kindly) {REMITTANCE}\b.{{0,20}}?{AMOUNT}"
        ),
        say="asks for a money transfer that cannot be called back",
    ),
    Rule(
        id="peer-deposit",
        tactic="money_request",
        score=WEAK,
        why="A deposit or fee by a road on which nothing comes back.",
        pattern=(
            r"\b(?:deposit|fee|tax|registration|reservation|charges?|installment|advance|bail|bounty"
            rf"|holding)\b.{{0,60}}?\b(?:by|via|through|with|on|to|in)? ?\b(?:{PEER}|{CRYPTO}|{REMITTANCE}"
            r"|easypaisa|jazzcash)\b"
        ),
        unless=r"\b(?:or card|or at|refund(?:ed|s)? (?:by|via|through|to))\b",
        say="asks for a deposit by a road on which it does not come back",
    ),
    Rule(
        id="friends-and-family",
        tactic="money_request",
        score=WEAK,
        why="A purchase paid as a gift among friends, so that the buyer's protection does not count.",
        pattern=(
            r"\b(?:pay ?pal|transfer|pay|send|bank)\b.{0,40}?\b(?:as|via|by|using|on|transfer|pal"
            r"|paypal)?\b.{0,8}?\b(?:friends (?:and|&|n) family|friends now)\b"
        ),
        say="asks to be paid in a way that takes away your protection",
    ),
)
