"""Where papers enter: one file per source, all behind one protocol and one polite HTTP client."""

from digest.sources.protocol import Source

__all__ = ["Source"]
