"""Lambert-93 (RGF93, EPSG:2154): the projection of French maps, from longitude and latitude to metres.

Formulas and constants: IGN, « Projection cartographique conique conforme de Lambert », NT/G 71.
"""

from __future__ import annotations

import math

_EXCENTRICITY = 0.0818191910428158
_EXPONENT = 0.7256077650532670
_CONSTANT = 11_754_255.4261
_X_POLE = 700_000.0
_Y_POLE = 12_655_612.0499
_MERIDIAN = 3.0


def lambert93(longitude: float, latitude: float) -> tuple[float, float]:
    """Return (x, y) in metres of a point given in degrees (WGS84)."""
    phi = math.radians(latitude)
    skew = _EXCENTRICITY * math.sin(phi)
    isometric = math.log(math.tan(math.pi / 4 + phi / 2) * ((1 - skew) / (1 + skew)) ** (_EXCENTRICITY / 2))
    radius = _CONSTANT * math.exp(-_EXPONENT * isometric)
    angle = _EXPONENT * math.radians(longitude - _MERIDIAN)
    return _X_POLE + radius * math.sin(angle), _Y_POLE - radius * math.cos(angle)
