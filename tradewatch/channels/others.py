"""The digest to anything that apprise knows (Teams, Telegram, …): an extra, `pip install 'tradewatch[apprise]'`."""

import hashlib
import logging

from tradewatch.errors import ConfigError, DeliveryError

URLS = "TRADEWATCH_APPRISE_URLS"


def name(url: str) -> str:
    """What a service is called where its address, a secret, must not stand."""
    return f"{url.partition(':')[0]}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def deliver(title: str, text: str, url: str) -> None:
    """Send plain text to one service; DeliveryError when it was not taken, which is all that apprise says."""
    try:
        import apprise
    except ModuleNotFoundError:
        raise ConfigError("the channel apprise needs its extra: pip install 'tradewatch[apprise]'.") from None
    for logger in ("apprise", "urllib3"):
        logging.getLogger(logger).setLevel(logging.CRITICAL + 1)  # their lines hold addresses
    service = apprise.Apprise()
    if not service.add(url):
        raise ConfigError(f"apprise does not know the address {name(url)} of {URLS}; see its list of services.")
    if not service.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT):
        raise DeliveryError(f"the service {name(url)} did not take the digest.")
