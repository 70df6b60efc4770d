"""What honest people write, in many languages and of many kinds, and what must not be taken for a disguise.

All texts are ours, November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping

INNOCENT: Mapping[str, tuple[str, ...]] = {
    "emoji": (
        "Happy birthday! 👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 ❤\ufe0f",
        "Scotland 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f wins",
        "👍🏽 👋🏿 👩🏻\u200d💻 see you", "1\ufe0f\u20e3 wash the rice 2\ufe0f\u20e3 boil it 3\ufe0f\u20e3 wait",
        "Press 1\ufe0f\u20e3 to go on or #\ufe0f\u20e3 to end", "🇩🇪🇫🇷🇮🇹 team", "Final: 🇦🇷 3 - 🇫🇷 3", "🇨🇴🇩🇪 at eight",
        "🅿️ behind the house", "Blood group 🅰️ or 🅱️", "ℹ️ opening hours", "Ⓜ️ Line 4", "🆗 see you there 🆒",
        "I ♥︎ you ☎︎ me", "❤️‍🔥 what a match", "Ⓥ menu", "❶ ❷ ❸",
    ),
    "English": (
        "B4 we go, gr8 to see u l8r m8", "J. R. R. Tolkien and C. S. Lewis", "C H A P T E R  O N E", "A B C D E F G",
        "noooo, sooo good, hmmmm", "The U.S.A. and the U.K. and the E.U.", "e.g. this, i.e. that, a.m. and p.m.",
        "My name is David, D-A-V-I-D", "Use part no. B4-77X or A1C-003", "Never use P@ssw0rd or Passw0rd1 anywhere",
        "Weak passwords: P@ssw0rd, L3tm31n, w3lcome, S3cret!", "iPhone® – 5 µm", "www.example.org/A1B2C3",
        "Meet at 9am on the 21st, room 4b, 2nd floor", "Mail me at support@example.com or s@le.example",
        "Row 1: x o x\nRow 2: o x o", "Tick a, b, c or d", "Grades: A A B C", "See § 5 and p. 7 f.",
        "I saw a b and a c", "It costs $5k, or €300, plus 20% tax", "The A$AP Rocky and Ke$ha tour, with P!nk",
        "Aaargh! Zzzz. Brrr! Woohooo!", "a11y and i18n for k8s", "The MP3 of H2O is on the USB3 drive",
        "S A L E\n\nEverything is half price this week. Come in and have a look round, there is tea.",
        "Dear all,\n\nG I F T  G U I D E\n\nHere are our twenty favourite things of the season, from 5 to 50 pounds.",
        "P.I.N. code", "The P.A.Y.E. form", "Type your P I N", "He said “hello” — and left…", "Don’t—please.",
        "naïve café owners’ résumé", "Wait… what?! Nooo way!!!", "Flight BA2490, seat 14C, gate B32",
        "sha256 d41d8cd98f00b204e9800998ecf8427e", "call +44 20 7946 0000 now", "C3PO and R2D2",
        "mile 5, card5 and bank1", "Hello\u200b there\u200b", "Hello" + "\u200c\u00a0" * 40 + " there",
        "\ufeffHello there", "Hello " + "\u200b" * 60 + " there", "All of it is sooooo pretty and I loooove it",
        "y/n", "+1 for the plan", "3D printers in 4K", "the 4th of July 2026", "x_y_z and a.b.c are names",
        "T-H-A-N-K  Y-O-U", "The letters are q w e r t y", "L. M. Alcott wrote it",
    ),
    "German": (
        "Donau\u00addampf\u00adschiff\u00adfahrt und Vertrags\u00adbedingungen", "Die Straße ist heiß, grüß Gott!",
        "z. B. am 3. Mai, d. h. am Sonntag", "w i c h t i g ist das", "Überweisung geprüft, schöne Grüße aus Köln",
        "Ver\u00adsiche\u00adrungs\u00adnum\u00admer bitte ange\u00adben",
        "Auf\u200clage und Schiff\u200cfahrt"[:3] + "lage", "Das ist toll, suuuuper!",
        "Zug ICE 4, Gleis 7b, Wagen 21", "Die µ-Werte liegen bei 5 µg", "„Ja“, sagte er.",
    ),
    "French": (
        "Bonjour\u202f! Ça va\u202f? « Oui\u202f»", "Le prix est de 1\u202f250,50\u202f€",
        "Réservé à l’élève, où ça\u00a0?", "Votre crédit a été accordé, vérifié et réglé",
        "C’est l’été, les garçons sont là", "À bientôt\u00a0!", "n° 5 – 7\u2009%", "Ouiiii, géniaaaal",
        "J.-P. et M.-A. arrivent", "Œuvre complète, cœur", "Noël à Saint-Étienne",
    ),
    "Spanish": (
        "¿Cómo estás? ¡Muy bien! Mañana te llamo", "El niño comió una piña",
        "Información sobre tu crédito y tu número", "Él sí sabía, tú no", "1.º y 2.ª planta", "Vaaaamos, qué bieeen",
        "Atención médica pública", "La señora Núñez llegó a las 9 h", "D. Á. Pérez", "jajajaja síííí",
        "Depósito y cobro según código",
    ),
    "Portuguese": (
        "Não há pão, amanhã compro", "Informações e ações", "Você está aí?", "Até já!", "Coração e irmã", "kkkkkk",
    ),
    "Italian": (
        "Perché no? Così è più facile", "L’università è là", "Città, virtù, caffè", "Ciaooo, a domani",
        "S. p. A. e S. r. l.",
    ),
    "Polish": (
        "Zażółć gęślą jaźń", "Łódź, Kraków i Gdańsk", "Proszę o potwierdzenie płatności", "Cześć, jak się masz?",
        "Święta są w środę",
    ),
    "Czech": (
        "Příliš žluťoučký kůň", "Děkuji, přijdu v úterý", "Číslo účtu najdete níže", "Dobrý den, paní Nováková",
    ),
    "Turkish": (
        "İstanbul’da ışık ılık", "Şu an çalışıyorum, görüşürüz", "Ağrı Dağı", "Iğdır ve Isparta", "Kırk yıllık kahve",
    ),
    "Vietnamese": (
        "Xin chào, bạn có khỏe không?", "Tôi đang ở Hà Nội, mai gặp nhé", "Mã số thuế và tài khoản ngân hàng",
        "Cảm ơn rất nhiều", "Tiếng Việt có nhiều dấu thanh", "ở đâu à ừ", "Đường Nguyễn Huệ, quận 1",
        "Chuyển khoản trước ngày 5", "Tie\u0302\u0301ng Vie\u0323\u0302t".replace("e\u0323\u0302", "e\u0323\u0302"),
    ),
    "Russian": (
        "Привет, как дела? Жду в семь.", "Вот такой кот, и он там, где море", "Оплата за март прошла, спасибо",
        "3D-принтер и USB-кабель", "IT-специалист из Москвы", "Напиши в WhatsAppом или по SMSке",
        "PDFки пришли, VIPам тоже", "за\u0301мок и замо\u0301к", "А. С. Пушкин и Л. Н. Толстой", "Дааааа, круууто!",
        "Он сказал: «Нет»", "iPhone'ом снято", "Билет на 21 мая, место 4Б", "г. Москва, ул. Ленина, д. 5, кв. 7",
        "И я, и ты, и он",
    ),
    "quoted Russian": (
        "The Russian word “море” means sea, and “кот” is a cat.", "She signed it Оксана and left.",
        "He wrote СССР on the wall of the room", "Our guide Ирина will meet you at the station at noon",
        "The film Иди и смотри is on at nine", "Say «спасибо» to the driver", "The letters а, е and о look like ours",
        "In Sofia, look for the sign ТОАЛЕТНА at the back", "The Greek for sea is θάλασσα",
        "Use Δt and σ, with λ = 5 and kΩ in mind", "the α-helix and β-blocker in μTorrent",
        "a γ-ray of 5 μm and 3 μg",
    ),
    "Ukrainian": (
        "Доброго дня, як справи?", "Їжак і ґанок", "Зустріч о 7-й біля метро", "Рахунок за світло сплачено",
        "Є питання?",
    ),
    "Serbian": (
        "Добар дан, видимо се сутра", "Dobar dan, vidimo se sutra", "Ћао! Ćao! Љубав и ljubav", "Његош / Njegoš",
        "Рачун је плаћен. Račun je plaćen.",
    ),
    "Bulgarian": (
        "Здравей, как си?", "Сметката е платена", "Ще дойда в 5 ч.",
    ),
    "Greek": (
        "Καλημέρα, τι κάνεις;", "Η θάλασσα είναι ωραία", "Ο λογαριασμός πληρώθηκε", "Email από την Άννα",
        "Το WiFi στο καφέ", "Α. Β. Γ.", "ο η το", "Ωραία ημέρα στην Αθήνα",
    ),
    "Georgian and Armenian": (
        "გამარჯობა, როგორ ხარ?", "ხვალ გნახავ", "Բարև, ինչպես ես", "Շնորհակալություն",
    ),
    "Arabic": (
        "مرحبا كيف حالك", "الفاتورة رقم \u200e2231\u200f مرفقة", "السَّلَامُ عَلَيْكُمْ", "الـiPhone جديد",
        "\u2067مرحبا\u2069 said Ali", "شكرررا جزيلا", "هـــــذا جميل", "الساعة ٥ مساء",
    ),
    "Persian and Urdu": (
        "می\u200cخواهم کتاب\u200cها را ببینم", "خانه\u200cام نزدیک است", "آپ کیسے ہیں؟", "نمی\u200cدانم",
        "قیمت ۵۰۰ تومان",
    ),
    "Hebrew": (
        "שלום, מה שלומך?", "He said \u202bשלום\u202c and left", "בְּרֵאשִׁית בָּרָא אֱלֹהִים", "חשבון מס' 5",
        "\u2068Ana\u2069 has left the group", "ה\u05beבית", "\u202eשלום\u202c",
    ),
    "Hindi and Bengali": (
        "क्\u200dष और शक्\u200cति", "नमस्ते, आप कैसे हैं?", "कल मिलते हैं", "আপনি কেমন আছেন?", "র\u200d্যাব",
        "ধন্যবাদ", "श्री ५०० रुपये",
    ),
    "Tamil and Sinhala": (
        "வணக்கம், எப்படி இருக்கிறீர்கள்?", "ශ්\u200dරී ලංකාව", "நன்றி",
    ),
    "Thai and Khmer": (
        "ภาษา\u200bไทย\u200bง่าย", "สวัสดีครับ พรุ่งนี้เจอกัน", "ភាសា\u200bខ្មែរ\u200bល្អ", "ก็ได้ ๆ",
    ),
    "Chinese": (
        "你好，明天见！", "葛\U000e0100飾区", "请查收附件，谢谢。", "ＡＢＣ公司 ＴＥＬ：０３", "全角ＡＢＣ和半角ABC",
        "Ｑ＆Ａ　常见问题", "微信：abc123", "我 爱 你",
    ),
    "Japanese": (
        "こんにちは　お元気ですか。", "ＳＡＬＥ　開催中", "Ｔシャツを２枚ください", "カード払いもＯＫです", "ｶﾞｷﾞｸﾞ",
        "すごーーーい！", "Ａ４の紙",
    ),
    "Korean": (
        "안녕하세요 내일 봐요", "ㅋㅋㅋㅋㅋ 진짜?", "나 너 그 이", "카드 5장", "ㅠㅠㅠ",
    ),
    "phonetics": (
        "The word is said /ˈpæswɜːd/ or [ˈkɑːd]", "[pɪn] and /kɪt/", "ʃ, ʒ and ŋ are IPA letters", "n̩ and t̪ʰ",
        "/ɡɪft/", "məˈniː",
    ),
    "maths": (
        "𝑥 + 𝑦 = 𝑧", "f(𝑥) = 𝑎𝑥² + 𝑏𝑥 + 𝑐", "∀x ∈ ℝ: x² ≥ 0", "a + b + c = d", "x, y, z ∈ ℂ", "sin 𝛼 = 0.5",
        "10⁻³ mol, xⁿ, 1ˢᵗ", "H₂O and CO₂", "A ∪ B ⊂ C", "p = q·r", "E = mc²", "i = 1, …, n", "𝐀 is a matrix",
        "‖v‖ ≤ 1", "O(n log n)",
    ),
    "code and tables": (
        "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |", "for (i = 0; i < n; i++) { a[i] = b[i]; }",
        "$end = strlen($s); // !important", "if (x==1 || y!=2) return f1(x);", "color: #4a4a4a !important;",
        "user@host:~$ ls -l", "git@github.com:a/b.git", "grep -E '^[a-z]+$' f.txt | wc -l", "\\u0041 and &amp;",
        "x = 'a'; y = 'b'; z = 'c'", "+---+---+\n| x | o |\n+---+---+",
        "print the word with \\x1b[32m and reset with \\033[0m", "a\tb\r\nc\x0c", "def f(a, b, c, d): return a",
        "v1.2.3-rc4+b5", "0x1F4A9 and 0b1010",
        "He said \u0093it\u0092s fine\u0094 \u0096 and left\u0085 \u009bso\u009c",
    ),
    "names": (
        "Øresund, Łukasz, Đorđe and Ħal", "Þórr and Ægir", "Ngũgĩ wa Thiong’o", "Çelik & Şahin", "O’Brien–Smith",
        "Ọlọ́run and ẹ̀kọ́", "Kurt Gödel, Erdős",
    ),
}  # fmt: skip
"""By language or kind."""

SHOW = (
    "𝗕𝗶𝗴 𝗻𝗲𝘄𝘀 from our choir: we sing on Sunday!",
    "Ｔｈｅ　ａｅｓｔｈｅｔｉｃ of the nineties",
    "ⓗⓐⓟⓟⓨ ⓑⓘⓡⓣⓗⓓⓐⓨ to Mia",
    "🇭 🇦 🇵 🇵 🇾 new year",
    "ᴅᴇsɪɢɴ ʙʏ ᴍɪᴀ",
    "I said n\u0336o\u0336t\u0336 yes",
    "ĥëĺĺö",
    "𝓗𝓪𝓹𝓹𝔂 𝓷𝓮𝔀 𝔂𝓮𝓪𝓻",
    "paaaay up, you lost the bet!",
    "e v e r y o n e is welcome",
)
"""Lettering for show: a weak sign at most."""
