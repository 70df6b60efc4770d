"""Instructions slipped into what an AI reads for its owner."""

from __future__ import annotations

from typing import Final

from guardian.detectors.rulebook import PLAIN, WEAK, Rule

_AI: Final = (  # words that name no human
    r"(?:ai|a\.i\.|llms?|(?:large )?language models?|ai[- ](?:assistants?|agents?|models?|systems?|tools?|readers?"
    r"|reviewers?|summari[sz]ers?|screeners?)"
    r"|llm-assisted \w+|chat ?bots?|bots?|copilot|chatgpt|gpt(?:-?\d\w*)?|claude|gemini|siri|alexa|summari[sz]ers?"
    r"|automated (?:mail handling|mail|reader|reading|screening|review|processing|marker|system|agents?|assistants?"
    r"|fixers)"
    r"|(?:screening|scoring|evaluation|reviewing|summari[sz]ation|triage|grading) (?:model|engine|agent|bot|ai"
    r"|system)s?"
    r"|(?:mail|mailbox|virtual|digital|smart|coding|shopping|writing|home|email) (?:assistants?|agents?))"
)
_MAYBE_AI: Final = rf"(?:{_AI}|assistants?|agents?|models?|helper|reader)"
_READS: Final = (
    r"(?:read(?:ing|s)?|process(?:ing|es)?|summari[sz](?:ing|es?)|analy[sz](?:ing|es?)|pars(?:ing|es?)|review(?:ing"
    r"|s)?|handl(?:ing|es?)|compar(?:ing|es?)|index(?:ing|es)?|answering|helping|scoring|screening)"
)
_ORDER: Final = (
    r"(?:treat|place|put|mark|forward|send|reply|respond|ignore|disregard|skip|omit|include|add|list|recommend"
    r"|approve|call|run|do not|don't|say|tell"
    r"|give|rate|rank|print|output|open|delete|save|accept|return|set|state|cite|classify|change|remember|record"
    r"|switch|attach|award|leave|must|show)"
)
_HUMAN: Final = (
    r"(?:user|human|owner|boss|operator|customer|reader|person|recipient|principal|householder|visitor|shopper"
    r"|candidate)"
)

