"""Paperround: a self-hosted daily paper digest. The way of a paper is drawn in docs/ARCHITECTURE.md."""

__version__ = "0.1.0"
