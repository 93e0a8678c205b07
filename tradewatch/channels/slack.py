"""The digest in a Slack channel, through an incoming webhook, whose address is a secret and is shown nowhere."""

import logging

import httpx

from tradewatch.channels import Doubtful, NotNow, patiently
from tradewatch.errors import ConfigError, DeliveryError
from tradewatch.files import plain

WEBHOOK = "TRADEWATCH_SLACK_WEBHOOK"


def deliver(body: str, webhook: str, seconds: float = 20.0) -> None:
    """
    Post a message (JSON); returns once Slack took it. Waits as Slack asks (429), and tries again what may pass.

    Raises DeliveryError when Slack refuses it, Doubtful when no answer came after all was sent: Slack cannot tell a
    repetition, so only the next run tries again, and says so in the message.
    """
    address = _address(webhook)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it logs the address
    with httpx.Client(timeout=seconds) as client:
        patiently(lambda: _post(client, address, body))


def _address(webhook: str) -> httpx.URL:
    try:
        address = httpx.URL(webhook)
    except httpx.InvalidURL:
        address = httpx.URL("")
    if address.scheme != "https" and address.host not in ("127.0.0.1", "localhost"):
        raise ConfigError(f"{WEBHOOK} is expected to hold an address that begins with https://; it does not.")
    return address


def _post(client: httpx.Client, address: httpx.URL, body: str) -> None:
    try:
        answer = client.post(address, content=body.encode(), headers={"Content-Type": "application/json"})
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as problem:
        raise NotNow(f"Slack cannot be reached ({type(problem).__name__}).") from None
    except httpx.HTTPError as problem:
        raise Doubtful(
            f"Slack gave no answer ({type(problem).__name__}); the next run sends the message again."
        ) from None
    if answer.status_code == httpx.codes.OK:
        return
    sentence = f"Slack answers {answer.status_code}: {plain(answer.text)[:200].replace(str(address), '…')}"
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise NotNow(sentence, _seconds(answer.headers.get("retry-after", "")))
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise NotNow(sentence)
    raise DeliveryError(sentence)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else 1.0
