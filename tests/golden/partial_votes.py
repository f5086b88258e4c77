"""Votes of teachers who know some classes only, for tests/distill/partial_votes_test.ts.

    python tests/golden/partial_votes.py

The three rules written with stacked tensors and masks, image by image where that is plainer.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(0)
KNOWN = [[0, 1, 2], [2, 3], [3, 4, 5], [0, 1, 2, 3, 4, 5], [1, 5]]
N, B, C = len(KNOWN), 32, 7  # class 6 is known to the whole teacher alone
KNOWN[3] = list(range(C))
T = 2.0
NEVER = float("-inf")

z = 3 * torch.randn(N, B, C)
mask = torch.zeros(N, C, dtype=torch.bool)
for i, own in enumerate(KNOWN):
    mask[i, own] = True
z = torch.where(mask[:, None], z, torch.tensor(NEVER))
partial = ~mask.all(1)
out = {"logits": z}


def outcome(name, votes, probabilities):
    """Votes (B, C) and p (B, C): the pseudo class is the likelier of those with most votes."""
    best = votes == votes.amax(1, keepdim=True)
    top = votes.sort(1, descending=True).values
    out.update({
        f"{name}.votes": votes,
        f"{name}.probabilities": probabilities,
        f"{name}.pseudo_class": torch.where(best, probabilities, torch.tensor(-1.0)).argmax(1),
        f"{name}.margin": top[:, 0] - top[:, 1],
    })


def average_of_logits(voices, weights):
    """Softmax of each class's mean over the voices that know it, weighted (V, B)."""
    knows = voices.isfinite()
    w = weights[:, :, None] * knows
    total = w.sum(0)
    mean = (w * torch.where(knows, voices, torch.tensor(0.0))).sum(0) / total
    return (torch.where(total > 0, mean, torch.tensor(NEVER)) / T).softmax(1)


def rule(name, voices, weights):
    """Voices (V, B, C) that count `weights` (V, B) times."""
    share = weights / weights.sum(0)
    votes = (share[:, :, None] * F.one_hot(voices.argmax(-1), C)).sum(0)
    outcome(name, votes, (share[:, :, None] * (voices / T).softmax(-1)).sum(0))
    out[f"{name}.of_logits"] = average_of_logits(voices, weights)


rule("literal", z, torch.ones(N, B))

several = z[partial]
knows = mask[partial]
union = knows.any(0)
mean = torch.where(knows[:, None], several, torch.tensor(0.0)).sum(0) / knows.sum(0).clamp(min=1)
joint = torch.where(union, mean, torch.tensor(NEVER))
weight = knows.sum() / union.sum()
weights = torch.ones(2, B)
weights[1] = weight
rule("concatenated", torch.stack([z[3], joint]), weights)

for name, confidence in {
    "energy": torch.logsumexp(z, -1),
    "maxProbability": z.softmax(-1).amax(-1),
}.items():
    threshold = confidence.median(dim=1).values
    out[f"{name}.confidence"] = confidence
    out[f"{name}.threshold"] = threshold
    speaks = (confidence >= threshold[:, None]) | ~partial[:, None]
    rule(name, z, speaks.float())
    # The same without the teacher of all classes: where nobody is sure, all vote.
    alone = speaks[partial]
    alone = alone | ~alone.any(0)
    rule(f"{name}.alone", z[partial], alone.float())
    out[f"{name}.alone.speaks"] = alone.float()

save_file(
    {k: v.contiguous() for k, v in out.items()},
    Path(__file__).parent / "partial_votes.safetensors",
)
