"""Box plots: how values are spread in each category."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .axes import over_names, plot
from .marks import Drawing, Frame, Path, Rect, Spot, coordinate
from .scales import Band


@dataclass(frozen=True, slots=True)
class Box:
    """The spread of one category: 10th, 25th, 50th, 75th and 90th percentile; ``None`` where there is no value."""

    label: str
    percentiles: tuple[float, float, float, float, float] | None


def box_plot(frame: Frame, boxes: Sequence[Box], write: Callable[[float], str]) -> Drawing:
    """Return a box from the 25th to the 75th percentile, with whiskers to the 10th and the 90th."""
    across = over_names([box.label for box in boxes])
    values = [value for box in boxes for value in box.percentiles or ()]
    drawing, area, up = plot(frame, across, values, write)
    band = Band(len(boxes), area.left, area.right, 0.35)
    for index, box in enumerate(boxes):
        x, width, middle = band.at(index), band.width, coordinate(band.middle(index))
        told, anchor = "pas de donnée", area.bottom
        if box.percentiles is not None:
            p10, p25, p50, p75, p90 = (up.at(value) for value in box.percentiles)
            drawing.add(
                Path(
                    f"M{middle} {coordinate(p10)}V{coordinate(p25)}M{middle} {coordinate(p75)}V{coordinate(p90)}",
                    "chart-whisker",
                ),
                Rect(x, p75, width, max(p25 - p75, 1), "chart-box chart-1", 2),
                Path(f"M{coordinate(x)} {coordinate(p50)}H{coordinate(x + width)}", "chart-median"),
            )
            names = ("P10", "P25", "médiane", "P75", "P90")
            told = " ; ".join(
                f"{name}\u00a0: {write(value)}" for name, value in zip(names, box.percentiles, strict=True)
            )
            anchor = p50
        spot = Spot(
            area.left + index * band.pitch,
            area.top,
            band.pitch,
            area.height,
            f"{box.label} – {told}",
            (band.middle(index), anchor),
        )
        drawing.spots.append(spot)
    return drawing
