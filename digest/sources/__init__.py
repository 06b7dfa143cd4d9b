"""Where papers enter: one file per source, all behind one protocol and one polite HTTP client."""

from digest.sources.protocol import Catalogue, Source

__all__ = ["Catalogue", "Source"]
