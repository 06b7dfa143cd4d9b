"""Where everything is kept."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """One database."""

    # sqlite:///FILE (relative to the configuration file) or postgresql://USER:PASSWORD@HOST/NAME
    url: str = field(default="sqlite:///paperround.db", metadata={"database": True, "or_file": True})
    busy_seconds: float = 60.0  # how long a writer waits for another one (SQLite)
