"""The digest on the terminal or in a pipe."""

from typing import TextIO


def deliver(text: str, stream: TextIO) -> None:
    """Write the digest and see that it is out before anything is marked as told."""
    stream.write(text)
    stream.flush()
