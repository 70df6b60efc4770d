"""What languages are known by: their small words, their script, and letters that no other of that script has.

The lists of words are our own; the letters are those of the languages' alphabets (Unicode CLDR, main exemplars).
Invariants: a word that is also common in English is in no foreign list; names are English and stable, for they stand in
coverage reasons.
"""

from __future__ import annotations

from typing import Final

_ENGLISH: Final = """
    the and you your yours that this these those with have has are were been being for from not but what which
    who when where why how would can could should shall may might must does did they them their there then than
    she his him our ours its about into just please mine be by out up now all any some only very too yes
    i'm i'll i've i'd you're you'll you've don't can't won't isn't it's that's we're they're let's didn't doesn't
    said until after before because go going went off other much well back people
    get got know need want here okay hi hello hey thanks thank hope
    see time day today tomorrow good new like make take think call send if it
    u ur r ill ive dont cant wont didnt doesnt isnt thats whats lets pls plz thx lol gonna wanna gotta cuz yeah
    tho tmrw msg txt b4 gr8 omg btw idk
"""
ENGLISH_WORDS: Final = frozenset(_ENGLISH.split())
"""Small words of English, of its contractions, and of SMS English. Not among them: small words that another of the
languages below shares (in, is, to, do, me, we, so, on, was, will, of, or)."""

LATIN_WORDS: Final = {
    "German": """der das und ist nicht ich du sie wir ihr ein eine einen einem einer mit für auf dem von zu sich auch
        noch aber oder wenn bitte wie dass haben werden wird kann können sind dein deine ihre ihnen mein meine
        bei nach über schon nur mir dir uns euch mich dich wurde diese dieser zum zur""",
    "French": """le la les et est une vous nous pas pour dans que qui sur avec votre vos mon ma ce cette il elle je ne
        du au aux mais ou où bonjour merci être avez sont été très leur des c'est j'ai n'est
        à rien fait ici""",
    "Spanish": """el los las que una para por su se está es lo como pero más del al le mi si usted muy este esta
        también porque cuando hola gracias todo ya ser tiene son un sin sus nos te tu""",
    "Portuguese": """o os que um uma para com não você seu sua por mais como mas foi dos das ao pelo pela isso está
        muito também já obrigado olá ele ela são em na nos da meu minha eu tem até""",
    "Italian": """il lo gli che di un una non sono è della del dei nel alla più anche ma questo questa suo tuo mio ciao
        grazie hai ti mi si ci essere molto perché se le al""",
    "Dutch": """de het een en van niet je ik dat voor zijn op te aan er maar als ook bij uit naar wat nog hebben heeft
        wij jij uw mijn deze dit wordt kan geen worden om mij jouw hun haar""",
    "Polish": """nie się na jest że jak ale czy tak za ta ci mnie pani dla od przez już tylko być będzie jestem masz mam
        proszę dziękuję oraz lub mój twój moje twoje mamy czego kto
        została został roku wszyscy oraz""",
    "Turkish": """ve bir bu için ile çok ne değil daha ama gibi var yok sen biz siz mi mı olarak kadar sonra olan lütfen
        merhaba teşekkürler hesabınız şimdi veya en benim senin bana sana onu""",
    "Hindi": """hai hain nahi nahin kya aur mein ka ki ke ko se hoon tha thi raha rahi rahe kar karo karna karke gaya
        gayi tum aap tumhara aapka aapki aapke tera teri mera meri mere apna apni apne bhi toh phir abhi kal yeh
        woh sab bas bahut matlab wala wali koi kuch kyun kaise agar lekin hum humko mujhe tujhe unko usko
        liye wapas ghar paise aaj baad zyada madad kam
        sach bol hu du wo""",
    "Swedish": """och att det är jag inte du på för som med har till den av ett om vi ska från din mitt nya mig dig""",
    "Danish": """og at det er jeg ikke du på for som med har til den af et om vi skal fra din mit min nye mig dig""",
    "Czech": """je se na že to jsem není jsou ale tak jak pro nebo když již jste váš můj moje prosím děkuji své""",
    "Romanian": """și este nu că pe să cu din mai care pentru sunt dar am acest această dumneavoastră vă rog meu îmi""",
    "Hungarian": """és hogy nem egy az ez van már csak kérem vagy meg ön kell nincs volt lesz mert kérlek""",
    "Finnish": """ja on ei että se oli olen sinun minun mutta kun niin tämä hän ovat kiitos ole mitä jo""",
    "Indonesian": """yang dan di ini itu tidak dengan untuk anda saya dari ke akan pada adalah sudah bisa ada
        kami tolong""",
    "Vietnamese": """là của và không có cho được này một những các với con mẹ tôi bạn đã đang ơi""",
}
"""Small words of languages in Latin letters, Hindi as people type it on telephones."""

