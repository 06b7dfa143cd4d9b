"""Charts as SVG, in a few lines: text that a screen reader finds, no script, colours that print in grey.

A chart is drawn from panels: curves over x, or one interval a line. All text is escaped.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from digest.relevance.measures import Interval

# Okabe & Ito's colours, which the colour-blind tell apart; dashes tell them apart in grey.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_DASHES = ("", "6 3", "2 3", "8 3 2 3", "12 4", "4 2", "1 2")
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _LEGEND = 720, 340, 60, 46, 48, 18  # pixels
_ROW = 30  # pixels from interval to interval
_NAMES = 170  # pixels for their names
_TICKS = 6  # on an axis, at most one more
_FINEST = 1e-12  # what values are apart at least to be drawn apart; less is rounding


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through points."""

    name: str
    points: Sequence[tuple[float, float]]


def curves(
    title: str,
    description: str,
    found: Sequence[Curve],
    *,
    x: str,
    y: str,
    marks: Sequence[tuple[float, str]] = (),
    y_from_zero: bool = True,
) -> str:
    """A line chart; `marks` are named places on x."""
    points = [point for curve in found for point in curve.points]
    across = _Scale([each for each, _ in points], _LEFT, _WIDTH - 20)
    up = _Scale([*(each for _, each in points), *([0.0] if y_from_zero else [])], _HEIGHT - _BOTTOM, _TOP)
    height = _HEIGHT + _LEGEND * len(found)
    parts = [
        *_axes(across, up, x, y),
        *(_mark(across(place), name) for place, name in marks),
        *(part for number, curve in enumerate(found) for part in _curve(number, curve, across, up)),
    ]
    return _document(title, description, parts, height)


def intervals(title: str, description: str, found: Sequence[tuple[str, Interval]], *, x: str) -> str:
    """One dot and one bar a line: a mean and its interval."""
    edges = [edge for _, each in found for edge in (each.low, each.high)]
    across = _Scale([0.0, *edges], _NAMES, _WIDTH - 70)
    bottom = _TOP + _ROW * len(found)
    parts = [*_ticks_below(across, _TOP, bottom), _text(_WIDTH / 2, bottom + 36, x, "middle")]
    for number, (name, each) in enumerate(found):
        y, colour = _TOP + _ROW * (number + 0.5), COLOURS[number % len(COLOURS)]
        low, high, mean = across(each.low), across(each.high), across(each.mean)
        parts += [
            _text(_NAMES - 12, y + 4, name, "end"),
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{colour}" stroke-width="3"/>',
            f'<circle cx="{mean:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>',
            _text(_WIDTH - 62, y + 4, f"{each.mean:.3f}"),
        ]
    return _document(title, description, parts, bottom + _BOTTOM)


class _Scale:
    """Values to pixels, with a little room."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self.low, self.high = min(values, default=0.0), max(values, default=1.0)
        if self.high - self.low < _FINEST:
            self.high = self.low + 1
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """Round values, and as they are written: the multiples of 1, 2 or 5 times a power of ten."""
        least = (self.high - self.low) / _TICKS
        ten = 10 ** math.floor(math.log10(least))
        step = next(each * ten for each in (1, 2, 5, 10) if each * ten >= least)
        digits = max(0, -math.floor(math.log10(step)))
        numbers = range(math.ceil(self.low / step), math.floor(self.high / step) + 1)
        return [(number * step, f"{number * step:.{digits}f}") for number in numbers]


def _axes(across: _Scale, up: _Scale, x: str, y: str) -> Iterator[str]:
    yield from _ticks_below(across, _TOP, _HEIGHT - _BOTTOM)
    for tick, written in up.ticks():
        yield _text(_LEFT - 8, up(tick) + 4, written, "end")
        yield f'<line x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{up(tick):.1f}" y2="{up(tick):.1f}" stroke="#ddd"/>'
    yield _text(_WIDTH / 2, _HEIGHT - 8, x, "middle")
    yield _text(_LEFT - 48, _TOP - 8, y)


def _ticks_below(across: _Scale, top: float, bottom: float) -> Iterator[str]:
    for tick, written in across.ticks():
        at = across(tick)
        yield f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top}" y2="{bottom}" stroke="#eee"/>'
        yield _text(at, bottom + 16, written, "middle")


def _curve(number: int, curve: Curve, across: _Scale, up: _Scale) -> Iterator[str]:
    colour, dashes = COLOURS[number % len(COLOURS)], _DASHES[number % len(_DASHES)]
    line = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in curve.points)
    look = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
    yield f'<polyline points="{line}" {look}/>'
    y = _HEIGHT + _LEGEND * number + 8
    yield f'<line x1="{_LEFT}" x2="{_LEFT + 36}" y1="{y - 4}" y2="{y - 4}" {look}/>'
    yield _text(_LEFT + 44, y, curve.name)


def _mark(at: float, name: str) -> str:
    line = f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}" stroke="#666"/>'
    return line + _text(at + 4, _TOP + 12, name)


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _document(title: str, description: str, parts: Sequence[str], height: float) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img"'
        ' aria-labelledby="title description" font-family="sans-serif" font-size="12">'
    )
    named = f'<title id="title">{escape(title)}</title><desc id="description">{escape(description)}</desc>'
    back = f'<rect width="{_WIDTH}" height="{height:.0f}" fill="#fff"/>'
    heading = f'<text x="12" y="22" font-size="15" font-weight="bold">{escape(title)}</text>'
    return "\n".join([head, named, back, heading, *parts, "</svg>", ""])
