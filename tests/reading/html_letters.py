"""Honest mail in the styles that the tools of real senders make: ours, 2026-11, no words of anybody's mail.

Each is a name, a style sheet, and a body. All say `SAID` where a person sees it, and hide what such mail hides: preview
lines, copies for small screens, words for screen readers, dark variants, counting pixels, comments for Outlook.
"""

from __future__ import annotations

SAID = "The ferry to Porto Velho leaves at nine on Friday, and children under six travel free of charge."
PREVIEW = "Plus: a chestnut soup for cold evenings, the winner of our raffle, and where to moor in winter"
FILLER = "&#847;&zwnj;&nbsp;" * 60
_BUTTON = "<a href='https://ferry.example/book' style='{}'>Book now</a>"
_PIXEL = "<img src='https://t.ferry.example/o.gif?u=8812' width=1 height=1 alt='' style='display:block'>"
_MSO = (
    "<!--[if mso]><style>*{font-family:Arial,sans-serif!important}</style><xml><o:OfficeDocumentSettings>"
    "<o:AllowPNG/><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->"
)
_VML = (
    "<!--[if mso]><v:roundrect xmlns:v='urn:schemas-microsoft-com:vml' href='https://ferry.example/book'"
    " style='height:40px;width:200px' arcsize='10%' fillcolor='#1a82e2'><center style='color:#fff'>Book now</center>"
    "</v:roundrect><![endif]--><!--[if !mso]><!-->"
    + _BUTTON.format("background:#1a82e2;color:#fff;mso-hide:all")
    + "<!--<![endif]-->"
)
_SR_ONLY = (
    "position:absolute;width:1px;height:1px;padding:0;margin:-1px;overflow:hidden;clip:rect(0,0,0,0);"
    "white-space:nowrap;border:0"
)
_QUESTIONS = "".join(
    f"<details><summary>Question {number}</summary>On {day} the ticket office in the old customs house opens at"
    f" seven, and {number} boats leave before noon, weather permitting, from the {place} quay.</details>"
    for number, (day, place) in enumerate(
        (("Monday", "northern"), ("Tuesday", "southern"), ("Wednesday", "fish"), ("Thursday", "coal")), start=1
    )
)
_ROWS = "".join(
    f"<tr><td>{item}</td><td style='text-align:right'>{price}</td></tr>"
    for item, price in (("Adult return", "24.00"), ("Child return", "0.00"), ("Bicycle", "6.50"))
)

