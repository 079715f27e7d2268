"""The two bodies of a mail as bytes, cut where the reader's own token belongs (pure).

Both are lines that every mail server takes, in the form that DKIM's relaxed canonicalisation
leaves alone: what comes out is hashed and sent as it is.
"""

from binascii import b2a_qp

from tidings.rendering.slots import SLOT

MOST_ON_A_LINE = 700
"""Of 998 that are allowed: slots are filled with more than stood there."""
MOST_ON_A_QUOTED_LINE = 76

_SLOT = SLOT.encode()
_SOFT_BREAK = b"=\r\n"
_TAB, _BLANK = b"\x1e", b"\x1f"
_CONTROLS = bytes({*range(32), 127} - {10})
_BLANKED = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_BUT_TABS = _BLANKED[:9] + _TAB + _BLANKED[10:]


def quoted(text: str) -> list[bytes]:
    """Return a text in quoted-printable; each slot gets a line of its own, joined to the others.

    Of two blanks in a row the second is encoded, and so is every tab: mail servers may change what
    looks like mere white space, and the signature would break.
    """
    data = text.replace("\r\n", "\n").encode("utf-8", "replace").translate(_BUT_TABS)
    pieces = [_quoted(piece) for piece in data.replace(b"  ", b" " + _BLANK).split(_SLOT)]
    last = len(pieces) - 1
    return [
        (_SOFT_BREAK if place else b"")
        + (_with_room(piece) + _SOFT_BREAK if place < last else piece)
        for place, piece in enumerate(pieces)
    ]


def plain(html: str) -> list[bytes] | None:
    """Return HTML in ASCII, with numbers for other characters; None if a line would be too long.

    White space in a row becomes one blank, which in a mail's HTML means the same.
    """
    data = html.encode("ascii", "xmlcharrefreplace").translate(_BLANKED)
    data = data.replace(b" " * 8, b" ")  # indents, most of them: a pass less of the next
    while b"  " in data:
        data = data.replace(b"  ", b" ")
    lines = data.replace(b" \n", b"\n").split(b"\n")
    if max(map(len, lines)) > MOST_ON_A_LINE:
        lines = [part for line in lines for part in _broken(line)]
        if max(map(len, lines)) > MOST_ON_A_LINE:
            return None
    return b"\r\n".join(lines).split(_SLOT)


def _quoted(data: bytes) -> bytes:
    made = b2a_qp(data, istext=True).replace(b"=" + b"%X" % _TAB[0], b"=09")
    return made.replace(b"=" + b"%X" % _BLANK[0], b"=20").replace(b"\n", b"\r\n")


def _with_room(piece: bytes) -> bytes:
    """Return a piece whose last line has room for a soft break."""
    start = piece.rfind(b"\n") + 1
    if len(piece) - start < MOST_ON_A_QUOTED_LINE:
        return piece
    cut = -3 if piece[-3:-2] == b"=" else -1
    return piece[:cut] + _SOFT_BREAK + piece[cut:]


def _broken(line: bytes) -> list[bytes]:
    """Return a line in parts, as short as its blanks allow."""
    parts: list[bytes] = []
    while len(line) > MOST_ON_A_LINE and (cut := line.rfind(b" ", 1, MOST_ON_A_LINE)) > 0:
        parts.append(line[:cut])
        line = line[cut + 1 :]
    return [*parts, line]
