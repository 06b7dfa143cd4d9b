"""Where the files that travel beside the code are: inside the package when installed, beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """The path of `templates` or `config.example.toml`."""
    installed = _PACKAGE / name
    return installed if installed.exists() else _PACKAGE.parent / name
