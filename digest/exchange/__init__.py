"""Exchange: papers as files for programs that manage references."""

from digest.exchange.bibtex import bibtex, citation_key
from digest.exchange.ris import ris

__all__ = ["bibtex", "citation_key", "ris"]
