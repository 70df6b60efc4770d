"""Domains at which anybody can have a mailbox, and services that write for others.

Sources: the providers' own pages; the list of free mail domains of HubSpot (public, as of 2025) for the large ones.
"""

from __future__ import annotations

from typing import Final

_FREE_LIST = (
    "163.com aol.com att.net bluewin.ch bt.com comcast.net daum.net email.com fastmail.com foxmail.com free.fr"
    " freenet.de gmail.com googlemail.com home.nl hushmail.com icloud.com inbox.lv inbox.ru interia.pl kpnmail.nl"
    " laposte.net libero.it list.ru live.com mac.com mail.com mail.de mail.ee mail.ru mailbox.org me.com msn.com"
    " naver.com neuf.fr o2.pl onet.pl op.pl orange.fr outlook.com pm.me posteo.de proton.me protonmail.com qq.com"
    " rediffmail.com rocketmail.com rogers.com seznam.cz sfr.fr sky.com t-online.de talktalk.net telenet.be"
    " tutanota.com tuta.com verizon.net virgilio.it virginmedia.com wanadoo.fr web.de wp.pl ya.ru ymail.com"
    " ziggo.nl zoho.com zohomail.com"
)
_FREE: Final = frozenset(_FREE_LIST.split())
_FREE_LABELS: Final = frozenset({"gmx", "hotmail", "live", "outlook", "yahoo", "yandex"})
"""Providers with a domain in every country."""
_SERVICE_LIST = (
    "amazonses.com atlassian.net basecamp.com calendly.com constantcontact.com docusign.net dropboxsign.com"
    " eventbrite.com eventbritemail.com formspree.io freshdesk.com github.com gitlab.com groups.io helpscout.net"
    " hubspot.com intercom.io jotform.com klaviyomail.com list-manage.com mailchimp.com mailchimpapp.net"
    " mailgun.org mailjet.com mandrillapp.com mcsv.net meetup.com messagebird.com myshopify.com netlify.com"
    " patreon.com ringcentral.com salesforce.com sendgrid.net sendinblue.com shopifyemail.com slack.com"
    " sparkpostmail.com squarespace.com stripe.com substack.com surveymonkey.com tickettailor.com trello.com"
    " typeform.com wetransfer.com wix.com wordpress.com xero.com zendesk.com zoom.us"
)
_SERVICES: Final = frozenset(_SERVICE_LIST.split())


def is_free_mail(domain: str) -> bool:
    """Whether anybody can have a mailbox under this registered domain."""
    return domain in _FREE or domain.partition(".")[0] in _FREE_LABELS


def is_service(domain: str) -> bool:
    """Whether the registered domain is that of a service which writes in the name of its customers."""
    return domain in _SERVICES
