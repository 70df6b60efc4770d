"""Sentences of ordinary messages in twelve languages, written for this project (2026-11), with places to be filled.

`{n}` is a name, `{d}` a day, `{p}` a place, `{t}` a time. Nothing here asks for anything that a policy looks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences and what fills them."""

    names: tuple[str, ...]
    days: tuple[str, ...]
    places: tuple[str, ...]
    sentences: tuple[str, ...]


def _words(names: str, days: str, places: str, sentences: str) -> Words:
    def parted(given: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in given.split(","))

    lines = tuple(line.strip() for line in sentences.strip().splitlines())
    return Words(parted(names), parted(days), parted(places), lines)


ORDINARY: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "English": _words(
            "Ann, Tom, Priya, Siobhán, Mr. Okafor",
            "Monday, Tuesday, Friday, next Sunday",
            "the library, the café on Mill Road, the allotment, platform 4",
            """Hi {n}, shall we meet at {p} on {d}?
            The choir rehearses at {t} on {d}; bring the blue folder if you still have it.
            {n}'s cat slept on the sofa all afternoon – she's fine.
            I finished the book: chapters 3–5 were the best, "The Long Way" above all.
            We could walk from {p} to the river, it's about 2½ miles.
            {n} says thanks for the plums, the jam turned out very well…
            The lecture on {d} is in room B12, not in the old hall.
            It rained until {t}, so the children painted the whole house in water colours.""",
        ),
        "German": _words(
            "Jörg, Frau Weiß, Käthe, Änne",
            "Montag, Mittwoch, Samstag, übernächsten Freitag",
            "der Bücherei, dem Café am Markt, der Straße hinterm Dom",
            """Hallo {n}, treffen wir uns am {d} vor {p}?
            Der Kuchen reicht für acht, nur Äpfel fehlen noch – {n} bringt „Boskoop“ mit.
            Am {d} um {t} Uhr ist Elternabend, es dauert etwa 1½ Stunden.
            Die Kinder haben den ganzen Nachmittag Drachen steigen lassen.
            {n} grüßt dich herzlich und freut sich auf {d}.
            Das Donau\u00addampf\u00adschiff fährt im Winter nicht, steht in der Broschüre.
            Wir waren bei {p}, es gab Grünkohl mit Pinkel.
            Das Konzert fängt um {t} Uhr an, Einlass ist eine halbe Stunde vorher.""",
        ),
        "French": _words(
            "Zoé, Benoît, Mme Lefèvre, Aïcha",
            "lundi, jeudi, samedi prochain",
            "la bibliothèque, l’école, la gare",
            """Bonjour {n}\u202f! On se retrouve devant {p} {d}\u202f?
            Les élèves ont fini la fresque\u00a0: elle est très belle.
            Le marché ouvre à {t}, il y aura des cèpes et des noix.
            {n} a oublié son écharpe chez nous, je la garde pour {d}.
            «\u00a0Le Petit Prince\u00a0» est revenu à {p}.
            Nous avons marché jusqu’à la rivière, où l’eau était glacée.
            La réunion de {d} commence à {t}, salle 12.
            Merci pour les confitures, {n} les a adorées\u2026""",
        ),
        "Spanish": _words(
            "Íñigo, Begoña, la señora Núñez, José",
            "lunes, miércoles, sábado",
            "la biblioteca, el mercado, la estación",
            """¡Hola, {n}! ¿Nos vemos el {d} en {p}?
            La excursión del {d} sale a las {t}, lleva agua y algo de fruta.
            {n} ha plantado tomates y ya tienen flores.
            El niño aprendió a nadar este verano, ¡qué alegría!
            En {p} hay una exposición de fotografía antigua.
            Ayer comimos una paella riquísima con {n}.
            El autobús número 12 pasa a las {t} delante de {p}.
            La abuela cumple ochenta años el {d}.""",
        ),
        "Russian": _words(
            "Аня, Пётр, Мария Сергеевна",
            "понедельник, среду, субботу",
            "библиотеки, парка, вокзала",
            """Привет, {n}! Встретимся в {d} у {p}?
            Концерт начинается в {t}, билеты у меня.
            {n} испекла пирог с яблоками, очень вкусно получилось.
            Дети весь день лепили снеговика во дворе.
            Книгу можно вернуть в {d} до {t}.
            Мы гуляли около {p}, было тихо и солнечно.
            «Мастер и Маргарита» идёт в театре до конца месяца.
            Бабушка передаёт привет и ждёт вас в {d}.""",
        ),
        "Polish": _words(
            "Żaneta, Łukasz, pani Wójcik",
            "poniedziałek, środę, sobotę",
            "biblioteki, szkoły, dworca",
            """Cześć {n}, widzimy się w {d} koło {p}?
            Zajęcia zaczynają się o {t}, weź ze sobą zeszyt w linie.
            {n} upiekła szarlotkę, zostało jeszcze kilka kawałków.
            W {d} jedziemy w góry, jeśli nie będzie padać.
            „Lalka” leży na półce obok okna.
            Pies spał całe popołudnie pod stołem.
            Wystawa koło {p} jest otwarta do {t}.
            Dziękuję za zdjęcia, są przepiękne!""",
        ),
        "Turkish": _words(
            "Ayşe, Çağrı, İbrahim, Gül Hanım",
            "pazartesi, çarşamba, cumartesi",
            "kütüphanenin, okulun, iskelenin",
            """Merhaba {n}, {d} günü {p} önünde buluşalım mı?
            Koro provası saat {t} gibi başlıyor, notaları unutma.
            {n} bahçeye domates dikti, şimdiden çiçek açtılar.
            Çocuklar bütün gün uçurtma uçurdu.
            Vapur saat {t} olduğunda {p} yanından kalkıyor.
            “İnce Memed” kitabını bitirdim, çok güzeldi.
            Anneannem {d} günü seksen yaşına giriyor.
            Dün akşam {n} ile balık yedik.""",
        ),
        "Arabic": _words(
            "ليلى, يوسف, السيدة مريم",
            "الاثنين, الأربعاء, السبت",
            "المكتبة, المدرسة, المحطة",
            """مرحبًا {n}، هل نلتقي يوم {d} أمام {p}؟
            تبدأ الحفلة الساعة {t} مساءً إن شاء الله.
            زرعت {n} الطماطم في الحديقة وقد أزهرت.
            لعب الأطفال طوال اليوم قرب {p}.
            قرأتُ الكتاب كلّه يوم {d}، وكان جميلًا.
            وصلت الحافلة رقم ١٢ إلى {p} في موعدها.
            تبلغ جدتي الثمانين يوم {d}.
            شكرًا على الصور يا {n}، إنها رائعة.""",
        ),
        "Persian": _words(
            "نیلوفر, آرش, خانم رضایی",
            "دوشنبه, چهارشنبه, جمعه",
            "کتاب‌خانه, مدرسه, ایستگاه",
            """سلام {n}، روز {d} جلوی {p} هم‌دیگر را ببینیم؟
            کلاس ساعت {t} شروع می‌شود، دفترها را بیاور.
            {n} در باغچه گوجه‌فرنگی کاشته است و گل داده‌اند.
            بچه‌ها همهٔ روز نزدیک {p} بازی می‌کردند.
            کتاب‌ها را روز {d} خواندم و خیلی خوشم آمد.
            اتوبوس شمارهٔ ۱۲ ساعت {t} می‌رسد.
            مادربزرگ روز {d} هشتاد ساله می‌شود.
            عکس‌های قشنگی بود {n} جان، ممنونم.""",
        ),
        "Hindi": _words(
            "अनीता, राहुल, शर्मा जी",
            "सोमवार, बुधवार, शनिवार",
            "पुस्तकालय, विद्यालय, स्टेशन",
            """नमस्ते {n}, {d} को {p} के सामने मिलें?
            कक्षा {t} बजे शुरू होती है, कॉपी ले आना।
            {n} ने बगीचे में टमाटर लगाए हैं।
            बच्चे दिन भर {p} के पास खेलते रहे।
            क्\u200dया आपने वह पुस्तक पढ़ ली?
            बस संख्या १२ {t} बजे {p} पहुँचती है।
            दादी {d} को अस्सी वर्ष की हो जाएँगी।
            तस्वीरों के लिए धन्यवाद {n}, बहुत सुंदर हैं।""",
        ),
        "Japanese": _words(
            "花子さん, 健太くん, 鈴木先生",
            "月曜日, 水曜日, 土曜日",
            "図書館, 学校, 駅の北口",
            """{n}、{d}に{p}の前で会いませんか？
            発表会は{t}からです。楽譜を忘れずに。
            庭にトマトを植えたら、もう花が咲きました。
            子どもたちは一日じゅう{p}で遊んでいました。
            『坊っちゃん』を読み終えました。とても面白かったです。
            １２番のバスは{t}に{p}に着きます。
            祖母は{d}に八十歳になります。
            写真をありがとう、{n}。ＣＤも聴きました。""",
        ),
        "Chinese": _words(
            "小红, 王老师, 李明",
            "星期一, 星期三, 星期六",
            "图书馆, 学校, 火车站",
            """{n}你好，{d}在{p}门口见面好吗？
            音乐会{t}开始，记得带上乐谱。
            {n}在院子里种了西红柿，已经开花了。
            孩子们在{p}附近玩了一整天。
            《红楼梦》我看完了，写得真好。
            １２路公交车{t}到{p}。
            奶奶{d}过八十岁生日。
            谢谢你的照片，{n}，拍得很漂亮！""",
        ),
    }
)
"""By the language's English name."""
