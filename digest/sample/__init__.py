"""Ninety invented papers and a small arXiv on this machine that announces them, for the demonstration and the tests."""

from digest.sample.papers import SamplePaper, SampleVersion, papers
from digest.sample.server import SampleArxiv

__all__ = ["SampleArxiv", "SamplePaper", "SampleVersion", "papers"]
