"""Unbiased linear CKA by mini-batches, for tests/evaluation/cka_test.ts.

    python tests/golden/cka.py

Needs NumPy alone. HSIC_1 is written as Song et al. (2012, equation 5) have it, with its three terms and products of
matrices of ones, in float64; CKA as Nguyen, Raghu and Kornblith (2021, equation 3) have it, where batches are of one size,
and weighted by the number of images where they are not. The biased CKA of all images, which is another number, shows that
the test can tell them apart.
"""

import json
from pathlib import Path

import numpy as np

rng = np.random.default_rng(7)


def hsic1(k, l):
    n = len(k)
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    one = np.ones((n, 1))
    terms = (
        np.trace(k @ l)
        + (one.T @ k @ one * (one.T @ l @ one)).item() / ((n - 1) * (n - 2))
        - 2 / (n - 2) * (one.T @ k @ l @ one).item()
    )
    return terms / (n * (n - 3))


def minibatch_cka(batches):
    count = len(batches[0])
    sums = np.zeros((count, count))
    for batch in batches:
        grams = [x @ x.T for x in batch]
        sums += len(batch[0]) * np.array([[hsic1(k, l) for l in grams] for k in grams])
    scale = np.sqrt(np.diag(sums))
    return sums / np.outer(scale, scale)


def biased_cka(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    return np.linalg.norm(x.T @ y) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)


latent = rng.normal(size=(27, 4))
features = [
    latent @ rng.normal(size=(4, 6)) + 3,
    np.maximum(latent @ rng.normal(size=(4, 5)), 0) + 0.3 * rng.normal(size=(27, 5)),
    rng.normal(size=(27, 3)),
]
# Numbers that JSON has as they are.
features = [np.round(x, 3) for x in features]


def cut(*sizes):
    ends = np.cumsum(sizes)
    return [[x[end - size : end] for x in features] for size, end in zip(sizes, ends)]


out = {
    "features": [x.tolist() for x in features],
    "whole": minibatch_cka(cut(27)).tolist(),
    "three batches of nine": minibatch_cka(cut(9, 9, 9)).tolist(),
    "batches of 12, 10 and 5": minibatch_cka(cut(12, 10, 5)).tolist(),
    "biased": [[biased_cka(x, y) for y in features] for x in features],
}
path = Path(__file__).with_name("cka.json")
path.write_text(json.dumps(out) + "\n")
