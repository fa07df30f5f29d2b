"""QR codes as SVG inside a page: no picture's address, no inline style, black on white in dark mode too."""

from __future__ import annotations

from markupsafe import Markup
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

#: White modules around the code (ISO/IEC 18004 asks for four).
_BORDER = 4


def qr_svg(content: str, label: str) -> Markup:
    """Return the code of a text. It is always doubled by something to type: ``label`` only names it (RGAA 1.1)."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=_BORDER)
    code.add_data(content)
    code.make(fit=True)
    rows = code.get_matrix()
    size = len(rows)
    path = "".join(_runs(row, y) for y, row in enumerate(rows))
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<rect class="qr-paper" width="{0}" height="{0}"/><path class="qr-ink" d="{2}"/></svg>'
    ).format(size, label, path)


def _runs(row: list[bool], y: int) -> str:
    """Return the dark runs of a row as rectangles of a path."""
    found, x = [], 0
    while x < len(row):
        start = x
        while x < len(row) and row[x]:
            x += 1
        if x > start:
            found.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
        x = max(x, start + 1)
    return "".join(found)
