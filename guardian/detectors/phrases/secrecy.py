"""Asks for secrecy, and talk against asking for help."""

from __future__ import annotations

from typing import Final

from guardian.detectors.phrases.words import AMOUNT, CARDS, CRYPTO, SEND
from guardian.detectors.rulebook import PLAIN, WEAK, Rule

_NO: Final = (
    r"(?:don'?t(?: you)?(?: dare)?|do not|never|must ?n'?t|must not|may not|shall not|should not|shouldn'?t|not to"
    r"|cannot|can'?t|wouldn'?t)"
)
_SOFT_NO: Final = r"(?:no need to|needn'?t|(?:better|best|rather|please|i'd) not(?: to)?|without)"
_SOON: Final = r"(?: (?:please|even|ever|to|go and|want to|dare|you))?"
_TELL: Final = (
    r"(?:tell(?:ing)?|inform|mention(?:ing)?|say (?:anything|a word|this|it)|breathe a word|wake"
    r"|(?:be )?discuss(?:ed)?(?: this| it)?|speak|talk"
    r"|show(?: this| it)?|involve|notify|trouble|bother|share(?: this| it)?|mention (?:this|it))"
)
_FAMILY: Final = (
    r"(?:any ?one|any ?body|no one|nobody|every ?body|mum|mom|mummy|mama|dad|daddy|papa|mother|father|parents?|wife"
    r"|husband|partner|hubby|son|daughter"
    r"|children|kids|brothers?|sisters?|siblings?|family|relatives?|friends?|flatmates?|room-?mates?|teachers?"
    r"|tutors?|neighbou?rs?|colleagues?|boss|manager"
    r"|finance|accounts|the (?:others?|team|company|office|group|church|girls|rest)|aunt\w*|uncle|gran\w*|nan)"
)
_BANK: Final = r"(?:bank|branch|teller|cashier|bank (?:staff|manager)|branch staff)"
_LAW: Final = (
    r"(?:police|cops|911|999|112|authorit(?:y|ies)|lawyers?|solicitors?|attorney|courts?|consulate|embassy|ombudsman"
    r"|regulator|trading standards"
    r"|ministry|union|social (?:services|workers?)|hotline|helpline|accountant)"
)
_CARERS: Final = (
    r"(?:doctors?|nurses?|hospital|counsell?ors?|counsell?ing|therapists?|(?:their|the) support|customer (?:service"
    r"|support)|judge|tenant scheme)"
)
_ASK: Final = (
    rf"(?:{CARDS}|{CRYPTO}|{AMOUNT}|\b{SEND}\b.{{0,40}}?\b(?:money|funds|cash|account|card|photos?|\d+k?)\b"
    r"|\b(?:transfers?|deposit|instal?ment|invest\w*|escrow|loan|account number|bank details|passport"
    r"|verification code|passwords?|otp)\b"
    r"|\b(?:your|ur|some|a) (?:photos?|pics?|pictures?|nudes?|selfies?)\b|\bcome alone\b"
    r"|\bsign (?:it|this|the|here)\b|\b(?:money|savings|inheritance|funds|remitt\w+)\b)"
)
_JOY: Final = (
    r"\b(?:surprise|birthday|anniversary|party|presents?|christmas|santa|shower|hen (?:do|night)|stag (?:do|night)"
    r"|leaving (?:do|card|gift)|booked"
    r"|spoilers?|ending|score|proposal|propose|ring size|tickets?)\b"
)
_ORDINARY: Final = (
    r"|\b(?:pin|otp|cvv|pass(?:code|word)s?|codes?|our staff|received (?:it|this) in error|intended (?:only )?for"
    r"|addressee|if you (?:want|like|prefer|wish)|yet|until we've)\b"
)

