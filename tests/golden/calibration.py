"""Calibration errors and scores, for tests/evaluation/calibration_test.ts.

    python tests/golden/calibration.py

Needs NumPy alone. Everything is written from the definitions: bins by np.digitize (bounds belong to the bin below) and by
np.array_split of the sorted confidences, the Brier score with one-hot labels, the negative log-likelihood in nats, in float64.
"""

import json
from pathlib import Path

import numpy as np

rng = np.random.default_rng(3)
IMAGES, CLASSES = 97, 4
labels = rng.integers(0, CLASSES, IMAGES)
# Right more often than not, and too sure of it.
scores = np.round(2.5 * (rng.normal(size=(IMAGES, CLASSES)) + 0.8 * np.eye(CLASSES)[labels]), 3)

probabilities = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
confidences = probabilities.max(1)
right = probabilities.argmax(1) == labels


def by_width(count):
    places = np.digitize(confidences, np.linspace(0, 1, count + 1)[1:-1], right=True)
    return [np.flatnonzero(places == b) for b in range(count)]


def by_mass(count):
    return np.array_split(np.argsort(confidences, kind="stable"), count)


def errors(bins):
    sizes = np.array([len(own) for own in bins])
    gaps = np.array([abs(right[own].mean() - confidences[own].mean()) if len(own) else 0 for own in bins])
    return {"ece": float((gaps * sizes).sum() / IMAGES), "mce": float(gaps.max()), "sizes": sizes.tolist()}


out = {
    "scores": scores.tolist(),
    "labels": labels.tolist(),
    "width": {str(count): errors(by_width(count)) for count in (1, 5, 15)},
    "mass": {str(count): errors(by_mass(count)) for count in (1, 6, 15)},
    "brier": float(((probabilities - np.eye(CLASSES)[labels]) ** 2).sum(1).mean()),
    "nll": float(-np.log(probabilities[np.arange(IMAGES), labels]).mean()),
    "confidence": float(confidences.mean()),
    "accuracy": float(right.mean()),
}
path = Path(__file__).with_name("calibration.json")
path.write_text(json.dumps(out) + "\n")
