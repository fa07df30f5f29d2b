"""Charts drawn on the server: scales, drawings of each kind of chart, and the macros that write them as SVG.

A chart is complete without JavaScript, follows the portal's tokens and dark mode, and prints. Each has a title, one
sentence that says the main figure, a table with the same numbers, and its method. See the page « Charts » of the docs.
"""

from __future__ import annotations

from .figure import Chart, Column, Table
from .marks import NARROW, WIDE, Drawing, Frame

__all__ = ["NARROW", "WIDE", "Chart", "Column", "Drawing", "Frame", "Table"]
