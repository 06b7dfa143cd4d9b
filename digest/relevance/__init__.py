"""Ranking: text to counted terms, a model of recent papers, one kernel for all readers, and reasons that add up.

The way of a paper: text, model, space, scoring, ranking, selection, reasons. Beside it: what papers are measured by
(novelty, trends, merit, summary), and what rankings are measured by (measures, calibration, rivals).
"""
