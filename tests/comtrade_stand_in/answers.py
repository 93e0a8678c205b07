"""Answers as they go over the wire: envelopes, the documented refusals word for word, and the headers of recordings."""

import html
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=iso-8859-1"
PACKED = 1
"""Level of compression: answers are many and never kept."""

HEADERS = {
    "Request-Context": "appId=cid-v1:00000000-0000-0000-0000-000000000000",
    "x-frame-options": "deny",
    "X-Content-Type-Options": "nosniff",
    "X-XSS-Protection": "1;mode=block",
    "strict-transport-security": "max-age=31536000;includeSubDomains",
    "content-security-policy": "frame-src 'self'",
    "x-permitted-cross-domain-policies": "none",
    "Referrer-Policy": "no-referrer-when-downgrade",
}
"""Sent with every answer, as in the recordings of 2024 and 2025."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: status, gzip body, type, further headers, and the rows it holds (for the log)."""

    status: int
    packed: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0

    def plain(self) -> Iterator[bytes]:
        """The body without gzip, in pieces."""
        unpacking = zlib.decompressobj(31)
        for start in range(0, len(self.packed), 1 << 16):
            yield unpacking.decompress(self.packed[start : start + (1 << 16)])
        yield unpacking.flush()


def packed(pieces: Iterable[bytes]) -> bytes:
    """Gzip of the joined pieces."""
    packing = zlib.compressobj(PACKED, zlib.DEFLATED, 31)
    body = bytearray()
    for piece in pieces:
        body += packing.compress(piece)
    return bytes(body + packing.flush())


def page(rows: list[str], count: int) -> Answer:
    """An envelope with rows that are JSON already; `count` is what it says of itself."""
    return Answer(200, packed(_enveloped(rows, count)), rows=len(rows))


def _enveloped(rows: list[str], count: int) -> Iterator[bytes]:
    yield f'{{"elapsedTime":"0.09 secs","count":{count},"data":['.encode()
    for start in range(0, len(rows), 1000):
        joined = ",".join(rows[start : start + 1000])
        yield (f",{joined}" if start else joined).encode()
    yield b'],"error":""}'


def listed(rows: list[dict[str, Any]]) -> Answer:
    """An envelope with rows of availability, metadata or bulk files."""
    return page([json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows], len(rows))


def shortened(answer: Answer, silently: bool) -> Answer:
    """The answer without a third of its rows; `silently` with a count to match."""
    envelope = json.loads(b"".join(answer.plain()))
    rows = envelope["data"][: len(envelope["data"]) * 2 // 3]
    count = len(rows) if silently else envelope["count"]
    return replace(answer, packed=packed([_compact(envelope | {"data": rows, "count": count})]), rows=len(rows))


def invalid(names: Iterable[str]) -> Answer:
    """400: parameters that cannot be what they should."""
    objects = [{"MemberNames": [name], "ErrorMessage": f"The field {name} is invalid"} for name in names]
    head = {"elapsedTime": "0 secs", "count": -1, "data": [], "error": "Invalid parameter value"}
    return _of(400, head | {"errorObject": objects})


def keyless() -> Answer:
    """401: no key where one is needed."""
    ask = "Make sure to include subscription key when making requests to an API."
    return _gateway(401, f"Access denied due to missing subscription key. {ask}")


def bad_key() -> Answer:
    """401: a key that is none."""
    ask = "Make sure to provide a valid key for an active subscription."
    return _gateway(401, f"Access denied due to invalid subscription key. {ask}")


def out_of_quota(seconds: int) -> Answer:
    """403: the day's calls are gone; replenished in [d.]hh:mm:ss."""
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    text = f"Out of call volume quota. Quota will be replenished in {f'{days}.{clock}' if days else clock}."
    return _gateway(403, text, {"Retry-After": str(seconds)})


def rejected() -> Answer:
    """403: the service is switched off, as preview was for some months (the status is inferred, the text is not)."""
    return _gateway(403, "All calls are rejected by policy.")


def no_such_path() -> Answer:
    """404: a wrong path; the gateway never says "needs a key" there."""
    return _gateway(404, "Resource not found")


def too_many(seconds: int) -> Answer:
    """429: too fast; a negative wait stands for an answer without Retry-After."""
    headers = {"Retry-After": str(seconds)} if seconds >= 0 else {}
    return _gateway(429, f"Rate limit is exceeded. Try again in {max(seconds, 0)} seconds.", headers)


def too_long() -> Answer:
    """414: an address of more than 4,096 characters."""
    return web_page(414, "Request URL Too Long")


def broken(status: int) -> Answer:
    """500 and 503: the service behind the gateway failed (the text is inferred)."""
    return _gateway(status, "Internal server error" if status == 500 else "Service Unavailable")


def web_page(status: int, title: str) -> Answer:
    """A page for people, as gateways answer in place of JSON."""
    title = html.escape(title)
    body = f"<!DOCTYPE html>\r\n<html><head><title>{title}</title></head><body><h2>{title}</h2></body></html>\r\n"
    return Answer(status, packed([body.encode("latin-1")]), HTML)


def gateway_page(status: int) -> Answer:
    """502 and 504 in HTML."""
    said = {502: "Web server received an invalid response while acting as a gateway or proxy server."}
    return web_page(status, f"{status} - {said.get(status, 'Gateway timed out.')}")


@lru_cache(maxsize=2)
def bomb(megabytes: int) -> Answer:
    """A small gzip body that unpacks to a JSON text of so many megabytes."""
    pieces = (b" " * (1 << 20) for _ in range(megabytes))
    return Answer(200, packed((b'{"elapsedTime":"0.09 secs","count":0,"data":[', *pieces, b'],"error":""}')))


def _gateway(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    return _of(status, {"statusCode": status, "message": message}, headers)


def _of(status: int, body: object, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, packed([_compact(body)]), headers=headers or {})


def _compact(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
