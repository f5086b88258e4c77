"""Writes features.json: what scikit-learn computes from features, to compare ours with.

Run with scikit-learn installed: python tests/golden/features.py
"""

import json
import pathlib

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

CLASSES, WIDTH = 5, 12


def images(first, count):
    """Features and classes that tests/evaluation/golden.ts makes too: the same to the last bit."""
    i = np.arange(first, first + count)[:, None]
    j = np.arange(WIDTH)[None, :]
    labels = (3 * i[:, 0] + i[:, 0] // 7) % CLASSES
    features = (i * 7919 + j * 10473 + i * i * (j + 3) * 31) % 97 / 64
    features[np.arange(count), labels * 2] += 0.5
    return features * (1 + j), labels


train, labels = images(0, 120)
test, _ = images(1000, 40)

knn = {}
for k in (1, 7, 20):
    for name, weights in {
        "uniform": "uniform",
        "exponential": lambda distance: np.exp((1 - distance) / 0.07),
    }.items():
        model = KNeighborsClassifier(k, weights=weights, metric="cosine", algorithm="brute")
        knn[f"{name} {k}"] = model.fit(train, labels).predict_proba(test).tolist()

probe = {}
for standardize in (True, False):
    scaler = StandardScaler(with_mean=standardize, with_std=standardize).fit(train)
    for l2 in (1, 0.01, 0.0001):
        model = LogisticRegression(C=1 / (l2 * len(train)), solver="newton-cholesky", tol=1e-12)
        model.fit(scaler.transform(train), labels)
        logits = model.decision_function(scaler.transform(test))
        # Adding a number to all logits of an image changes nothing.
        logits -= logits.mean(1, keepdims=True)
        probe[f"{'standardized' if standardize else 'as given'} {l2}"] = logits.tolist()

path = pathlib.Path(__file__).with_name("features.json")
path.write_text(json.dumps({"knn": knn, "probe": probe}) + "\n")
