"""Words that several rule families share, as parts of RE2 patterns.

Each is one group without captures, to be put between other parts; case does not matter.
"""

from __future__ import annotations

from typing import Final

CARDS: Final = (
    r"(?:gift ?(?:cards?|vouchers?)|prepaid (?:debit )?(?:cards?|vouchers?)|paysafe(?: ?cards?)?|i-?tunes cards?"
    r"|(?:apple|steam|google(?: play)?|amazon|razer(?: gold)?|vanilla|e-?bay|target|walmart)"
    r" (?:gift )?(?:cards?|vouchers?))"
)
"""Gift cards, vouchers and prepaid cards."""

CRYPTO: Final = r"(?:bitcoins?|btc|usdt|tether|ethereum|usdc|litecoin|monero|crypto(?:currency)?)"
"""Crypto money."""

REMITTANCE: Final = r"(?:western union|money ?gram|worldremit)"
"""Transfers that are handed out in cash."""

PEER: Final = (
    r"(?:zelle|venmo|cash ?app|revolut|bizum|gpay|paytm|paypal|swish|gcash|m-?pesa|mobile money|momo|easypaisa"
    r"|jazzcash)"
)
"""Payment from person to person."""

SEND: Final = r"(?:send|transfer|wire|remit|pay|deposit|forward|move)"
"""Verbs that move money."""

AMOUNT: Final = (
    r"(?:(?:[$£€¥₹]|\b(?:usd|eur|gbp|rs\.?|rm|chf|aud|cad|hk\$|k) ?)\d[\d.,]*k?"
    r"|\b\d[\d.,]*k? ?(?:[$£€]|usd|eur|gbp|euros?|dollars?|pounds?|usdt|quid|bucks)(?:\b|\s))"
)
"""A sum of money with its currency."""

FEE: Final = (
    r"(?:(?:customs?|clear(?:ance|ing)|processing|release|re-?delivery|delivery|handling|admin(?:istration)?|activation"
    r"|transfer|insurance|courier|registration|verification|import|unlock(?:ing)?|withdrawal|legal|notary|refundable"
    r"|upfront|stamp|shipping|crate|booking|holding) )"
    r"{1,2}(?:fees?|charges?|dut(?:y|ies)|tax(?:es)?|costs?|bond|deposit|payment)"
)
"""A fee with a purpose that sounds official."""

BANK_DETAILS: Final = (
    r"(?:(?:bank(?:ing)?|account|payment|remittance|wire|ach)"
    r" (?:account )?(?:details?|information|info|coordinates|number)|iban|(?:bank )?account)"
)
"""Where money goes."""
