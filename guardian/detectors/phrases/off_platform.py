"""Ways of leading somebody away from the place that protects them."""

from __future__ import annotations

from typing import Final

from guardian.detectors.rulebook import PLAIN, WEAK, Rule

_MESSENGER: Final = (
    r"(?:whats ?app|watsapp|wa\.me|telegram|t\.me|viber|we ?chat|kik|snap(?:chat)?|discord|signal(?: app)?"
    r"|google chat|hangouts|skype|zalo|"
    r"line (?:app|id)|session app|wickr)"
)
_SITE: Final = (
    r"(?:site|app|platform|website|portal|marketplace|airbnb|e-?bay|vinted|booking|etsy|upwork|fiverr|dm'?s|dms here"
    r"|chat here|trading site|auction)"
)

OFF_PLATFORM_RULES: Final = (
    Rule(
        id="past-the-fee",
        tactic="off_platform",
        score=PLAIN,
        why="The fee as the reason to leave; with it goes the protection.",
        pattern=(
            rf"\b(?:{_SITE}\b.{{0,24}}?\b(?:takes?|eats?|charges?|wants|keeps|holds)\b.{{0,16}}?(?:%|\bpercent\b"
            rf"|\bfees?\b|\bcut\b|\bcommission\b)).{{0,120}}?\b(?:privately|private|directly?|outside"
            r"|bank transfer|write me|mail me|e-?mail me|telegram|whatsapp|so (?:send|we))\b"
            rf"|\b(?:skip|save|avoid|dodge|get round)\b.{{0,24}}?\b(?:fees?|commission|18%"
            rf"|service charge)\b.{{0,80}}?\b(?:privately|directly?|outside|off the|friends (?:and|&) family|cash"
            rf"|transfer|{_MESSENGER})\b"
            r"|\b(?:outside|off|not (?:through|over|via|on)|away from) (?:of )?(?:the"
            rf"|this) {_SITE}\b.{{0,60}}?\b(?:pay\w*|transfer\w*|fees?|save|deal|account|money|refund|today"
            rf"|{_MESSENGER})\b"
            rf"|\b(?:pay|deal|settle|do (?:it|this)|refund|give me back|transfer)\b.{{0,40}}?\b(?:outside"
            rf"|off) (?:of )?(?:the|this) {_SITE}\b"
        ),
        say="wants to settle outside the site that protects you",
    ),
    Rule(
        id="stranger-on-messenger",
        tactic="off_platform",
        score=PLAIN,
        why="An office that is only to be reached by a private messenger (task and investment fraud).",
        pattern=(
            r"\b(?:message|contact|text|write(?: to)?|add|reach|call|dm|ping|talk to"
            rf"|chat with)\b.{{0,30}}?\b(?:manager|officer|agent|supervisor|mentor|analyst|tutor|teacher|trader"
            rf"|broker|recruiter|admin|accountant|director|receptionist|claims|hr)\b.{{0,40}}?\b(?:on|via|by"
            rf"|through|at|over|in)\b.{{0,12}}?\b{_MESSENGER}\b"
            r"|\b(?:my|our) (?:manager|accountant|agent|mentor|analyst|boss|supervisor"
            rf"|partner)\b.{{0,30}}?\b(?:on|via|by|at) {_MESSENGER}\b"
        ),
        say="sends you to somebody on a private messenger",
    ),
    Rule(
        id="not-here",
        tactic="off_platform",
        score=PLAIN,
        why="'I am hardly ever here': the usual reason on dating and marketplace sites.",
        pattern=(
            r"\b(?:i (?:don'?t|do not|can'?t|rarely|hardly|never) (?:answer|reply|read|check|see|get|use"
            r"|come)\b.{0,30}?\b(?:here|messages|this (?:site|app)|on here)|(?:i'?m|i am) (?:hardly|rarely|seldom"
            r"|not often) (?:ever )?(?:on )?here)\b"
            rf".{{0,80}}?\b(?:e-?mail|number|phone|text|write|contact|{_MESSENGER})\b"
        ),
        is_denial=True,
    ),
    Rule(
        id="deleting-this",
        tactic="off_platform",
        score=PLAIN,
        why="The same with a clock.",
        pattern=(
            rf"\b{_MESSENGER}\b(?: me)?.{{0,60}}?\b(?:deleting|delete|leaving|closing) (?:this|my) (?:app|account"
            r"|profile|in|soon|today)\b|\b(?:deleting|leaving|closing) (?:this|my) (?:app|account"
            rf"|profile)\b.{{0,80}}?\b(?:{_MESSENGER}|number|e-?mail)\b"
        ),
    ),
    Rule(
        id="only-there",
        tactic="off_platform",
        score=WEAK,
        why="A move to a messenger; common among friends too.",
        pattern=(
            rf"\b(?:{_MESSENGER} only|only (?:on|by|via) {_MESSENGER}|on {_MESSENGER},? not here"
            rf"|not here,? (?:on )?{_MESSENGER}|(?:move|switch|come|go)(?: over)? to {_MESSENGER}|(?:hmu|hit me up"
            rf"|add me|find me|reach me|write me|contact me) (?:up )?(?:on|at|in|via)? ?{_MESSENGER}|(?:do you"
            rf"|u) (?:use|have) {_MESSENGER}, so|dm me (?:ur|your) {_MESSENGER})\b"
        ),
    ),
    Rule(
        id="not-in-here",
        tactic="off_platform",
        score=WEAK,
        why="Away from those who moderate.",
        pattern=(
            rf"\b(?:don'?t|dont|do not) (?:do it|write|reply|comment|answer|talk|post|say)\b.{{0,24}}?\b(?:here"
            rf"|in the (?:dms|group|chat|comments|class group)|comment)\b.{{0,80}}?\b(?:they|admin|mods?|flag"
            rf"|delete|filter|{_MESSENGER})\b|\b(?:lets|let'?s) (?:do it|talk|go|continue) in (?:dm'?s"
            rf"|private)\b.{{0,60}}?\b(?:mods?|admins?|here)\b|\b(?:whatsapp|telegram|snap"
            rf"|signal) me\b.{{0,24}}?\b(?:don'?t|dont|not) (?:comment|here)\b"
        ),
        is_denial=True,
    ),
)
