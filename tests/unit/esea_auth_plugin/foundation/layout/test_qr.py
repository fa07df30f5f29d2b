"""QR codes inside pages: readable, named, and nothing of what they say is markup."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode import QRCode

from esea_auth_plugin.foundation.layout.qr import qr_svg


def drawn(svg: str) -> set[tuple[int, int]]:
    """Return the dark modules of a drawing."""
    found = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        found |= {(int(x) + step, int(y)) for step in range(int(width))}
    return found


def test_what_is_drawn_is_the_code_with_its_white_border() -> None:
    code = QRCode(border=4, error_correction=0)
    code.add_data("otpauth://totp/x?secret=A")
    code.make()
    expected = {(x, y) for y, row in enumerate(code.get_matrix()) for x, dark in enumerate(row) if dark}
    assert drawn(qr_svg("otpauth://totp/x?secret=A", "QR code")) == expected


@given(st.text(max_size=40))
@settings(max_examples=25)
def test_a_name_is_no_markup_and_the_content_appears_nowhere(label: str) -> None:
    svg = qr_svg("contenu-secret", label)
    assert svg.count("<") == 4
    assert "contenu-secret" not in svg
    assert "style" not in svg.replace(label, "")
