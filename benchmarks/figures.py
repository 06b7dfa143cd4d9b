"""What `python -m benchmarks all` says: a row for each stage, ours beside the peer, the limit and the aim.

Rows come in; a table, JSON and a drawing go out.
"""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from html import escape
from math import log10
from pathlib import Path

from benchmarks.growth import Grown

_BAR, _LINE, _LEFT, _RIGHT = 12, 58, 370, 250  # pixels of the chart
_WIDE = 560  # pixels between the smallest and the largest value
_COLOURS = {"ours": "#0b6e99", "peer": "#b0b7bd", "limit": "#e0c068"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stage."""

    stage: str
    unit: str  # of `ours`, `peer` and `limit`, such as "mails/s"
    ours: float
    peer: float | None = None  # what people use today, in the same run
    peer_name: str = ""
    limit: float | None = None  # what nobody can beat
    limit_name: str = ""
    ratio_wanted: float | None = None
    most: float | None = None  # that `ours` may be
    least: float | None = None  # that it must be
    is_cost: bool = False  # the less, the better
    cpu: float = 0.0  # seconds of the whole stage, all processes, the peer's counted in
    memory: float = 0.0  # MiB, the most at one moment, over all processes

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer."""
        if self.peer is None:
            return None
        return self.peer / self.ours if self.is_cost else self.ours / self.peer

    @property
    def is_missed(self) -> bool:
        """Whether it is less than what is aimed at."""
        too_much = self.most is not None and self.ours > self.most
        too_little = self.least is not None and self.ours < self.least
        return too_much or too_little or (self.ratio_wanted is not None and (self.ratio or 0.0) < self.ratio_wanted)

    @property
    def aim(self) -> str:
        told = [f"≥ {self.ratio_wanted:,.0f} x"] if self.ratio_wanted is not None else []
        told += [f"≤ {self.most:g}"] if self.most is not None else []
        return ", ".join([*told, *([f"≥ {self.least:,g}"] if self.least is not None else [])])


def machine() -> str:
    """What it was measured on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {memory / 2**20:.0f} GiB, {platform.system()}, CPython {platform.python_version()}"


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text().splitlines()
    except OSError:
        return []


def table(rows: Sequence[Row]) -> str:
    """All rows as Markdown."""
    head = ("stage", "ours", "people use today", "ratio", "limit", "aim", "CPU", "memory")
    lines = [head, ("---",) * len(head), *map(_cells, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.stage,
        f"{_figure(row.ours)} {row.unit}",
        f"{row.peer_name} {_figure(row.peer)}" if row.peer is not None else "",
        f"{row.ratio:,.1f} x" if row.ratio is not None else "",
        f"{row.limit_name} {_figure(row.limit)}" if row.limit is not None else "",
        f"{row.aim}, **missed**" if row.is_missed else row.aim,
        f"{row.cpu:,.1f} s",
        f"{row.memory:,.0f} MiB",
    )


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def written(rows: Sequence[Row], grown: Sequence[Grown], file: Path, *, now: datetime) -> None:
    """All of it as JSON."""
    stages = [asdict(row) | {"ratio": row.ratio, "is_missed": row.is_missed} for row in rows]
    growth = [asdict(row) | {"is_missed": row.is_missed} for row in grown]
    whole = {"measured": now.isoformat(), "machine": machine(), "stages": stages, "growth": growth}
    file.write_text(json.dumps(whole, indent=1) + "\n")


def chart(rows: Sequence[Row]) -> str:
    """An SVG of all rows that have a peer or a limit: bars on a logarithmic scale of their own."""
    shown = [row for row in rows if row.peer is not None or row.limit is not None]
    height = _LINE * len(shown) + 20
    drawn = "".join(_drawn(row, _LINE * place + 20) for place, row in enumerate(shown))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDE + _RIGHT}" height="{height}" role="img"'
        f' font-family="sans-serif" font-size="12"><title>Ours beside what people use today</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>{drawn}</svg>\n'
    )


def _drawn(row: Row, top: int) -> str:
    told = [("ours", row.ours, "ours"), ("peer", row.peer, row.peer_name), ("limit", row.limit, row.limit_name)]
    values = [(kind, value, name) for kind, value, name in told if value]
    least = min(value for _, value, _ in values)
    most = max(value for _, value, _ in values)
    decades = max(log10(most / least), 1.0) + 0.5
    parts = [f'<text x="8" y="{top + _BAR}" font-weight="bold">{escape(row.stage)}, {escape(row.unit)}</text>']
    for line, (kind, value, name) in enumerate(values):
        length = round(_WIDE * (log10(value / least) + 0.5) / decades)
        y = top + line * (_BAR + 3)
        parts.append(f'<rect x="{_LEFT}" y="{y}" width="{length}" height="{_BAR}" fill="{_COLOURS[kind]}"/>')
        parts.append(f'<text x="{_LEFT + length + 4}" y="{y + _BAR - 2}">{escape(name)} {_figure(value)}</text>')
    return "".join(parts)