LETTERS = {
    "preview line, display none": ("", f"<div style='display:none'>{PREVIEW}</div><p>{SAID}"),
    "preview line, MJML": (
        "#outlook a{padding:0}body{margin:0;-webkit-text-size-adjust:100%}table,td{border-collapse:collapse}"
        "@media only screen and (min-width:480px){.mj-column-per-100{width:100%!important}}",
        "<div style='display:none;font-size:1px;color:#ffffff;line-height:1px;max-height:0px;max-width:0px;opacity:0;"
        f"overflow:hidden'>{PREVIEW}</div><table style='font-size:0'><tr><td style='font-size:0px;padding:10px'>"
        f"<div style='font-family:Arial;font-size:13px;line-height:1;color:#000000'>{SAID}</div></td></tr></table>",
    ),
    "preview line with filler": ("", f"<span style='display:none;mso-hide:all'>{PREVIEW}{FILLER}</span><p>{SAID}"),
    "preview line, Mailchimp": (
        "#templatePreheader{background-color:#FAFAFA}.mcnPreviewText{display:none!important}"
        "table[class=mcnTextContentContainer]{width:100%}@media only screen and (max-width:480px){body{width:100%}}",
        f"<span class=mcnPreviewText style='font-size:0px;visibility:hidden;opacity:0;color:transparent;height:0;"
        f"width:0'>{PREVIEW}</span><table><td class=mcnTextContent>{SAID}</td></table>",
    ),
    "two copies": (
        ".mobile{display:none}@media(max-width:600px){.mobile{display:block!important}.desktop{display:none!important}}",
        f"<div class=desktop>{SAID}</div><div class=mobile>{SAID}</div>",
    ),
    "another text for small screens": (
        ".m{display:none;max-height:0;overflow:hidden}@media screen and (max-width:480px){.m{display:block!important;"
        "max-height:none!important}}",
        f"<p>{SAID}</p><div class=m>{PREVIEW}. {PREVIEW.upper()} Tap for the timetable of your island. "
        + "Boats for Santa Rita, Cabo Frio and the lighthouse leave hourly from the small quay behind the market. " * 1
        + "</div>",
    ),
    "hidden on small screens": (
        "@media(max-width:600px){.wide{display:none!important}}",
        f"<div class=wide>{SAID}</div>",
    ),
    "dark variant of a logo": (
        ".dark{display:none}@media(prefers-color-scheme:dark){.dark{display:block!important}.light{display:none}}",
        f"<img class=light alt='Harbour Ferries' src=l.png><img class=dark alt='Harbour Ferries' src=d.png><p>{SAID}",
    ),
    "dark colours": (
        ":root{color-scheme:light dark}@media(prefers-color-scheme:dark){body{background:#111!important}"
        "p{color:#f0f0f0!important}}",
        f"<p style='color:#222'>{SAID}",
    ),
    "Outlook.com dark": ("[data-ogsc] .t{color:#fff!important}[data-ogsb] .b{background:#000}", f"<p class=t>{SAID}"),
    "Outlook settings": ("", f"{_MSO}<p>{SAID}"),
    "Outlook button": ("", f"<p>{SAID}</p>{_VML}"),
    "Outlook table": (
        "",
        "<!--[if (gte mso 9)|(IE)]><table width='600' align='center'><tr><td><![endif]-->"
        f"<p>{SAID}</p><!--[if (gte mso 9)|(IE)]></td></tr></table><![endif]-->",
    ),
    "counting pixel": ("", f"<p>{SAID}</p>{_PIXEL}<div style='height:0;width:0;overflow:hidden'>{_PIXEL}</div>"),
    "screen-reader labels": (
        f".sr-only{{{_SR_ONLY}}}",
        f"<p>{SAID}</p>" + "<a href='https://ferry.example/{}'>More<span class=sr-only> about the timetable of the"
        " island line, which opens in a new window</span></a> " * 12,
    ),
    "visually hidden, Bootstrap": (
        ".visually-hidden{position:absolute!important;width:1px!important;height:1px!important;overflow:hidden"
        "!important;clip:rect(0,0,0,0)!important}",
        f"<h2 class=visually-hidden>Timetable and fares for passengers of all ages</h2><p>{SAID}",
    ),
    "skip link": (
        ".skip{position:absolute;left:-9999px}.skip:focus{left:0}",
        f"<a class=skip href='#main'>Skip to the main content of this page</a><main id=main>{SAID}</main>",
    ),
    "aria labels": (
        "",
        "<table role=presentation aria-label='Newsletter of the harbour ferries for November'><td aria-roledescription="
        f"'email' lang=en>{SAID}</td></table><a href='https://ferry.example/' aria-label='Open the timetable of the"
        " ferries in your browser'>Timetable</a>",
    ),
    "icons kept from screen readers": ("", f"<p><span aria-hidden=true>&#9875; &rarr;</span> {SAID}"),
    "title texts": (
        "",
        f"<p>{SAID}</p>"
        + "".join(
            f"<a href='https://ferry.example/{number}' title='Read more about line {number} of the harbour ferries and"
            f" its stops on the way'>Line {number}</a> "
            for number in range(30)
        ),
    ),
    "button on a colour": ("", f"<p>{SAID}</p>" + _BUTTON.format("background-color:#1a82e2;color:#ffffff")),
    "button in a coloured cell": (
        "",
        f"<p>{SAID}</p><table><tr><td bgcolor='#1a82e2' style='border-radius:4px'>"
        + _BUTTON.format("color:#ffffff;display:inline-block")
        + "</td></tr></table>",
    ),
    "button styled by a sheet": (
        ".button td{background:#007bff}.button a{color:#fff!important}",
        f"<p>{SAID}</p><table class=button><td>{_BUTTON.format('')}</td></table>",
    ),
    "white on a dark head": ("", f"<div style='background:#002b49'><h1 style='color:#fff'>{SAID}</h1></div>"),
    "white on a picture": ("", f"<div style='background:url(sea.jpg) #003'><h1 style='color:#fff'>{SAID}</h1></div>"),
    "white on a gradient": (
        "",
        f"<div style='background:linear-gradient(90deg,#003,#069)'><h1 style='color:white'>{SAID}</h1></div>",
    ),
    "white on a picture of the cell": (
        "",
        f"<table><td background='sea.jpg' bgcolor='#003355'><font color='#ffffff'>{SAID}</font></td></table>",
    ),
    "letters cut from a gradient": (
        ".g{background:linear-gradient(90deg,#f06,#60f);-webkit-background-clip:text;color:transparent}",
        f"<h1 class=g>{SAID}</h1>",
    ),
    "light footer": (
        "",
        f"<p>{SAID}</p><p style='font-size:10px;color:#aaaaaa'>Harbour Ferries, Quay 4. Unsubscribe in one click.",
    ),
    "fine print": ("", f"<p>{SAID}</p><p style='font-size:8px;color:#999'>Fares hold until the end of March."),
    "spacers": (
        "",
        "<div style='height:1px;line-height:1px;font-size:1px;overflow:hidden'>&nbsp;</div>"
        f"<p>{SAID}</p><td style='font-size:0;line-height:0' height=20>&nbsp;</td>",
    ),
    "inline-block columns": (
        "",
        f"<div style='font-size:0;text-align:center'><div style='display:inline-block;font-size:16px'>{SAID}</div>"
        "<div style='display:inline-block;font-size:14px'>Second column</div></div>",
    ),
    "questions folded away": ("", f"<p>{SAID}</p>{_QUESTIONS * 2}"),
    "kinetic accordion": (
        "#q:checked~.panel{max-height:400px!important}.panel{max-height:0;overflow:hidden}",
        f"<p>{SAID}</p><input type=checkbox id=q style='display:none!important'><div class=panel>Dogs travel in the"
        " aft saloon.</div>",
    ),
    "receipt": ("td{padding:4px}", f"<p>{SAID}</p><table>{_ROWS}</table><p>Total 30.50, paid by card."),
    "Word HTML": (
        "<!-- @font-face{font-family:Calibri;panose-1:2 15 5 2}p.MsoNormal,li.MsoNormal{margin:0cm;font-size:11.0pt;"
        'font-family:"Calibri",sans-serif}span.EmailStyle17{mso-style-type:personal-compose;color:windowtext}'
        "@page WordSection1{size:612.0pt 792.0pt}div.WordSection1{page:WordSection1} -->",
        f"<div class=WordSection1><p class=MsoNormal><span style='color:black;mso-fareast-language:EN-US'>{SAID}"
        "<o:p></o:p></span></p></div>",
    ),
    "Gmail quote": (
        "",
        f"<div dir=ltr>{SAID}</div><br><div class=gmail_quote><blockquote style='margin:0 0 0 .8ex;border-left:1px"
        " solid rgb(204,204,204);padding-left:1ex'>When does it leave?</blockquote></div>",
    ),
    "Apple Mail": (
        "",
        f"<body style='overflow-wrap:break-word;-webkit-nbsp-mode:space;line-break:after-white-space'><div>{SAID}</div>"
        "<blockquote type=cite><div style='caret-color:rgb(0,0,0);letter-spacing:normal;text-indent:0px'>When?</div>",
    ),
    "calendar data": (
        "",
        "<div style='display:none' itemscope itemtype='http://schema.org/EmailMessage'><meta itemprop=name"
        " content='Ferry on Friday at nine from the old quay'><span itemprop=title>Ferry on Friday</span></div>"
        f'<script type=\'application/ld+json\'>{{"@type":"Event"}}</script><p>{SAID}',
    ),
    "view in a browser": (
        "",
        "<p style='font-size:10px;color:#777'>Trouble reading this? <a href='https://ferry.example/v'>View it in your"
        f" browser</a></p><p>{SAID}",
    ),
    "build comments": (
        "",
        "<!-- header block v3, do not edit --><!-- MODULE: hero-image-with-text, generated 2026-11-14 -->"
        f"<p>{SAID}</p>"
        + "<!-- row starts: one column, padding 20, background transparent, hide on mobile: no -->"
        * 30,
    ),
    "search field": (
        "",
        f"<p>{SAID}</p><form action='https://ferry.example/find'><input name=q placeholder='Find an island'><input"
        " type=hidden name=token value='dGhlIGZlcnJ5IGxlYXZlcw'><button>Find</button></form>",
    ),
    "Tailwind page": (
        ".sm\\:hidden{display:none}@media (min-width:640px){.sm\\:block{display:block}}.md\\:w-1\\/2{width:50%}",
        f"<div class='sm:hidden sm:block md:w-1/2'>{SAID}</div>",
    ),
    "drawn marks": (
        ".tick::before{content:'\\2713  '}.ext:after{content:' (' attr(href) ')'}",
        f"<p class=tick>{SAID}",
    ),
    "bulletproof background": (
        "",
        "<!--[if gte mso 9]><v:rect fill='true' stroke='false' style='width:600px;height:200px'><v:fill type='frame'"
        f" src='sea.jpg' color='#003355'/><v:textbox inset='0,0,0,0'><![endif]--><div><h1>{SAID}</h1></div>"
        "<!--[if gte mso 9]></v:textbox></v:rect><![endif]-->",
    ),
    "letter in a card": (
        "body{background:#f4f4f4}.card{background:rgba(255,255,255,.95);color:#333;opacity:.95}",
        f"<div class=card>{SAID}</div>",
    ),
    "theme by variables": (
        ":root{--ink:#123;--paper:#fefefe}.t{color:var(--ink);background:var(--paper,#fff)}",
        f"<p class=t>{SAID}",
    ),
}
