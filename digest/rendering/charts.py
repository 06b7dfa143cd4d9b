"""Pictures of numbers as inline SVG: attributes only, so that the strictest policy shows them (CSP), in the colour of
the text around them. Numbers in, markup out; what they show stands in a table beside them.
"""

from collections.abc import Sequence

from markupsafe import Markup

COLUMN, GAP, HEIGHT = 10, 3, 48  # of a picture of columns, in its own units
_BAR_LENGTH, _BAR_HEIGHT = 100, 10


def columns(values: Sequence[float], *, label: str, most: float | None = None) -> Markup:
    """One column for each value, 0 or more, from left to right; the highest, or `most`, as high as the picture.

    `label` says what is shown. It stretches to the width of where it stands.
    """
    top = max([*values, 1]) if most is None else max(most, 1)
    width = len(values) * (COLUMN + GAP) - GAP if values else COLUMN
    shapes = Markup().join(_column(place, value / top) for place, value in enumerate(values))
    return Markup(
        '<svg role="img" viewBox="0 0 {width} {height}" width="100%" height="{height}" preserveAspectRatio="none"'
        ' fill="currentColor"><title>{label}</title>{shapes}</svg>'
    ).format(width=width, height=HEIGHT, label=label, shapes=shapes)


def bar(value: float, *, most: float) -> Markup:
    """One bar for a value of 0 to `most`, which is as long as the picture; the number is to stand beside it."""
    length = _whole(_BAR_LENGTH * min(value / most, 1) if most > 0 else 0)
    return Markup(
        '<svg aria-hidden="true" viewBox="0 0 {full} {height}" width="100%" height="{height}"'
        ' preserveAspectRatio="none" fill="currentColor"><rect width="{length}" height="{height}"/></svg>'
    ).format(full=_BAR_LENGTH, height=_BAR_HEIGHT, length=length)


def _column(place: int, share: float) -> Markup:
    height = _whole(HEIGHT * min(share, 1))
    if not height:
        return Markup("")
    return Markup('<rect x="{x}" y="{y}" width="{width}" height="{height}"/>').format(
        x=place * (COLUMN + GAP), y=HEIGHT - height, width=COLUMN, height=height
    )


def _whole(length: float) -> int:
    """A length in whole units; never nothing for what is more than nothing."""
    return max(round(length), 1) if length > 0 else 0