INJECTION_RULES: Final = (
    Rule(
        id="override",
        tactic="prompt_injection",
        score=PLAIN,
        why="The oldest sentence of its kind (Goodside, 2022).",
        pattern=(
            r"\b(?:ignore|disregard|forget|override|bypass|discard)\b(?: (?:all|any|every|each|of|the|your|these"
            r"|those|and))*"
            r" (?:previous|prior|above|earlier|preceding|former|existing|initial|original|system|past)\b.{0,24}?"
            r"\b(?:instructions?|prompts?|rules|guidelines|directions|directives|commands|inputs?|programming"
            r"|constraints)\b"
        ),
        unless=(
            r"\bmy (?:previous|prior|earlier|last|original)\b|\binstructions? (?:about|for|on|regarding|in my"
            r"|from me)\b"
        ),
    ),
    Rule(
        id="override-yours",
        tactic="prompt_injection",
        score=PLAIN,
        why="The same with 'your'.",
        pattern=(
            r"\b(?:ignore|disregard|forget|override|bypass|discard|drop)\b(?: (?:all|any|every|of"
            r"|about))* your (?:\w+ )?(?:instructions|guidelines|rules|training|programming|prompt|polic(?:y"
            r"|ies))\b"
            r"|\bignore all (?:of )?the (?:prompts|instructions|rules)\b"
            r"|\b(?:ignore|disregard|forget|override|bypass|discard)\b(?: (?:all|any|every|of|the))* (?:instructions?"
            rf"|orders?|wishes|requests?|commands?|rules) (?:of|from|by|given by) your {_HUMAN}\b"
        ),
        unless=r"\b(?:doctor|physio|coach|gym|fitness|dog|puppy)\b",
    ),
    Rule(
        id="if-you-are-an-ai",
        tactic="prompt_injection",
        score=PLAIN,
        why="Speaks to the reader in case it is a machine.",
        pattern=(
            r"\bif (?:you|u|ur|this is|it is|it'?s)(?: are|'re| r|re)? (?:being )?(?:read by )?(?:an? |the )?"
            rf"(?:{_AI}\b(?: \w+){{0,4}}?(?:[,:]| {_READS}\b)|(?:\w+ )?{_MAYBE_AI} {_READS}\b)"
        ),
        unless=r"\b(?:tell|know|wonder|sure|mind|care|asking|doubt|matters?)\b.{0,12}? if (?:you|it|this)",
    ),
    Rule(
        id="if-an-ai-reads",
        tactic="prompt_injection",
        score=WEAK,
        why="The same in the third person; people also write this of others' tools.",
        pattern=rf"\b(?:if|when|should) an? {_AI}\b.{{0,24}}?\b(?:is |are )?{_READS}\b",
    ),
    Rule(
        id="when-summarised",
        tactic="prompt_injection",
        score=PLAIN,
        why="An order that waits for the summary.",
        pattern=(
            r"\b(?:if|when|while) (?:this|the) (?:\w+ )?(?:event|mail|e-?mail|document|page|pdf|message|thread"
            r"|text|invite|ticket|file|cv|resume)\b.{0,16}?\b(?:is|gets|are)\b.{0,12}?\b(?:read aloud"
            r"|summari[sz]ed|processed|recapped)\b"
            rf".{{0,40}}?\b(?:also|must|should|please|{_ORDER})\b"
        ),
    ),
    Rule(
        id="addressed",
        tactic="prompt_injection",
        score=PLAIN,
        why="A heading for a machine, and an order behind it.",
        pattern=(
            r"\b(?:(?:note|message|instructions?|notice|attention|reminder|memo)?,? ?(?:to|for)|dear|hey|hello"
            r"|attention|kindly)\b,?(?: (?:any|all|the|every"
            rf"|you))* {_AI}\b[^:,.]{{0,60}}[:,].{{0,60}}?\b{_ORDER}\b"
        ),
        unless=r"\b(?:tip|guide|tutorial|workshop|training|course|contributors|thanks|prompt)\b",
    ),
    Rule(
        id="machines-and-colon",
        tactic="prompt_injection",
        score=PLAIN,
        why="Machines called by their trade, and an order behind the colon.",
        pattern=(
            r"\b(?:language models|llms|[a-z]+-llm|llm \w+ ?\w+|llm-assisted \w+|ai (?:\w+ )?(?:tools|planners"
            r"|assistants|agents|systems|readers)|answer engines|chat tools|code generators|summari[sz]ers?"
            r"|auto-responders"
            r"|automated (?:\w+ )?(?:agents?|tools|assistants|readers?|handling)|(?:reviewing|buying|mail"
            r"|shopping|claims|application) (?:assistants|agents)|(?:screening|scoring|evaluation|grading|claims"
            r"|triage|review(?:er)?|helper|summary) (?:models?|engines?|bots?|ai)"
            rf"|assistants generating the \w+)\b(?: {_READS} (?:this|these"
            rf"|it)(?: \w+)?)?: ?.{{0,40}}?\b(?:{_ORDER}|always|file|end|paste|score|prefer|if asked|please"
            r"|answers)\b"
        ),
        unless=r"\b(?:new rule for|policy for|guide to|tips for)\b",
    ),
    Rule(
        id="hey-machine",
        tactic="prompt_injection",
        score=WEAK,
        why="A machine called by name in the middle of a message to a person.",
        pattern=(
            r"(?:@(?:copilot|assistant|ai[\w-]*|bot|gemini|claude|chatgpt)\b"
            r"|\b(?:hey|dear|hi there|ok|and) (?:assistant|speaker|computer|robot|copilot|ai|chatbot|siri|alexa"
            rf"|gemini)\b).{{0,60}}?\b(?:{_ORDER}|unlock|please|forget|leave)\b"
        ),
        unless=r"\b(?:thanks|thank you|good bot)\b",
    ),
    Rule(
        id="before-this-tool",
        tactic="prompt_injection",
        score=PLAIN,
        why="A tool's description that gives orders (tool poisoning).",
        pattern=(
            r"\bbefore (?:calling|using|running) (?:this|the|any) tool\b.{0,60}?\b(?:must|first|read|send|pass)\b"
            r"|\bmust first call [a-z]+_[a-z]+\b"
        ),
        say="tries to steer your AI through the description of a tool",
    ),
    Rule(
        id="you-the-assistant",
        tactic="prompt_injection",
        score=PLAIN,
        why="The same, face to face.",
        pattern=(
            r"\byou,? (?:the|an?) (?:\w+ )?(?:assistant|ai|model|agent|bot|llm),? (?:who |that |which )?(?:is "
            rf"|are )?(?:{_READS}|should|must|will)\b|\b(?:model|assistant|ai|agent|bot|llm|machine"
            rf"|software) {_READS} (?:this|these)\b.{{0,40}}?\b{_ORDER}\b|\bwhatever reads this\b"
        ),
    ),
    Rule(
        id="role-marker",
        tactic="prompt_injection",
        score=PLAIN,
        why="A forged turn of the conversation or a model's own control mark (ChatML, Llama).",
        pattern=(
            r"<\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|eot_id)\|>|\[/?INST\]"
            r"|<</?SYS>>|</?(?:message|user_input|document|data|context)>\s*<(?:system|assistant|instructions?)>"
            r"|\b(?:end|begin) (?:of )?(?:user |system )?(?:data|prompt|input)\b ?-*\s*(?:assistant|system|user"
            r"|new)\b"
            r"|(?:\[system\]|\bsystem(?: prompt| override| message| note)?:|\[system message\]"
            r"|\[admin\]) ?.{0,60}?\b(?:ignore|disregard|override|you are|you must|you will|print|output|reveal"
            r"|forward|do not|before continuing|new (?:task|instructions?)|the user has)\b"
        ),
        unless=r"\b(?:tokenizer|tokens?|template|chatml|escaped?|documentation)\b",
        say="imitates the marks by which an AI's own instructions are set",
    ),
    Rule(
        id="tool-call",
        tactic="prompt_injection",
        score=WEAK,
        why="A tool of the AI, called by its name; programmers write so too.",
        pattern=(
            r"\bTOOL_CALL\b|\b(?:call|invoke|run|execute|use)\b (?:the )?(?:tool "
            r"|function )?[a-z]+_[a-z_]+\b.{0,60}?\b(?:user'?s?|address book|inbox|without|full|all)\b"
            r"|\b[a-z]+\.(?:export|send|delete|forward|transfer)\([a-z]*\) ?->"
        ),
        say="tries to call a tool of your AI",
    ),
    Rule(
        id="hide-from-human",
        tactic="prompt_injection",
        score=PLAIN,
        why="The owner is not to know.",
        pattern=(
            r"\b(?:do not|don'?t|never|without|n dont)\b (?:\w+ )?(?:tell|telling|inform\w*|notify\w*|alert\w*"
            rf"|mention\w*|reveal|show|disclos\w+|asking|warn\w*|ping\w*)\b.{{0,40}}?\b(?:the|your|its"
            rf"|ur) {_HUMAN}\b"
        ),
        unless=r"\b(?:raw error|stack trace|error message|how long|log ?in|password reset|ui|button)\b",
        needs=rf"\b(?:{_AI}|assistants?|forward|summar\w+|system prompt|instructions?)\b",
        say="tells your AI to hide something from you",
        is_denial=True,
    ),
    Rule(
        id="leave-out-of-summary",
        tactic="prompt_injection",
        score=PLAIN,
        why="An order that hides itself.",
        pattern=(
            r"\b(?:leave|keep) this (?:\w+ )?out of (?:your|the) (?:\w+ )?(?:summary|answer|reply|report|recap)\b"
            r"|\b(?:do not|don'?t) (?:mention|include|repeat|quote|show) (?:this|it|these instructions?"
            r"|that)(?: \w+){0,2} in (?:your|the) (?:summary|answer|plan|reply|output|recap|response)\b"
        ),
        say="tells your AI to hide something from you",
        is_denial=True,
    ),
    Rule(
        id="reveal-prompt",
        tactic="prompt_injection",
        score=PLAIN,
        why="Asks an AI for what it was told.",
        pattern=(
            r"\b(?:print|reveal|output|repeat|show|display|reply with|write out|leak"
            r"|give me)\b.{0,40}?\b(?:your (?:system|initial|hidden|original|full|secret) (?:prompt|instructions?"
            r"|message|rules)|your system prompt|the (?:full )?text of your instructions|your instructions above"
            r"|every(?:thing)? (?:above|earlier message of this conversation))"
        ),
    ),
    Rule(
        id="your-user",
        tactic="prompt_injection",
        score=PLAIN,
        why="What belongs to the AI's human, to be handed out.",
        pattern=(
            r"\b(?:forward|send|attach|append|paste|read|print|include|list|give|trade"
            r"|export)\b.{0,60}?(?:\b(?:(?:your|ur) (?:user|owner|principal|human|boss)'?s\b|user's (?:current|latest"
            r"|private|bank|address|home|last|inbox|e-?mails?)\b|trip history of the user\b)|~/\.(?:aws|ssh)\b)"
            r"|\b(?:append|include|print|export)\b.{0,60}?\.env file\b"
        ),
        unless=r"\bnever (?:forward|send|attach|append|paste|read|print|include|list|give|trade|export)\b",
        say="tells your AI to give out what is yours",
    ),
    Rule(
        id="write-to-memory",
        tactic="prompt_injection",
        score=PLAIN,
        why="An order meant to outlive the conversation.",
        pattern=(
            r"\b(?:save|store|write|add|commit|put)\b.{0,24}?\b(?:to|in|into) (?:your |long-?term |persistent "
            r"|permanent )+memory\b|\bremember (?:from now on|for all (?:later|future) (?:chats|conversations"
            r"|sessions)) that (?:the user|you|your)\b"
        ),
        say="tells your AI to remember something for good",
    ),
    Rule(
        id="all-ai-must",
        tactic="prompt_injection",
        score=WEAK,
        why="A clause that binds machines that read it; rules for staff read alike.",
        pattern=(
            rf"\b(?:any|all|ai|llm)\b ?{_AI}?\b.{{0,30}}?\b(?:must|shall)\b.{{0,40}}?\b(?:list|recommend|report"
            r"|describe|state|rate|rank|not tell|cite|name)\b"
        ),
        needs=rf"\b{_AI}\b",
    ),
)
