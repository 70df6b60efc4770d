"""A bag of words with logistic regression on the same rows: what the network must beat to be worth its size."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sources import Row

Floats = NDArray[np.float64]


def fit_bag_of_words(trained: Iterable[Row]) -> Callable[[Iterable[str]], Floats]:
    """Train on the rows that know `risk`. Returns what gives the decision value of each of some texts."""
    known = [row for row in trained if "risk" in row.labels]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_features=60_000)
    matrix = vectorizer.fit_transform(row.text for row in known)
    model = LogisticRegression(C=4.0, max_iter=1000, class_weight="balanced")
    model.fit(matrix, [row.labels["risk"] for row in known])
    return lambda texts: np.asarray(model.decision_function(vectorizer.transform(texts)))
