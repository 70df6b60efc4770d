"""Codes and passwords: an ask is found, a notice that carries a code is not.

All texts are ours, 2026-11; names and numbers are invented.
"""

from __future__ import annotations

from detector_rig import MENTION, NONE, PLAIN, WEAK, Case, check, table

from guardian.detectors.credentials import CredentialsDetector

DETECTOR = CredentialsDetector()

CASES = (
    # Taking over a messenger account with its one-time code.
    Case("code by mistake", "Hey, I sent you a 6-digit code by mistake, can you text it back to me?", PLAIN),
    Case(
        "read the code out",
        "A security code has just been sent to your phone. Read it to me so that I can stop the payment.",
        PLAIN,
    ),
    Case("the code that came", "Send me the code that you just received, it is for the group vote.", PLAIN),
    Case("reply with PIN", "Your card is blocked. Reply with your PIN to unblock it.", PLAIN),
    Case("text back digits", "text back the 6 digits we just sent or your account closes", PLAIN),
    # Remote access: the session number opens the computer.
    Case("nine digits", "Now read me the nine digits on the screen, madam.", PLAIN),
    Case("long number", "Just give me the long number on the front and the three on the back.", PLAIN),
    Case("need your password", "To keep your mailbox we only need your email password and date of birth.", PLAIN),
    Case("send your login", "Please send us your online banking password so that we can book the refund.", PLAIN),
    # Wallets: whoever has the words has the coins.
    Case("recovery phrase", "Enter your 24-word recovery phrase to keep the wallet in sync.", PLAIN),
    Case("validate phrase", "Validate your seed phrase on our page within the hour.", PLAIN),
    Case("card and PIN", "Scan the square and fill in card + PIN to start charging.", PLAIN),
    Case("card and cvv", "Confirm the refund: enter your card number and CVV on the next page.", PLAIN),
    Case("mail and password here", "Type your mail address and password here to avoid losing unsent mail.", PLAIN),
    Case("sign in there", "Sign in with your work password to see it: salary-share.example", WEAK),
    Case(
        "have it ready", "Please have your debit card and your banking password ready when our colleague calls.", WEAK
    ),
    # --- ordinary, and full of the same words ---
    Case(
        "one-time code", "481 902 is your code for Livraria Sá. Never share this code with anyone, including us.", NONE
    ),
    Case("one-time code, plain", "Your verification code is 123456. It is valid for 10 minutes.", NONE),
    Case(
        "type it where you started",
        "Your login code: 83 04 19. Only type it on brightwell.example, where you started.",
        NONE,
    ),
    Case("bank never asks", "We will never ask you for your PIN, your password or a one-time code.", NONE),
    Case("do not read it out", "A code may come to your phone. Don't read it to me or to anyone.", NONE),
    Case("wifi", "Can you send me the wifi password again? The printer has forgotten it.", NONE),
    Case("gate code", "Send me the gate code please, I am outside with the wood.", NONE),
    Case("discount code", "Text me your discount code for the shoes if you are not using it.", NONE),
    Case("booking code", "Please give us your booking code and your name at the desk.", NONE),
    Case("source code", "Send me the code you wrote for the parser and I will review it tonight.", NONE),
    Case("password expires", "Your password expires in 9 days. Press Ctrl+Alt+Del and choose Change a password.", NONE),
    Case("password reset", "You asked to reset your password. Not you? Then do nothing, the old one stays.", NONE),
    Case("delivery PIN", "Delivery tomorrow needs a PIN: 3086. Give it to the driver once you have the box.", NONE),
    Case("meter", "Please read us the numbers on your gas meter by Friday.", NONE),
    Case("warning in a letter", "Fraudsters ask you to read them the code you received.", MENTION),
    Case(
        "quoted trick",
        'Three sentences to hang up on: "Read me the code you just received." is the second; the rest is overleaf.',
        MENTION,
    ),
    Case("API", "POST /verify takes the phone number and the six digit code and answers 423 after five tries.", NONE),
    Case(
        "support does not want it",
        "Could you send the log file? Please don't send your password or recovery phrase.",
        NONE,
    ),
)


@table(CASES)
def test_codes_and_passwords_are_found_only_where_they_are_asked_for(case: Case) -> None:
    check(DETECTOR, case, "credential_request")