DECIDING: Final = frozenset(
    ("German", "French", "Spanish", "Portuguese", "Italian", "Dutch", "Polish", "Turkish", "Hindi")
)
"""Languages whose small words alone say that a text is none that the encoder reads. The others have words that English
shares or that names are made of, so theirs only name what was found not to be English."""

SCRIPTS: Final = (
    ("Greek", "\u0370-\u03ff\u1f00-\u1fff"),
    ("Cyrillic", "\u0400-\u052f"),
    ("Armenian", "\u0530-\u058f"),
    ("Hebrew", "\u0590-\u05ff\ufb1d-\ufb4f"),
    ("Arabic", "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff"),
    ("Devanagari", "\u0900-\u097f"),
    ("Bengali", "\u0980-\u09ff"),
    ("Gurmukhi", "\u0a00-\u0a7f"),
    ("Gujarati", "\u0a80-\u0aff"),
    ("Tamil", "\u0b80-\u0bff"),
    ("Telugu", "\u0c00-\u0c7f"),
    ("Kannada", "\u0c80-\u0cff"),
    ("Malayalam", "\u0d00-\u0d7f"),
    ("Sinhala", "\u0d80-\u0dff"),
    ("Thai", "\u0e00-\u0e7f"),
    ("Burmese", "\u1000-\u109f"),
    ("Georgian", "\u10a0-\u10ff\u1c90-\u1cbf"),
    ("Amharic", "\u1200-\u137f"),
    ("Khmer", "\u1780-\u17ff"),
    ("Kana", "\u3040-\u30ff\uff66-\uff9f"),
    ("Korean", "\u1100-\u11ff\uac00-\ud7af"),
    ("Chinese", "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ebef"),
)
"""Scripts by their blocks (Unicode 15, Blocks.txt); one that a single large language is written in bears its name."""

LETTERS: Final = {
    "Cyrillic": (
        ("Serbian", "ђјљњћџ"),
        ("Ukrainian", "іїєґ"),
        ("Belarusian", "ў"),
        ("Russian", "ыэё"),
        ("Bulgarian", "ъ"),
    ),
    "Arabic": (("Urdu", "ٹڈڑںےہ"), ("Persian", "پچژگکی"), ("Arabic", "ةىيكأإ")),
    "Devanagari": (("Marathi", "ळ"), ("Hindi", "िीाे")),
}
"""Letters by which languages of one script are told apart, the surest first; where none stands, the script is named."""

LATIN_LETTERS: Final = (
    ("Vietnamese", "ơưạảấầẩậắặẹẻếềểệịọỏốồổộớờởợụủứừửữự"),
    ("Polish", "łąęśźżń"),
    ("Hungarian", "őű"),
    ("Romanian", "șță"),
    ("Turkish", "ğış"),
    ("Czech", "řěů"),
    ("Portuguese", "ãõ"),
    ("Spanish", "ñ¿¡"),
    ("German", "ß"),
)
"""Letters that name a language in Latin letters of which too few small words were found."""
