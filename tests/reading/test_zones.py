"""Zones: what is quoted, passed on, signed or a footer, as mail programs of several languages lay it out (ours)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_rig import steady

from guardian.reading.zones import zone_at, zones_of

NEW = "Fine, see you at nine then.\n\n"
LINES = "Shall we meet at nine?\nAnn\n"
MARKED = "> Shall we meet at nine?\n> Ann\n"

MARKED_QUOTES = [
    "On Mon, 3 Nov 2025 at 10:12, Ann Lee <ann@x.example> wrote:\n",
    "On 11/3/2025 10:12 AM, Ann Lee wrote:\n",
    "On Mon, Nov 3, 2025 at 10:12 AM Ann Margaret Lee-Smith\n<ann.margaret.lee@x.example> wrote:\n\n",
    "Ann Lee <ann@x.example> wrote:\n",
    "Am 03.11.25 um 10:12 schrieb Ann Lee:\n",
    "Am Mo., 3. Nov. 2025 um 10:12 Uhr schrieb Ann Lee <ann@x.example>:\n",
    "Ann Lee <ann@x.example> schrieb am Mo., 3. Nov. 2025, 10:12:\n",
    "Le lun. 3 nov. 2025 à 10:12, Ann Lee <ann@x.example> a écrit :\n",
    "Le 03/11/2025 à 10:12, Ann Lee a écrit\xa0:\n",
    "El lun, 3 nov 2025 a las 10:12, Ann Lee (<ann@x.example>) escribió:\n",
    "Op ma 3 nov 2025 om 10:12 schreef Ann Lee <ann@x.example>:\n",
    "pon., 3 lis 2025 o 10:12 Ann Lee <ann@x.example> napisał(a):\n",
    "W dniu 3.11.2025 o 10:12, Ann Lee pisze:\n",
    "Il giorno lun 3 nov 2025 alle ore 10:12 Ann Lee <ann@x.example> ha scritto:\n",
    "Em seg., 3 de nov. de 2025 às 10:12, Ann Lee <ann@x.example> escreveu:\n",
    "Den mån 3 nov. 2025 kl 10:12 skrev Ann Lee <ann@x.example>:\n",
    "",
]
QUOTES_TO_THE_END = [
    *(line for line in MARKED_QUOTES if line),
    "-----Original Message-----\nFrom: Ann\nSent: Monday\n\n",
    "-----Ursprüngliche Nachricht-----\nVon: Ann\n\n",
    "-----Message d'origine-----\nDe : Ann\n\n",
    "-----Mensaje original-----\n\n",
    "-----Oorspronkelijk bericht-----\n\n",
    "-----Wiadomość oryginalna-----\n\n",
    "From: Ann Lee <ann@x.example>\nSent: Monday, 3 November 2025 10:12\nTo: Bob\nSubject: RE: Nine\n\n",
    "*From:* Ann Lee\n*Date:* Monday\n*To:* Bob\n*Subject:* Nine\n\n",
    "Von: Ann Lee\nGesendet: Montag, 3. November 2025 10:12\nAn: Bob\nBetreff: AW: Neun\n\n",
    "De : Ann Lee\nEnvoyé : lundi 3 novembre 2025\nÀ : Bob\nObjet : RE: Neuf\n\n",
    "De: Ann Lee\nEnviado el: lunes, 3 de noviembre\nPara: Bob\nAsunto: RE: Nueve\n\n",
    "Van: Ann Lee\nVerzonden: maandag 3 november\nAan: Bob\nOnderwerp: RE: Negen\n\n",
    "Od: Ann Lee\nWysłano: poniedziałek\nDo: Bob\nTemat: Odp: Dziewiąta\n\n",
    "Da: Ann Lee\nInviato: lunedì\nA: Bob\nOggetto: R: Nove\n\n",
]


def shown(text: str) -> list[tuple[str, str]]:
    return [(zone.kind.value, text[zone.start : zone.end]) for zone in zones_of(text)]


@pytest.mark.parametrize("before", MARKED_QUOTES)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_marked_lines_are_a_quotation_and_what_follows_is_new(before: str, line_end: str) -> None:
    text = (NEW + before + MARKED + "\nAnd bring a coat.\n").replace("\n", line_end)
    assert shown(text) == [("quote", (before + MARKED).replace("\n", line_end))]


@pytest.mark.parametrize("before", QUOTES_TO_THE_END)
def test_what_stands_behind_a_line_that_names_its_writer_is_a_quotation_to_the_end(before: str) -> None:
    assert shown(NEW + before + LINES) == [("quote", before + LINES)]


@pytest.mark.parametrize(
    "before",
    [
        "---------- Forwarded message ---------\n",
        "-------- Weitergeleitete Nachricht --------\n",
        "Begin forwarded message:\n",
        "---------- Message transféré ---------\n",
        "---------- Mensaje reenviado ---------\n",
        "---------- Doorgestuurd bericht ---------\n",
        "---------- Wiadomość przekazana ---------\n",
    ],
)
def test_what_is_passed_on_is_no_quotation(before: str) -> None:
    assert shown(NEW + before + "From: Ann\n\n" + LINES) == [("forward", before + "From: Ann\n\n" + LINES)]


def test_a_signature_ends_where_a_quotation_begins() -> None:
    signature = "-- \nAnn Lee\nHarbour Boats\n"
    assert shown(NEW + signature + MARKED) == [("signature", signature), ("quote", MARKED)]


@pytest.mark.parametrize(
    "footer",
    [
        "_______________________________________________\nChoir mailing list\nchoir@lists.example\n",
        "You received this message because you are subscribed to the group.\nTo unsubscribe, write to us.\n",
        "Unsubscribe | Preferences\n",
        "This e-mail and its attachments are confidential and intended for the addressee alone.\n",
        "CONFIDENTIALITY NOTICE: for the addressee only.\n",
        "Diese E-Mail enthält vertrauliche Informationen.\n",
        "Ce message est confidentiel.\n",
        "Este mensaje es confidencial.\n",
        "Dit bericht is vertrouwelijk.\n",
        "Niniejsza wiadomość zawiera poufne informacje.\n",
    ],
)
def test_footers_stand_at_the_end(footer: str) -> None:
    assert shown(NEW * 4 + footer) == [("footer", footer)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "On Monday I wrote to Ann.\nShe answered on Tuesday.\n",
        "From: my heart\nTo: yours\nwith love\n",
        "De nada.\nA mañana.\n",
        "Prices rose: 3 > 2, and 5 --> 6\n",
        "Unsubscribe from the paper, she said, and I did.\n" + NEW * 4,
        "-----\nA line, and nothing more.\n",
        "Le chat écrit :\nmiaou\n",
        "-- well, said Ann, that is that.\n",
    ],
)
def test_ordinary_text_has_no_zones(text: str) -> None:
    assert shown(text) == []


def test_the_zone_of_a_place() -> None:
    text = NEW + MARKED
    zones = zones_of(text)
    assert zone_at(zones, len(NEW), len(text)) == zones[0]
    assert zone_at(zones, 0, len(text)) is None
    assert zone_at(zones, 0, 4) is None


PIECES = st.sampled_from(
    [*MARKED_QUOTES, *QUOTES_TO_THE_END, MARKED, NEW, LINES, "-- \n", ">", "\n", "Unsubscribe\n", " "]
)


@steady
@given(st.lists(PIECES | st.text(max_size=20), max_size=30))
def test_zones_stand_in_order_and_do_not_overlap(pieces: list[str]) -> None:
    text, place = "".join(pieces), 0
    for zone in zones_of(text):
        assert place <= zone.start < zone.end <= len(text)
        assert zone.start == 0 or text[zone.start - 1] == "\n"
        place = zone.end


@pytest.mark.parametrize(
    "line",
    [">\n\n", "from: a\n", "on 1 " + "wrote " * 45 + "\n", "- " * 149 + "\n", "this message " * 23 + "\n", "a" * 999],
)
def test_the_work_grows_with_the_text_and_no_faster(line: str) -> None:
    """Ten times the text takes no more than some ten times as many zones; a quadratic search would not end here."""
    assert len(zones_of(line * (500_000 // len(line)))) <= 500_000
