"""Money: what has the shape of a trick is found, what is ordinary life is not.

All texts are ours, 2026-11; names and numbers are invented. The comment says what each stands for.
"""

from __future__ import annotations

from detector_rig import MENTION, NONE, PLAIN, WEAK, Case, check, evidence, table

from guardian.detectors.money import MoneyDetector

DETECTOR = MoneyDetector()

CASES = (
    # The boss who needs gift cards: FTC, Action Fraud and Scamwatch all name it among the commonest.
    Case("boss wants cards", "Get five Steam cards of 100 each, scratch them and send me the codes by text.", PLAIN),
    # The same in two sentences, as it is mostly written.
    Case(
        "cards, then codes",
        "I need you to buy 3 Apple gift cards at the station. Then text me a photo of the backs.",
        PLAIN,
    ),
    # A fine to be paid in vouchers: impersonated tax offices and utilities.
    Case(
        "fine in vouchers",
        "The arrears can be settled today with Paysafe vouchers, payment in gift cards is accepted by our officer.",
        PLAIN,
    ),
    Case("several cards for a client", "Could you pick up six £50 Amazon gift cards for a client this morning?", WEAK),
    # Sextortion and "support" fees in crypto.
    Case("bitcoin to a wallet", "Transfer 900 USD in bitcoin to the wallet below within 48 hours.", PLAIN),
    Case(
        "tax in crypto", "The withdrawal tax of 15% has to be deposited in USDT before release of your balance.", PLAIN
    ),
    # Money that is handed out against a number.
    Case("western union", "Please send the €700 by Western Union to my cousin so that I can pay the hotel.", PLAIN),
    # Advance fee: lottery, inheritance, parcel, loan.
    Case(
        "fee before prize",
        "You only need to pay the processing fee of $250 before your winnings can be released.",
        PLAIN,
    ),
    Case(
        "release your parcel", "Your parcel is held. To release it, please pay the customs charge of £2.99 now.", PLAIN
    ),
    Case("two pounds by card", "Pay £1.45 redelivery by card here: parcel-hub.example", PLAIN),
    # Changed bank details: invoice fraud, named by Europol and the FBI as the costliest for firms.
    Case("new details", "Please use our new bank details for this and all open invoices: IBAN XX00 1234.", PLAIN),
    Case(
        "old account frozen", "Our usual account is under audit at the moment, so please pay into the one below.", PLAIN
    ),
    Case("salary elsewhere", "Hi, please change my direct deposit to the account below before the next run.", PLAIN),
    # "Safe account": police and bank impersonators in the UK, Germany, the Netherlands.
    Case(
        "safe account", "We have to move your savings to a safe account this afternoon while we catch the thief.", PLAIN
    ),
    Case("overpayment", "Deposit the cheque, keep 200 for your trouble and send the rest to the carrier.", PLAIN),
    # Shock call with a courier.
    Case(
        "courier for cash",
        "Put the cash in an envelope, a courier will be at your door to collect it in an hour.",
        PLAIN,
    ),
    Case("pay or else", "Pay 500 by tonight or the video goes to all your contacts.", PLAIN),
    Case("sent by mistake", "I sent you 80 by mistake, please return it to this other number, mine is blocked.", PLAIN),
    # Child with a new number (WhatsApp, all of Europe).
    Case("hi mum", "Mum my phone broke, this is my new number. Can you pay a bill for me today? x", WEAK),
    # --- ordinary, and full of the same words ---
    Case("invoice", "Invoice 2231 over EUR 612.40 is attached, payable within 30 days. Bank details as always.", NONE),
    Case("birthday gift card", "We got Anna a gift card for the bookshop, 25 each, tell me how you want to pay.", NONE),
    Case(
        "gift card from a shop",
        "Your £25 gift card for Paperback Row has arrived. The code is in your email and never expires.",
        NONE,
    ),
    Case("split bill", "Dinner was 84 for the four of us, so 21 each. Bizum or cash, whenever.", NONE),
    Case(
        "honest loan",
        "The boiler died and I am 300 short till the 28th. Could you lend it to me? Say no if it is tight.",
        NONE,
    ),
    Case("bank warns", "We will never ask you to move money to a safe account. If anyone does, hang up.", NONE),
    Case(
        "police warn",
        "Fraudsters tell people to buy gift cards and read out the codes. Nobody honest takes payment in gift cards.",
        MENTION,
    ),
    Case(
        "quoted in a newsletter",
        'This week\'s mail: "Pay $250 in bitcoin to the wallet below". It is a bluff, so delete it and sleep well.',
        MENTION,
    ),
    Case("never in gift cards", "The tax office never demands payment by gift card.", NONE),
    Case(
        "customs at the door",
        "Customs duty of £14.20 is due; pay at the post office counter when you collect the parcel.",
        NONE,
    ),
    Case(
        "deposit for the hall", "The deposit for the village hall is £50, cheque or transfer, back within a week.", NONE
    ),
    Case("crypto talk", "Bitcoin is down 4% and he still will not stop talking about it at dinner.", NONE),
    Case(
        "my own new account",
        "I have changed banks. The form for HR is in your tray, I will hand it in on Monday.",
        NONE,
    ),
    Case(
        "update in the portal", "To update your bank details sign in to the portal as usual and choose Payments.", NONE
    ),
    Case("reply or not", "Reply YES to pay; if not, send NO and we cancel the card and post you a new one.", NONE),
    Case(
        "to receive the transfer", "Bring your ID to receive the transfer at the branch, there is nothing to pay.", NONE
    ),
    Case("takeaway courier", "Your order is paid. A courier will be at your door between 18:10 and 18:30.", NONE),
    Case("bail in the news", "The court set bail at 5,000 and the hearing is in March, says the paper.", NONE),
)


@table(CASES)
def test_money_is_found_where_it_is_a_trick_and_nowhere_else(case: Case) -> None:
    check(DETECTOR, case, "money_request")


def test_the_owner_reads_which_kind_of_ask_it_is() -> None:
    found = DETECTOR.detect(evidence("Scratch the Steam cards and text me the codes."))
    assert [finding.say for finding in found] == ["asks for gift cards and the codes on them"]
