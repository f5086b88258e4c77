"""Mini-batch CKA as the published package torch_cka computes it, for tests/evaluation/cka_test.ts.

    pip install torch_cka==0.21 matplotlib tqdm
    python tests/golden/cka_published.py

Needs PyTorch and torch_cka 0.21 (A. Subramanian, https://github.com/AntixK/PyTorch-Model-Compare). The features are those of
cka.json, which tests/golden/cka.py writes. A "model" takes its columns out of rows that hold the features of all; the package
itself runs them over the batches, estimates HSIC and adds up, in float64. Its batches are all of one size.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset
from torch_cka import CKA

torch.set_default_dtype(torch.float64)
here = Path(__file__)
features = [np.array(x) for x in json.loads(here.with_name("cka.json").read_text())["features"]]
ends = np.cumsum([x.shape[1] for x in features])
rows = torch.tensor(np.concatenate(features, 1))


class Columns(torch.nn.Module):
    def __init__(self):
        super().__init__()
        for i in range(len(features)):
            setattr(self, f"net{i}", torch.nn.Identity())

    def forward(self, x):
        for i, own in enumerate(features):
            getattr(self, f"net{i}")(x[:, ends[i] - own.shape[1] : ends[i]])


def similarities(size):
    layers = [f"net{i}" for i in range(len(features))]
    cka = CKA(Columns(), Columns(), "a", "b", layers, layers)
    loader = DataLoader(TensorDataset(rows), batch_size=size)
    cka.compare(loader, loader)
    return cka.export()["CKA"].tolist()


out = {"torch": torch.__version__, "torch_cka": "0.21", "whole": similarities(27), "three batches of nine": similarities(9)}
here.with_name("cka_published.json").write_text(json.dumps(out) + "\n")