SECRECY_RULES: Final = (
    Rule(
        id="not-the-bank",
        tactic="secrecy",
        score=PLAIN,
        why="Secrecy towards the bank, which could still stop the payment: the mark of 'safe account' calls.",
        pattern=rf"\b{_NO}{_SOON} {_TELL}\b.{{0,24}}?\b{_BANK}\b",
        unless=r"\b(?:pin|passwords?|codes?|over the phone|need to|bank (?:details|account|card))\b",
        say="asks you to keep this from your bank",
        is_denial=True,
    ),
    Rule(
        id="cover-story",
        tactic="secrecy",
        score=PLAIN,
        why="A story to be told to the bank: the caller knows that the true one would be stopped.",
        pattern=(
            rf"\bif (?:the |your |my )?{_BANK} (?:staff )?(?:\w+ )?(?:asks?|calls?|rings?"
            rf"|wants? to know)\b.{{0,24}}?\b(?:say|tell (?:them|her|him) (?:it|that|you)|it'?s (?:for|a)|its)\b"
            rf"|\bwhen (?:the |your ){_BANK} (?:asks?|calls?)\b.{{0,12}}?\bsay\b"
            rf"|\btell (?:the|your) {_BANK} (?:that )?(?:it'?s|it is|you'?re|you are|the money)\b"
        ),
        say="tells you what to say to your bank",
        is_denial=True,
    ),
    Rule(
        id="dont-tell",
        tactic="secrecy",
        score=PLAIN,
        why="Those around you are not to know, and something is asked for in the same breath.",
        pattern=(
            rf"\b(?:{_NO}{_SOON}|{_SOFT_NO}) {_TELL}\b.{{0,24}}?\b{_FAMILY}\b|\bnot (?:a|one) word to\b"
            r"|\b(?:tell|show) (?:this |it )?(?:to )?(?:her|him|them)? ?(?:nothing|nobody|no one)\b"
        ),
        unless=_JOY + _ORDINARY,
        needs=_ASK,
        is_denial=True,
    ),
    Rule(
        id="between-us",
        tactic="secrecy",
        score=PLAIN,
        why="The same in the sender's favourite words, with an ask beside it.",
        pattern=(
            r"\b(?:keep|leave|let|treat)\b (?:it|this|that|these|the \w+|every bit of it|our \w+"
            r"|all of this)\b.{0,24}?\b(?:between (?:us|you and me|ourselves|the two of us)|confidential(?:ly)?"
            r"|secret|private|quiet|hush|to yourself|under wraps|with us)\b"
            r"|\b(?:stays?|remains?) (?:\w+ )?between (?:us|you and me|the two)\b"
            r"|\b(?:our (?:little )?secret|just between us|(?:nobody|no one)(?: else)? (?:must|should|may|needs to"
            r"|can|is to) (?:know|hear|find out)|your (?:absolute )?discretion|absolute (?:secrecy|discretion))\b"
            r"|\b(?:may|must|can|shall)(?:not|n't| not) be (?:discussed|disclosed|mentioned)\b"
            r"|\bbetter we (?:don't|do not) (?:speak|talk)\b"
        ),
        unless=(
            _JOY
            + _ORDINARY
            + r"|\b(?:results|figures|payslips?|records|submissions|names)\b|\bwe(?:'ll| will) keep (?:it|this|your)"
        ),
        needs=_ASK,
        is_denial=True,
    ),
    Rule(
        id="delete-this",
        tactic="secrecy",
        score=WEAK,
        why="The trace is to go.",
        pattern=(
            r"\b(?:delete|destroy|burn)\b (?:this|the|our|all|these)(?: \w+){0,2} (?:when|after|once|as soon as"
            r"|now)\b(?: you| u| reading| we)?|\bdelete (?:as we go|this (?:dm|chat) )"
            r"|\bdelete (?:our|these) (?:chats?|messages|texts)\b"
        ),
        unless=r"\b(?:in error|by mistake|addressee|intended|phishing|spam|scam|file|record|backup|branch|account)\b",
        say="asks you to delete the trace of it",
    ),
    Rule(
        id="not-the-police",
        tactic="discouraging_help",
        score=PLAIN,
        why="Keeps you from those who could stop it.",
        pattern=(
            r"\b(?:don'?t|do not|never|must ?n'?t|must not|may not|shouldn'?t|can'?t|cannot|better not)\b(?: you"
            r"| even| try to| dare| go| ever| please|,)*? (?:go(?:ing)? to|call|contact|tell|involv\w+|ring|bring"
            rf"|drag\w*|speak to|talk to|inform|report (?:this|it|me|us) to|phone|dial)\b.{{0,20}}?\b{_LAW}\b"
        ),
        unless=r"\b(?:unless|until|yet|judge|outside|opening hours|on behalf|instead of|non-emergency|line|need to)\b",
        say="tells you not to go to those who could help",
        is_denial=True,
    ),
    Rule(
        id="if-you-go",
        tactic="discouraging_help",
        score=PLAIN,
        why="A bad end for the one who asks for help.",
        pattern=(
            r"\bif (?:you|u|anyone) (?:ever )?(?:go(?:es)?|call|tell|contact|ring|talk|speak|take (?:this|it)"
            rf"|report|involve|ask|show)\b.{{0,30}}?\b(?:{_LAW}|{_BANK}|anyone|anybody|your (?:wife|husband|family"
            r"|parents)|counsell?ing|trustees)\b"
            r".{0,80}?\b(?:worse|publish|deport\w*|lose|kill|hurt|finished|regret|marker|arrest\w*|leak|send (?:it"
            r"|them|him|her)|never see|die|dead|put down|freeze|frozen|jail|prison|over between us)\b"
        ),
        say="says that asking for help will make it worse",
        is_denial=True,
    ),
    Rule(
        id="helpers-useless",
        tactic="discouraging_help",
        score=WEAK,
        why="Those who help are said to be useless, costly, or in on it.",
        pattern=(
            rf"\b(?:{_LAW}|{_BANK}|{_CARERS})\b.{{0,24}}?(?:\b(?:won'?t|can'?t|cannot|will not|will never"
            r"|don't) (?:help you|believe you|understand|care)|\b(?:is|are|'re) (?:useless|corrupt|part of it"
            r"|in on it|involved)|\b(?:will|'ll|would|'d)? ?only (?:make|take|want|laugh|lock|frighten|scare|send"
            r"|cancel|slow)|\bwill (?:take|eat) (?:your|the) (?:kids|children|house)"
            r"|\bpart of (?:it|the (?:fraud|scam))|\bdon'?t bother)"
        ),
        unless=r"\b(?:before|until|over the phone|on (?:monday|tuesday|wednesday|thursday|friday))\b",
        say="says that those who could help are useless or part of it",
        is_denial=True,
    ),
    Rule(
        id="stay-on-the-line",
        tactic="discouraging_help",
        score=WEAK,
        why="Held on the line so that nobody else can be rung.",
        pattern=(
            r"\b(?:don'?t|do not|never) (?:hang up|put the phone down|end (?:this|the) call)\b"
            r"|\bstay on the (?:line|phone)\b.{0,24}?\b(?:while|until|with me|when)\b|\b(?:camera|phone) stays on\b"
        ),
        needs=rf"(?:{_ASK}|\b(?:{_LAW}|{_BANK}|card|kiosk|account|arrest)\b)",
        say="keeps you on the line so that you cannot ask anybody",
        is_denial=True,
    ),
)
