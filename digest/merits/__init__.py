"""Measuring papers: how new their words are, what speaks for them, and which terms rise among them."""

from digest.merits.appraisal import Appraisal, NoveltyPlace, Similar, appraise
from digest.merits.measuring import Measured, Progress, measure
from digest.merits.rise import RisingWeek, rising_terms

__all__ = [
    "Appraisal",
    "Measured",
    "NoveltyPlace",
    "Progress",
    "RisingWeek",
    "Similar",
    "appraise",
    "measure",
    "rising_terms",
]
