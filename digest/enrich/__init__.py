"""Enrich: what is known of papers and authors besides their text."""

from digest.enrich.signals import Enriched, enrich

__all__ = ["Enriched", "enrich"]
