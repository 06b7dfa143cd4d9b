"""Ranking: text to terms, a TF-IDF model of recent papers, profiles, scores that are sums of reasons, selection.

Recipe 1 throughout: unigrams and bigrams, title counted twice, 1 + ln tf, smoothed idf, terms of at least two
papers, English stop words, unit length; a profile is the mean of what is liked minus the mean of the background.
"""
