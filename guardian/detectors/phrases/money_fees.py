"""Money that is asked for before something is given: fees, deposits, bail."""

from __future__ import annotations

from typing import Final

from guardian.detectors.phrases.words import AMOUNT, FEE, SEND
from guardian.detectors.rulebook import PLAIN, WEAK, Rule

FEES_FIRST: Final = (
    Rule(
        id="fee-before-gain",
        tactic="money_request",
        score=PLAIN,
        why="Pay first, get later: the advance fee, in mail since the 'Spanish prisoner'.",
        pattern=(
            rf"\b(?:{SEND}|settle|clear|cover)\b.{{0,60}}?\b(?:{FEE}|tax(?:es)?|fee|charge|duty|bond|insurance"
            rf"|stamp|premium)\b.{{0,80}}?\b(?:to|before|so (?:that )?(?:we|your|the)|for the|in order)\b.{{0,40}}?"
            r"\b(?:releas\w+|claim(?:ing)?|receive|unlock|unfreeze|withdraw(?:al)?|payout|winnings?|prize|funds"
            r"|inheritance|parcel|package|shipment|consignment|loan)\b"
        ),
        unless=r"\b(?:collect|counter|post office|in person)\b",
        say="asks for a fee before it gives you something",
    ),
    Rule(
        id="gain-after-fee",
        tactic="money_request",
        score=PLAIN,
        why="The same in the other order.",
        pattern=(
            r"\b(?:to|before (?:we|they|it can be|you can)|in order to)\b.{0,24}?\b(?:release|claim|receive|unlock"
            r"|unfreeze|withdraw|redeem|secure|activate|collect|redeliver(?:y)?)\b"
            rf".{{0,80}}?\b(?:you (?:must|need to|have to|will need to|should|only)|please|kindly|pls|simply|just"
            rf"|requires?|is required)\b.{{0,40}}?\b(?:{SEND}|settle|{FEE})\b.{{0,60}}?(?:{AMOUNT}"
            r"|\b(?:fee|tax|charge|duty|bond|instal?lment|deposit)\b)"
        ),
        unless=r"\b(?:collect|counter|post office|in person|checkout|basket)\b",
        say="asks for a fee before it gives you something",
    ),
    Rule(
        id="release-by-paying",
        tactic="money_request",
        score=PLAIN,
        why="To get what is yours you pay first.",
        pattern=(
            r"\bto (?:release|claim|unlock|unfreeze|withdraw|redeem|activate)\b(?: (?:it|this|them|the|your|ur)\b)?"
            r"(?: [a-z]+){0,2},? (?:please |kindly |pls |just |simply |now |first )?"
            r"(?:you (?:must|need to|have to|should) )?"
            r"(?:pay|transfer|deposit|settle|remit) (?:an?|the|this|your|us|only|just|[$£€]?\d)"
        ),
        unless=r"\b(?:collect|counter|post office|in person|checkout|basket)\b",
        say="asks for a fee before it gives you something",
    ),
    Rule(
        id="small-parcel-fee",
        tactic="money_request",
        score=PLAIN,
        why="The 1.99 delivery fee that is after the card: parcel smishing in all of Europe.",
        pattern=(
            rf"\b(?:pay|settle|clear)\b.{{0,24}}?(?:{AMOUNT}).{{0,24}}?\b(?:re-?delivery|customs|shipping"
            rf"|delivery|clearance|import|handling|label|address)\b.{{0,40}}?\b(?:by card|here|now|at|via|within"
            r"|card)\b"
        ),
        unless=r"\b(?:door|driver|collect|counter|post office|in person|cash)\b",
        say="asks for a small fee so that you give your card",
    ),
    Rule(
        id="customs-and-kin",
        tactic="money_request",
        score=WEAK,
        why="A fee with a purpose that sounds official; weak, since real ones exist.",
        pattern=rf"\b(?:pay|send|settle|remit|transfer|deposit)\b.{{0,50}}?\b{FEE}",
        unless=r"\b(?:collect|counter|post office|in person|checkout|basket|refund\w* to you|no|free)\b",
        needs=AMOUNT,
        say="asks for a fee",
    ),
    Rule(
        id="first-to-pay",
        tactic="money_request",
        score=WEAK,
        why="Goods or a flat unseen, to whoever pays first.",
        pattern=(
            r"\b(?:first|whoever|who)\b.{0,24}?\b(?:transfers?|pays?|deposits?|to pay)\b.{0,16}?\b(?:gets?"
            r"|secures?|holds?|has) (?:it|them|the)\b"
            r"|\b(?:deposit|transfer|zelle|payment)\b.{0,30}?\b(?:today |now )?(?:holds|reserves|secures)\b"
        ),
        needs=(
            r"\b(?:no (?:visits?|viewings?)|viewings? (?:is|are|isn't)|can'?t do (?:viewings|collection)"
            r"|not possible|other (?:famil\w+|farmers?|people|buyers?)"
            r"|coming at|messaging|enquiries|courier the keys|face value)\b"
        ),
        say="asks you to pay for something unseen before others do",
    ),
    Rule(
        id="bail",
        tactic="money_request",
        score=PLAIN,
        why="Bail or a fine for somebody, at once, and in an odd way.",
        pattern=(
            r"\b(?:pay|post|send|transfer|bring|need|raise)\b.{0,40}?\b(?:bail|bond|settlement"
            r"|fine)\b.{0,80}?\b(?:kiosk|cash|courier|arrest(?:ed)?|warrant|released?|jail|custody|booked|transfer"
            r"|today|now)\b"
        ),
        unless=(
            r"\b(?:court (?:office|counter)|half if paid|appeal|contest|within \d+ days|library|counter"
            r"|online at)\b"
        ),
        say="asks for bail or a fine to be paid at once",
    ),
)
