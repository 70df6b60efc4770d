"""Words that English text is known by, and words that asks are made of. Lists of our own, one word in no order of use.

The common words are those found in most texts of models/training/corpus (ours, CC BY 4.0), read over by hand.
"""

from __future__ import annotations

from typing import Final

_COMMON: Final = """
    about account add address after again against all alone already also always am amount an and another answer any
    anyone anything app are around as ask asked asking at attached away back bad bank be because become been before
    behind being below best better between big bill both bring business but buy by call called came can cancel cannot
    card care case cash change charge check child children click close code come coming company confirm contact copy
    cost could credit customer dad data date daughter day days dear delete deliver delivery details did different do
    document does doing done down drop due each early easy eat email end enough enter even evening ever every everyone
    everything example family far father few file final find first follow following for forget forward found free
    friend friends from full further gave get gift give go going gone good got great group guard had half hand happy
    has have having he head hear heard hello help her here hey hi hidden high him his hold home honest hope hour hours
    house how hundred husband if ignore important in information instead instruction instructions into is it its job
    join just keep kept key kind know last late later learn leave left less let letter life like limit line link list
    little live long look looking lost lot love made mail make man many matter may maybe me mean meet meeting message
    messages might mind mine minute minutes miss money month months more morning most mother move much mum must my name
    near need needed needs never new next nice night no nobody none not note nothing notice now number of off offer
    office often ok old on once one online only open or order other our out over own page paid parcel part pass
    password past pay payment people per person personal phone photo pick place plan please point post price private
    problem prompt public put question quick quickly quiet read reading ready real really reason receive remember
    reply report request rest return reveal review right rules run safe said same save saw say saying says school
    second secret secretly secure security see seen sell send sent service set share she short should show shows sign
    since sister sit six small so some someone something son soon sorry speak special start stay step still stop story
    such sure system take takes talk tell telling ten text than thank thanks that the their them then there these they
    thing things think this those though thought thousand three through time times to today together told tomorrow
    tonight too took transfer true trust try turn two under until up upon urgent us use used user very visit wait
    waiting want wanted wants warn was watch way we week weekend weeks well went were what when where whether which
    while who whole whom why wife will win window wire with within without woman won word words work works world would
    write wrong year years yes yesterday yet you young your yours yourself
"""

_VERBS: Final = """
    act approve ask bring buy call cancel change click confirm contact deliver delete disable disregard download email
    enter execute follow forget forward give hand ignore install leave log loan mail meet move obey open order override
    pass pay post pretend print provide put read recommend release reply reveal run scan say send share show sign text
    tell transfer turn type unlock update upload use verify visit wire withdraw write
"""
_THINGS: Final = """
    account address advance amount app bank bitcoin bitcoins btc card cards cash cheque code codes coin coins command
    commands conversation credentials crypto data deposit details dollars email euros fee fees file files funds gift
    guard guardian guidelines http https iban inbox instruction instructions invoice key keys link loan login mails
    messages money nobody number one otp owner parcel passcode passphrase password passwords payment phone photo
    photos picture pictures pin policies policy pounds previous prompt prompts refund restrictions rules secret secretly
    secrets security seed site ticket tonight transfer urgent urgently voucher vouchers wallet website whatsapp
"""

COMMON: Final = frozenset(_COMMON.split())
"""Small words, and the words of everyday messages."""
VERBS: Final = frozenset(_VERBS.split())
"""What a reader, or an AI, is told to do."""
THINGS: Final = frozenset(_THINGS.split())
"""What is asked for, or what an order is about."""
KNOWN: Final = COMMON | VERBS | THINGS
"""All of them."""
