"""The server of real listings with an index by day: the same answers, without a look at every paper for each."""

import importlib.util
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any


def main() -> None:
    spec = importlib.util.spec_from_file_location("replay", Path(sys.argv.pop(1)))
    assert spec is not None
    assert spec.loader is not None
    replay: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(replay)

    def harvested(library: Any, first: str, last: str) -> list[dict[str, Any]]:
        """What has a datestamp in the window was listed or changed in it, or on the day before."""
        last = min(last, library.today.isoformat())
        since = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
        days = [day for source in (library.by_day, library.changed_on) for day in source if since <= day <= last]
        ids = {i for source in (library.by_day, library.changed_on) for day in days for i in source.get(day, ())}
        found = [p for p in map(library.as_of_today, ids) if p and first <= p["datestamp"] <= last]
        return sorted(found, key=lambda p: (p["datestamp"], p["id"]))

    replay.Library.harvested = harvested
    replay.main()


if __name__ == "__main__":
    main()
