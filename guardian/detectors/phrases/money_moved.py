"""Money that is to go to another account, through other hands, or under a threat."""

from __future__ import annotations

from typing import Final

from guardian.detectors.phrases.words import AMOUNT, BANK_DETAILS, CRYPTO, SEND
from guardian.detectors.rulebook import PLAIN, WEAK, Rule

MOVED_MONEY: Final = (
    Rule(
        id="new-bank-details",
        tactic="money_request",
        score=PLAIN,
        why="Payments to new bank details: invoice fraud, the dearest trick that firms know (FBI, Europol).",
        pattern=(
            rf"\b(?:please|kindly|pls|must|should|now|henceforth|going forward|from now on|so)\b.{{0,40}}?\b(?:use"
            r"|pay|send|remit|make|direct|route|transfer|update)\b"
            rf".{{0,80}}?\b(?:new|updated|different|following|other|designated|alternative|amended"
            rf"|revised)\b.{{0,20}}?\b{BANK_DETAILS}\b"
        ),
        unless=(
            r"\b(?:confirm|verify|ring|call|phone|check|sign in|log in|portal|settings|app|your (?:new"
            r"|updated) (?:bank|account|payment)|your own"
            r"|update your)\b"
        ),
        say="gives new bank details for a payment",
    ),
    Rule(
        id="changed-account",
        tactic="money_request",
        score=PLAIN,
        why="The old account 'cannot be used', so pay another: the same trick, with its excuse.",
        pattern=(
            r"\b(?:old|usual|previous|former|italian|main|current|other"
            r"|first)\b.{0,12}?\baccount\b.{0,40}?\b(?:is|was|has been|are|being)\b.{0,16}?\b(?:closed|shut"
            r"|blocked|frozen|seized|under (?:audit|review|investigation)|audited|restricted|suspended"
            r"|reconciled)\b"
            r".{0,120}?\b(?:pay|send|use|transfer|remit|into|to)\b"
        ),
        unless=r"\byour (?:old|usual|previous|other|main|current) account\b|\b(?:ring us|call us|phone us)\b",
        say="gives new bank details for a payment",
    ),
    Rule(
        id="salary-account",
        tactic="money_request",
        score=PLAIN,
        why="A 'colleague' who has changed banks and has the wage sent elsewhere: payroll fraud.",
        pattern=(
            r"\b(?:pay|send|change|update|switch|move)\b.{0,30}?\b(?:my|this month'?s) (?:salary|wages?|pay(?:roll"
            r"|check|cheque)?|direct deposit)\b.{0,60}?\b(?:into|to|account|details|before|bank)\b"
        ),
        unless=r"\b(?:form|portal|in person|hr system|as usual)\b",
        say="asks to have wages paid into another account",
    ),
    Rule(
        id="safe-account",
        tactic="money_request",
        score=PLAIN,
        why="Savings to be brought to a 'safe account': no bank has one.",
        pattern=(
            rf"\b(?:{SEND}|put|moved?|transferred|kept|deposits?)\b.{{0,60}}?\b(?:safe|secure|protected|holding"
            rf"|verification|escrow|rbi|government|treasury)\b.{{0,16}}?\b(?:account|wallet|vault|locker)\b"
        ),
        unless=r"\b(?:no such thing|deposit (?:protection )?scheme|solicitor|notary)\b",
        say="asks you to move your money to a 'safe' account",
    ),
    Rule(
        id="overpayment",
        tactic="money_request",
        score=PLAIN,
        why="A cheque that is too large, or money passing through: it bounces, and what was sent on is gone.",
        pattern=(
            r"\b(?:(?:deposit|cash|bank)\b.{0,40}?\b(?:check|cheque|it)|keep|take out|take)\b.{0,60}?\b(?:send"
            r"|forward|wire|transfer|pass|return)\b.{0,16}?\b(?:the )?(?:rest|balance|remainder|remaining"
            r"|difference|excess)\b"
        ),
        say="asks you to pass on money that you are sent",
    ),
    Rule(
        id="cash-courier",
        tactic="money_request",
        score=PLAIN,
        why="A courier who fetches the cash at the door: shock calls, 'grandparent' fraud.",
        pattern=(
            r"\b(?:cash|money|savings|jewell?ery|gold|card)\b.{0,80}?\b(?:courier|officer|colleague|agent|driver"
            r"|somebody|someone)\b.{0,24}?\b(?:will|can|comes?|is coming)\b.{0,40}?\b(?:collect|pick (?:it|them"
            r"|this)? ?up|door|round|take it)\b"
        ),
        unless=r"\b(?:order|delivery|deliver|parcel|takeaway|food)\b",
        say="asks for cash to be handed to a courier",
    ),
    Rule(
        id="return-by-other-road",
        tactic="money_request",
        score=PLAIN,
        why="Money sent 'by mistake', to be returned to another account than it came from.",
        pattern=(
            r"\b(?:send|transfer|return|pay|refund)\b.{0,40}?\b(?:back )?(?:to|into|on)\b.{0,12}?\b(?:this|another"
            r"|a different|the other|my other) (?:other )?(?:number|key|account|card|wallet)\b"
        ),
        unless=r"\b(?:my (?:current|savings) account)\b",
        needs=(
            r"\b(?:by mistake|wrong(?:ly)?|by accident|accident(?:al)?ly|mistaken|mistakenly|not to the first"
            r"|blocked|please please|urgent|theatre|hospital)\b"
        ),
        say="asks you to return money to another account",
    ),
    Rule(
        id="third-hand",
        tactic="money_request",
        score=WEAK,
        why="Money to a helper's or private account in place of the firm's.",
        pattern=(
            rf"\b{SEND}\b.{{0,80}}?\b(?:to|into|with)\b.{{0,24}}?\b(?:agent|officer|cashier|accountant|mover"
            r"|vendor|manager|handler|private account|personal account|my own account)\b"
        ),
        unless=r"\b(?:letting agent|estate agent|office manager|your (?:account )?manager|send (?:it|this|them) to)\b",
        needs=AMOUNT,
        say="asks you to pay a third person or a private account",
    ),
    Rule(
        id="stranded",
        tactic="money_request",
        score=WEAK,
        why="Somebody known with a new number, or stranded without bank or phone, who needs a payment made.",
        pattern=(
            r"\b(?:can|could|will|please|pls|need)\b.{0,20}?\b(?:you|u)\b.{0,60}?\b(?:pay|send|transfer|cover"
            r"|lend|wire)\b"
        ),
        needs=(
            r"\b(?:new (?:phone|number|mobile|sim)|(?:phone|mobile|sim|mic|microphone|wallet"
            r"|card)\b.{0,24}?\b(?:broke(?:n)?|is gone|fell|died|stolen|smashed|not working|lost|lock(?:ed)?)"
            r"|banking (?:app )?(?:won'?t|doesn'?t|isn'?t|is not|not)|can'?t (?:get in|get into|log in|access|talk"
            r"|call))\b"
        ),
        say="asks for a payment and says that the usual road is broken",
    ),
    Rule(
        id="extortion",
        tactic="money_request",
        score=PLAIN,
        why="Pay or it is published, or somebody is harmed: sextortion and its kin.",
        pattern=(
            rf"\b(?:pay|transfer|(?:send|wire|deposit)\b.{{0,24}}?(?:{AMOUNT}"
            rf"|\b(?:money|{CRYPTO}|\d{{3,}})))\b?.{{0,80}}?"
            r"\b(?:or|otherwise|else|unless|if not)\b.{0,60}?\b(?:publish(?:ed)?|leak(?:ed)?|expose|your (?:contacts"
            r"|followers)"
            r"|all (?:your|ur) (?:contacts|friends|family)|(?:the|your|ur) (?:recording|video|photos?|pics?|nudes?)"
            r"|say what happens|in pieces|hurt|kill)\b"
        ),
        say="demands money under a threat",
    ),
)
