"""The figures as one HTML file that needs nothing beside it: charts as inline SVG, light and dark, no script."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from markupsafe import Markup

from digest.rendering.charts import columns
from digest.upkeep.stats.rows import COLUMNS, INTEREST_COLUMNS, interest_row, week_row
from digest.upkeep.stats.values import Stats, Week

_CHARTS: tuple[tuple[str, Callable[[Week], float]], ...] = (
    ("Papers", lambda week: week.papers),
    ("Editions", lambda week: week.editions),
    ("Mails sent", lambda week: week.mails),
    ("Votes", lambda week: week.liked + week.disliked),
    ("Bounces", lambda week: week.bounces),
    ("Readers who left", lambda week: week.left),
)
_STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --line: #d5d5d5; --bar: #0060a8 }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e4e4; --paper: #161616; --line: #444; --bar: #6ab7f5 } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper) }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1.5rem }
figure { margin: 0 } figure svg { color: var(--bar); border-bottom: 1px solid var(--line) }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child, td:first-child { text-align: left }
"""
_PAGE = Markup("""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body>
<h1>{title}</h1>
<p>{weeks} weeks up to {until} UTC. Weeks begin on Monday. Whether a mail was opened is not known to anybody.</p>
<div class="charts">{charts}</div>
<h2>By week</h2>
<div class="wide">{by_week}</div>
<h2>By interest</h2>
<p>Precision is the share of the papers brought that readers like by now.</p>
<div class="wide">{by_interest}</div>
</body>
</html>
""")


def page(found: Stats, *, name: str, now: datetime) -> str:
    """The whole file; `name` is the site's."""
    charts = [_chart(title, [value(week) for week in found.weeks]) for title, value in _CHARTS]
    precisions = [100 * (week.precision or 0.0) for week in found.weeks]
    charts.append(_chart("Precision, in percent", precisions, most=max([*precisions, 1.0])))
    return _PAGE.format(
        title=f"{name}: figures",
        style=Markup(_STYLE),  # noqa: S704 - written above
        weeks=len(found.weeks),
        until=f"{now:%Y-%m-%d %H:%M}",
        charts=Markup().join(charts),
        by_week=_table(COLUMNS, map(week_row, found.weeks)),
        by_interest=_table(INTEREST_COLUMNS, map(interest_row, found.interests)),
    )


def _chart(title: str, values: Sequence[float], *, most: float | None = None) -> Markup:
    label = f"{title} by week, the newest on the right: {', '.join(f'{value:g}' for value in values)}"
    return Markup("<figure>{chart}<figcaption>{title}</figcaption></figure>").format(
        chart=columns(values, label=label, most=most), title=title
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    lines = [_line("th", head), *(_line("td", row) for row in rows)]
    return Markup("<table>{lines}</table>").format(lines=Markup("\n").join(lines))


def _line(tag: str, cells: Sequence[str]) -> Markup:
    inner = Markup().join(Markup("<{tag}>{cell}</{tag}>").format(tag=Markup(tag), cell=cell) for cell in cells)  # noqa: S704 - one of two words
    return Markup("<tr>{inner}</tr>").format(inner=inner)
