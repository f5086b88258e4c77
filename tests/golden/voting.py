"""Votes and losses by the equations, for tests/distill/golden_test.ts.

    python tests/golden/voting.py

Written straight from the equations of UNIFORM (arXiv 2508.19498) with stacked tensors, where memory
does not matter, and PyTorch's own losses.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(0)
N, B, D, C = 6, 8, 16, 5
out = {}

features = torch.randn(N, B, D)
features[0, :, :3] = 0  # exact zeros
features.requires_grad_()
weights = torch.tensor([1.0, 2.0, 0.5, 1.0, 3.0, 1.0])
consensus = torch.sign(torch.sign(features.detach()).sum(0))
agrees = torch.sign(features.detach()) == consensus
kept = torch.where(agrees, features, torch.zeros(()))
total = torch.where(agrees, weights[:, None, None], torch.zeros(())).sum(0)
target = (weights[:, None, None] * kept).sum(0) / total.clamp(min=1e-12)
student = torch.randn(B, D, requires_grad=True)
mse = F.mse_loss(student, target)
gradients = torch.autograd.grad(mse, [features, student])
out |= {
    "features": features.detach(),
    "weights": weights,
    "consensus": consensus,
    "target": target.detach(),
    "agreement": agrees.float().mean(dim=(1, 2)),
    "student": student.detach(),
    "mse": mse.detach(),
    "features_gradient": gradients[0],
    "student_gradient": gradients[1],
    "l1": F.l1_loss(student, target).detach(),
    "smooth_l1": F.smooth_l1_loss(student, target).detach(),
    "cosine": (1 - F.cosine_similarity(student, target, dim=1)).mean().detach(),
    "reconstruction": sum((f - student).norm(dim=1).mean() for f in features).detach(),
}

logits = 3 * torch.randn(N, B, C)
votes = F.one_hot(logits.argmax(-1), C).float().mean(0)
probabilities = logits.softmax(-1).mean(0)
best = votes.max(dim=1, keepdim=True).values
pseudo = torch.where(votes == best, probabilities, torch.full((), -1.0)).argmax(1)
top = votes.sort(dim=1, descending=True).values
z = torch.randn(B, C, requires_grad=True)
log_p = z.log_softmax(1)
chosen = F.one_hot(pseudo, C).bool()
alpha1, alpha2 = 1.5, 0.25
logit = -(torch.where(chosen, alpha1, alpha2) * probabilities * log_p).sum(1).mean()
T = 4.0
softened = (logits / T).softmax(-1).mean(0)
kd = T**2 * F.kl_div((z / T).log_softmax(1), softened, reduction="batchmean")
out |= {
    "logits": logits,
    "votes": votes,
    "probabilities": probabilities,
    "pseudo_class": pseudo,
    "margin": top[:, 0] - top[:, 1],
    "z": z.detach(),
    "logit_transfer": logit.detach(),
    "logit_transfer_gradient": torch.autograd.grad(logit, z, retain_graph=True)[0],
    "kd": kd.detach(),
    "entropy": -(log_p.exp() * log_p).sum(1).mean().detach(),
}
save_file({k: v.contiguous() for k, v in out.items()}, Path(__file__).parent / "voting.safetensors")
