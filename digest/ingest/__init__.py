"""Ingest: sources → store, closing each day's batch."""

from digest.ingest.backfill import Backfilled, backfill
from digest.ingest.day import Ingested, ingest, wanted
from digest.ingest.harvest import Harvest, Progress
from digest.ingest.single import fetch

__all__ = ["Backfilled", "Harvest", "Ingested", "Progress", "backfill", "fetch", "ingest", "wanted"]
