"""Text for pyarrow's CSV reader, in pieces that it cannot misunderstand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The text, its last line ended, in pieces that are not empty and do not cut a line end in two.

    The reader takes a piece that is but the second half of a line end for the end of the file.
    """
    waiting = b""
    for chunk in chunks:
        if waiting.endswith(b"\r") and chunk.startswith(b"\n"):
            waiting, chunk = waiting + b"\n", chunk[1:]
        if chunk:
            if waiting:
                yield waiting
            waiting = chunk
    if waiting:
        yield waiting if waiting.endswith((b"\r", b"\n")) else waiting + b"\n"


class PieceFile:
    """The least of a binary file that pyarrow asks for, over pieces; a piece is never cut while it fits a block."""

    closed = False

    def __init__(self, text: Iterator[bytes]) -> None:
        self._pieces = text
        self._rest = b""

    def read(self, size: int) -> bytes:
        """The next piece, or as much of it as was asked for; b"" at the end."""
        piece = self._rest or next(self._pieces, b"")
        self._rest = piece[size:]
        return piece[:size] if self._rest else piece

    def close(self) -> None:
        """Let go of the pieces."""
        self.closed = True
        self._pieces = iter(())
