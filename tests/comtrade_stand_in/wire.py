"""Sending: chunked and packed as the real service does, and every way in which a connection can fail."""

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlencode

from comtrade_stand_in import answers
from comtrade_stand_in.answers import HEADERS, Answer
from comtrade_stand_in.faults import Plan

CHUNK = 1 << 16


def target(path: str, given: Mapping[str, str]) -> str:
    """What was asked, in one form: path and sorted parameters, without the key."""
    return f"{path}?{urlencode(sorted(given.items()), safe=',')}"


def refused(fault: str | None, plan: Plan) -> Answer | None:
    """The answer that a fault puts in place of the real one, if it does."""
    options = plan.options
    makers: dict[str, Callable[[], Answer]] = {
        "429": lambda: answers.too_many(int(options["retry_after"])),
        "403_quota": lambda: answers.out_of_quota(int(options["quota_seconds"])),
        "403_policy": answers.rejected,
        "401_invalid": answers.bad_key,
        "500": lambda: answers.broken(500),
        "503": lambda: answers.broken(503),
        "502_html": lambda: answers.gateway_page(502),
        "504_html": lambda: answers.gateway_page(504),
        "wrong_type": lambda: answers.web_page(200, "The resource you are looking for has been removed"),
        "gzip_bomb": lambda: answers.bomb(int(options["bomb_megabytes"])),
    }
    return makers[fault]() if fault is not None and fault in makers else None


def send(handler: BaseHTTPRequestHandler, answer: Answer, fault: str | None, plan: Plan) -> None:
    """Send an answer, or fail in the way of the fault."""
    time.sleep(plan.options["always_seconds"])
    if fault in ("latency", "timeout"):
        time.sleep(plan.options["latency_seconds" if fault == "latency" else "hang_seconds"])
    if fault in ("timeout", "reset"):
        _hang_up(handler, reset=fault == "reset")
        return
    if (fault == "short_page" or (fault == "silent_short_page" and _of_figures(handler.path))) and answer.rows:
        answer = answers.shortened(answer, silently=fault == "silent_short_page")
    try:
        _send(handler, answer, cut=fault == "cut_body", zipped=fault == "gzip_bomb")
    except (BrokenPipeError, ConnectionResetError):
        handler.close_connection = True


def _of_figures(path: str) -> bool:
    """Whether a path asks for figures: lists that came short and counted themselves right were never seen."""
    return any(f"/{name}/" in path.lower() for name in ("get", "gettariffline", "preview", "previewtariffline"))


def _hang_up(handler: BaseHTTPRequestHandler, *, reset: bool) -> None:
    """Close without a word; a reset is told to the other side at once."""
    if reset:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def _send(handler: BaseHTTPRequestHandler, answer: Answer, *, cut: bool, zipped: bool) -> None:
    zipped = zipped or "gzip" in handler.headers.get("Accept-Encoding", "").lower()
    handler.send_response(answer.status)
    headers = {"Content-Type": answer.content_type, "Transfer-Encoding": "chunked", "Vary": "Accept-Encoding"}
    for name, value in (headers | HEADERS | dict(answer.headers)).items():
        handler.send_header(name, value)
    if zipped:
        handler.send_header("Content-Encoding", "gzip")
    handler.end_headers()
    _send_chunks(handler, list(_pieces(answer.packed)) if zipped else list(answer.plain()), cut=cut)


def _pieces(body: bytes) -> Iterator[bytes]:
    return (body[start : start + CHUNK] for start in range(0, len(body), CHUNK))


def _send_chunks(handler: BaseHTTPRequestHandler, chunks: list[bytes], *, cut: bool) -> None:
    """The chunks and the last, empty one; a cut body stops in the middle and hangs up."""
    chunks = [chunk for chunk in chunks if chunk]
    if cut:
        middle = sum(map(len, chunks)) // 2
        chunks = [b"".join(chunks)[:middle]]
    for chunk in chunks:
        handler.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
    if cut:
        handler.close_connection = True
    else:
        handler.wfile.write(b"0\r\n\r\n")


def send_json(handler: BaseHTTPRequestHandler, value: object, status: int = 200) -> None:
    """An answer of the stand-in's own paths."""
    body = json.dumps(value).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
