"""Asks for money: gift cards, transfers, crypto, fees before a payout, changed bank details.

Ordinary life is full of money, so a rule here needs the shape of a trick (codes from a card, a fee before a
gain, a "safe" account), not money alone. Invoices, shared bills and honest asks to lend are not matched.
"""

from __future__ import annotations

from typing import Final

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.rules import PLAIN, WEAK, Rule, RuleBook, rule_findings
from guardian.finding import Finding

# Parts that several patterns share.
_CARDS: Final = (
    r"(?:gift ?(?:cards?|vouchers?)|prepaid (?:debit )?(?:cards?|vouchers?)|paysafe(?: ?cards?)?|i-?tunes cards?"
    r"|(?:apple|steam|google(?: play)?|amazon|razer(?: gold)?|vanilla|e-?bay|target|walmart) (?:gift )?(?:cards?|vouchers?))"
)
_CRYPTO: Final = r"(?:bitcoins?|btc|usdt|tether|ethereum|usdc|litecoin|monero|crypto(?:currency)?)"
_REMITTANCE: Final = r"(?:western union|money ?gram|worldremit)"
_PEER: Final = r"(?:zelle|venmo|cash ?app|revolut|bizum|gpay|paytm|paypal|swish|gcash|m-?pesa|mobile money|momo)"
_SEND: Final = r"(?:send|transfer|wire|remit|pay|deposit|forward|move)"
_AMOUNT: Final = (
    r"(?:(?:[$£€¥₹]|\b(?:usd|eur|gbp|rs\.?|rm|chf|aud|cad|hk\$|k) ?)\d[\d.,]*k?"
    r"|\b\d[\d.,]*k? ?(?:[$£€]|usd|eur|gbp|euros?|dollars?|pounds?|usdt|quid|bucks)(?:\b|\s))"
)
_DETAILS: Final = r"(?:(?:bank(?:ing)?|account|payment|remittance|wire|ach) (?:account )?(?:details?|information|info|coordinates|number)|iban|(?:bank )?account)"
_FEE: Final = (
    r"(?:(?:customs?|clear(?:ance|ing)|processing|release|re-?delivery|delivery|handling|admin(?:istration)?|activation|transfer"
    r"|insurance|courier|registration|verification|import|unlock(?:ing)?|withdrawal|legal|notary|refundable|upfront"
    r"|stamp|shipping|crate|booking|holding) )"
    r"{1,2}(?:fees?|charges?|dut(?:y|ies)|tax(?:es)?|costs?|bond|deposit|payment)"
)
MONEY_RULES: Final = (
    Rule(
        "card-codes",
        "money_request",
        PLAIN,
        rf"\b{_CARDS}.*?\b(?:send|text|e-?mail|read|share|forward|whatsapp|scratch|photograph|snap|call us back with"
        r"|(?:photo|picture|pic|image)s? of)\b.*?\b(?:codes?|numbers?|pins?|backs?|receipt)\b",
        "Gift cards whose codes are to be sent on: money that cannot be called back (FTC, Action Fraud, Scamwatch).",
        say="asks for gift cards and the codes on them",
    ),
    Rule(
        "card-codes-apart",
        "money_request",
        PLAIN,
        r"\b(?:send|text|e-?mail|read|share|forward|whatsapp|scratch off|photograph|snap)\b"
        r"(?: (?:me|us|over|back|through|off))? ?.*?\b(?:codes?|(?:card )?numbers (?:on|from)|backs? of (?:the|each|every)|(?:photo|picture|pic|image)s? of)\b",
        "The same over two sentences: first the cards, then the codes.",
        needs=rf"\b(?:buy|get|purchase|pick up|grab|need|collect)\b.{{0,60}}?\b{_CARDS}",
        say="asks for gift cards and the codes on them",
    ),
    Rule(
        "cards-for-sender",
        "money_request",
        WEAK,
        rf"\b(?:can|could|will|would|need|want|please|kindly|require)\b.*?\b(?:you|u|to)\b.*?\b(?:buy|purchase|pick up|get|grab|arrange)\b"
        rf".*?(?:\d|{_AMOUNT}|\b(?:two|three|four|five|six|seven|eight|nine|ten|some|several|worth)\b).*?\b{_CARDS}",
        "A superior or friend who asks for several gift cards at once; weak, since offices do buy them.",
        say="asks you to buy several gift cards",
    ),
    Rule(
        "pay-in-cards",
        "money_request",
        PLAIN,
        rf"\b(?:pay(?:ment|able)?|settle|give|send|deposit|donate|clear)\b.*?\b(?:in|with|by|via|through|using|as)\b.{{0,24}}?\b{_CARDS}",
        "A debt, a fine, a price or a gift to be paid in gift cards: no office and no shop asks for that.",
        unless=r"\b(?:or|and) (?:a )?credit card|\baccept(?:s|ed)?\b|\b(?:your|you) (?:basket|order|purchase)",
        say="asks to be paid in gift cards or prepaid vouchers",
    ),
    Rule(
        "crypto",
        "money_request",
        PLAIN,
        rf"\b{_SEND}\b.{{0,60}}?\b(?:in|via|by|using|through|worth of|of|as|to)?\b.{{0,12}}?\b{_CRYPTO}\b.{{0,60}}?\b(?:to|into|wallet|address|below|today|now|here|within)\b",
        "Payment in crypto to a wallet that is named: cannot be called back, seldom needed.",
        say="asks for payment in crypto",
    ),
    Rule(
        "crypto-only",
        "money_request",
        PLAIN,
        rf"\b(?:{_CRYPTO} only|only (?:in|by|via|accept|take) {_CRYPTO}|please (?:give|pay|donate) (?:in|by|with) {_CRYPTO}|(?:tax|fee|deposit|bond|bail|charge)\b.{{0,60}}?\bin {_CRYPTO})\b",
        "Nothing but crypto, or a fee in crypto.",
        say="asks for payment in crypto",
    ),
    Rule(
        "remittance",
        "money_request",
        PLAIN,
        rf"\b(?:{_SEND}|pay|remittance)\b.{{0,80}}?\b(?:by|via|through|with|using|over) {_REMITTANCE}\b|\b(?:please|you|pls|kindly) {_REMITTANCE}\b.{{0,20}}?{_AMOUNT}",
        "A transfer that is handed out in cash to whoever knows the number.",
        say="asks for a money transfer that cannot be called back",
    ),
    Rule(
        "fee-before-gain",
        "money_request",
        PLAIN,
        rf"\b(?:{_SEND}|settle|clear|cover)\b.{{0,60}}?\b(?:{_FEE}|tax(?:es)?|fee|charge|duty|bond|insurance|stamp|premium)\b.{{0,80}}?\b(?:to|before|so (?:that )?(?:we|your|the)|for the|in order)\b.{{0,40}}?"
        r"\b(?:releas\w+|claim(?:ing)?|receive|unlock|unfreeze|withdraw(?:al)?|payout|winnings?|prize|funds|inheritance|parcel|package|shipment|consignment|loan)\b",
        "Pay first, get later: the advance fee, in mail since the 'Spanish prisoner'.",
        unless=r"\b(?:collect|counter|post office|in person)\b",
        say="asks for a fee before it gives you something",
    ),
    Rule(
        "gain-after-fee",
        "money_request",
        PLAIN,
        r"\b(?:to|before (?:we|they|it can be|you can)|in order to)\b.{0,24}?\b(?:release|claim|receive|unlock|unfreeze|withdraw|redeem|secure|activate|collect|redeliver(?:y)?)\b"
        rf".{{0,80}}?\b(?:you (?:must|need to|have to|will need to|should|only)|please|kindly|pls|simply|just|requires?|is required)\b.{{0,40}}?\b(?:{_SEND}|settle|{_FEE})\b.{{0,60}}?(?:{_AMOUNT}|\b(?:fee|tax|charge|duty|bond|instal?lment|deposit)\b)",
        "The same in the other order.",
        unless=r"\b(?:collect|counter|post office|in person|checkout|basket)\b",
        say="asks for a fee before it gives you something",
    ),
    Rule(
        "small-parcel-fee",
        "money_request",
        PLAIN,
        rf"\b(?:pay|settle|clear)\b.{{0,24}}?(?:{_AMOUNT}).{{0,24}}?\b(?:re-?delivery|customs|shipping|delivery|clearance|import|handling)\b.{{0,40}}?\b(?:by card|here|now|at|via|within|card)\b",
        "The 1.99 delivery fee that is after the card: parcel smishing in all of Europe.",
        unless=r"\b(?:door|driver|collect|counter|post office|in person|cash)\b",
        say="asks for a small fee so that you give your card",
    ),
    Rule(
        "new-bank-details",
        "money_request",
        PLAIN,
        rf"\b(?:please|kindly|pls|must|should|now|henceforth|going forward|from now on|so)\b.{{0,40}}?\b(?:use|pay|send|remit|make|direct|route|transfer|update)\b"
        rf".{{0,80}}?\b(?:new|updated|different|following|other|designated|alternative|amended|revised)\b.{{0,20}}?\b{_DETAILS}\b",
        "Payments to new bank details: invoice fraud, the dearest trick that firms know (FBI, Europol).",
        unless=r"\b(?:confirm|verify|ring|call|phone|check|sign in|log in|portal|settings|app|your (?:new|updated) (?:bank|account|payment)|your own"
        r"|update your)\b",
        say="gives new bank details for a payment",
    ),
    Rule(
        "changed-account",
        "money_request",
        PLAIN,
        rf"\b(?:old|usual|previous|former|italian|main|current|other|first)\b.{{0,12}}?\baccount\b.{{0,40}}?\b(?:is|was|has been|are|being)\b.{{0,16}}?\b(?:closed|shut|blocked|frozen|seized|under (?:audit|review|investigation)|audited|restricted|suspended|reconciled)\b"
        rf".{{0,120}}?\b(?:pay|send|use|transfer|remit|into|to)\b",
        "The old account 'cannot be used', so pay another: the same trick, with its excuse.",
        unless=r"\byour (?:old|usual|previous|other|main|current) account\b|\b(?:ring us|call us|phone us)\b",
        say="gives new bank details for a payment",
    ),
    Rule(
        "salary-account",
        "money_request",
        PLAIN,
        r"\b(?:pay|send|change|update|switch|move)\b.{0,30}?\b(?:my|this month'?s) (?:salary|wages?|pay(?:roll|check|cheque)?|direct deposit)\b.{0,60}?\b(?:into|to|account|details|before|bank)\b",
        "A 'colleague' who has changed banks and has the wage sent elsewhere: payroll fraud.",
        unless=r"\b(?:form|portal|in person|hr system|as usual)\b",
        say="asks to have wages paid into another account",
    ),
    Rule(
        "safe-account",
        "money_request",
        PLAIN,
        rf"\b(?:{_SEND}|put|moved?|transferred|kept|deposits?)\b.{{0,60}}?\b(?:safe|secure|protected|holding|verification|escrow|rbi|government|treasury)\b.{{0,16}}?\b(?:account|wallet|vault|locker)\b",
        "Savings to be brought to a 'safe account': no bank has one.",
        unless=r"\b(?:no such thing|deposit (?:protection )?scheme|solicitor|notary)\b",
        say="asks you to move your money to a 'safe' account",
    ),
    Rule(
        "overpayment",
        "money_request",
        PLAIN,
        r"\b(?:(?:deposit|cash|bank)\b.{0,40}?\b(?:check|cheque|it)|keep|take out|take)\b.{0,60}?\b(?:send|forward|wire|transfer|pass|return)\b.{0,16}?\b(?:the )?(?:rest|balance|remainder|remaining|difference|excess)\b",
        "A cheque that is too large, or money passing through: it bounces, and what was sent on is gone.",
        say="asks you to pass on money that you are sent",
    ),
    Rule(
        "cash-courier",
        "money_request",
        PLAIN,
        r"\b(?:cash|money|savings|jewell?ery|gold|card)\b.{0,80}?\b(?:courier|officer|colleague|agent|driver|somebody|someone)\b.{0,24}?\b(?:will|can|comes?|is coming)\b.{0,40}?\b(?:collect|pick (?:it|them|this)? ?up|door|round|take it)\b",
        "A courier who fetches the cash at the door: shock calls, 'grandparent' fraud.",
        unless=r"\b(?:order|delivery|deliver|parcel|takeaway|food)\b",
        say="asks for cash to be handed to a courier",
    ),
    Rule(
        "extortion",
        "money_request",
        PLAIN,
        rf"\b(?:{_SEND})\b.{{0,80}}?\b(?:or|otherwise|else|unless|if not)\b.{{0,60}}?\b(?:publish|post|leak|expose|your contacts|all (?:your|ur) (?:contacts|friends|family)|(?:recording|video|photos?|pics?|nudes?)|say what happens|pieces|hurt|kill|die)\b",
        "Pay or it is published, or somebody is harmed: sextortion and its kin.",
        say="demands money under a threat",
    ),
    Rule(
        "friends-and-family",
        "money_request",
        WEAK,
        r"\b(?:pay ?pal|transfer|pay|send|bank)\b.{0,40}?\b(?:as|via|by|using|on|transfer|pal|paypal)?\b.{0,8}?\b(?:friends (?:and|&|n) family|friends now)\b",
        "A purchase paid as a gift among friends, so that the buyer's protection does not count.",
        say="asks to be paid in a way that takes away your protection",
    ),
    Rule(
        "bail",
        "money_request",
        PLAIN,
        r"\b(?:pay|post|send|transfer|bring|need|raise)\b.{0,40}?\b(?:bail|bond|settlement|fine)\b.{0,80}?\b(?:kiosk|cash|courier|arrest(?:ed)?|warrant|released?|jail|custody|booked|transfer|today|now)\b",
        "Bail or a fine for somebody, at once, and in an odd way.",
        unless=r"\b(?:court (?:office|counter)|half if paid|appeal|contest|within \d+ days|library|counter|online at)\b",
        say="asks for bail or a fine to be paid at once",
    ),
    Rule(
        "return-by-other-road",
        "money_request",
        PLAIN,
        r"\b(?:send|transfer|return|pay|refund)\b.{0,40}?\b(?:back )?(?:to|into|on)\b.{0,12}?\b(?:this|another|a different|the other|my other) (?:other )?(?:number|key|account|card|wallet)\b",
        "Money sent 'by mistake', to be returned to another account than it came from.",
        unless=r"\b(?:my (?:current|savings) account)\b",
        needs=r"\b(?:by mistake|wrong(?:ly)?|by accident|accident(?:al)?ly|mistaken|mistakenly|not to the first|blocked|please please|urgent|theatre|hospital)\b",
        say="asks you to return money to another account",
    ),
    Rule(
        "stranded",
        "money_request",
        WEAK,
        rf"\b(?:can|could|will|please|pls|need)\b.{{0,20}}?\b(?:you|u)\b.{{0,60}}?\b(?:pay|send|transfer|cover|lend|wire)\b",
        "Somebody known with a new number, or stranded without bank or phone, who needs a payment made.",
        needs=r"\b(?:new (?:phone|number|mobile|sim)|(?:phone|mobile|sim|mic|microphone|wallet|card)\b.{0,24}?\b(?:broke(?:n)?|is gone|fell|died|stolen|smashed|not working|lost|lock(?:ed)?)|banking (?:app )?(?:won'?t|doesn'?t|isn'?t|is not|not)|can'?t (?:get in|log in|access|talk|call))\b",
        say="asks for a payment and says that the usual road is broken",
    ),
    Rule(
        "cards-worth",
        "money_request",
        WEAK,
        rf"\b(?:get|buy|pick up|grab|purchase)\b.{{0,30}}?{_AMOUNT}.{{0,6}}\bworth\b|\bneeds? .{{0,20}}?{_CARDS}",
        "The amount in one sentence, the cards in the one before.",
        needs=rf"\b{_CARDS}.{{0,160}}?{_AMOUNT}|{_AMOUNT}.{{0,160}}?{_CARDS}",
        say="asks you to buy several gift cards",
    ),
    Rule(
        "release-by-paying",
        "money_request",
        PLAIN,
        r"\bto (?:release|claim|unlock|unfreeze|withdraw|redeem|activate|receive|process)\b(?: (?:it|this|them|the|your|ur)\b)?(?: [a-z]+){0,2},? "
        r"(?:please |kindly |pls |just |simply |now |first |you (?:must|need to|have to|should) )?(?:pay|send|transfer|deposit|settle|remit)\b",
        "To get what is yours you pay first.",
        unless=r"\b(?:collect|counter|post office|in person|checkout|basket)\b",
        say="asks for a fee before it gives you something",
    ),
    Rule(
        "customs-and-kin",
        "money_request",
        WEAK,
        rf"\b(?:pay|send|settle|remit|transfer|deposit)\b.{{0,50}}?\b{_FEE}",
        "A fee with a purpose that sounds official; weak, since real ones exist.",
        unless=r"\b(?:collect|counter|post office|in person|checkout|basket|refund\w* to you|no|free)\b",
        needs=_AMOUNT,
        say="asks for a fee",
    ),
    Rule(
        "peer-deposit",
        "money_request",
        WEAK,
        rf"\b(?:deposit|fee|tax|registration|reservation|charges?|installment|advance|bail|bounty|holding)\b.{{0,60}}?\b(?:by|via|through|with|on|to|in)? ?\b(?:{_PEER}|{_CRYPTO}|{_REMITTANCE}|easypaisa|jazzcash)\b",
        "A deposit or fee by a road on which nothing comes back.",
        unless=r"\b(?:or card|or at|refund(?:ed|s)? (?:by|via|through|to))\b",
        say="asks for a deposit by a road on which it does not come back",
    ),
    Rule(
        "third-hand",
        "money_request",
        WEAK,
        rf"\b{_SEND}\b.{{0,80}}?\b(?:to|into|with)\b.{{0,24}}?\b(?:agent|officer|cashier|accountant|mover|vendor|manager|handler|private account|personal account|my own account)\b",
        "Money to a helper's or private account in place of the firm's.",
        unless=r"\b(?:letting agent|estate agent|office manager|your (?:account )?manager|send (?:it|this|them) to)\b",
        needs=_AMOUNT,
        say="asks you to pay a third person or a private account",
    ),
    Rule(
        "first-to-pay",
        "money_request",
        WEAK,
        r"\b(?:first|whoever|who)\b.{0,24}?\b(?:transfers?|pays?|deposits?|to pay)\b.{0,16}?\b(?:gets?|secures?|holds?|has) (?:it|them|the)\b"
        r"|\b(?:deposit|transfer|zelle|payment)\b.{0,30}?\b(?:today |now )?(?:holds|reserves|secures)\b",
        "Goods or a flat unseen, to whoever pays first.",
        needs=r"\b(?:no (?:visits?|viewings?)|viewings? (?:is|are|isn't)|can'?t do (?:viewings|collection)|not possible|other (?:famil\w+|farmers?|people|buyers?)"
        r"|coming at|messaging|enquiries|courier the keys|face value)\b",
        say="asks you to pay for something unseen before others do",
    ),
)


class MoneyDetector(Detector):
    """Finds asks for money that have the shape of a trick."""

    name = "money"

    def __init__(self) -> None:
        self._book = RuleBook(MONEY_RULES)

    def detect(self, evidence: Evidence) -> list[Finding]:
        """At most one finding, `money_request`, with the places that carry it."""
        return rule_findings(self.name, self._book, evidence)
