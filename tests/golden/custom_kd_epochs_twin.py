"""50 alternating epochs of CustomKD in plain PyTorch, for tests/distill/twins_test.ts: standardized features, predictions
taught by DKD, entropy of sure predictions only.

    python tests/golden/custom_kd_epochs_twin.py

Starts from what custom_kd_twin.py wrote and writes the losses of 250 steps. An epoch is 5 steps.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from small_nets import Student
from torch import nn

torch.set_num_threads(1)
EPOCHS, BATCHES, LABELLED = 50, 5, 8
T, ALPHA, BETA, THRESHOLD = 4.0, 1.0, 2.0, 0.3
W_CUSTOMIZED, W_GENERAL, W_LABELLED, W_ENTROPY, W_LOGIT = 1.0, 0.5, 1.0, 0.1, 0.2
HERE = Path(__file__).parent

start = load_file(HERE / "custom_kd.safetensors")


def loaded(name, module):
    prefix = f"{name}."
    module.load_state_dict(
        {k[len(prefix) :]: v for k, v in start.items() if k.startswith(prefix)}
    )
    return module


student = loaded("student", Student())
teacher = loaded("teacher", nn.Sequential(nn.Linear(36, 30), nn.GELU(), nn.Linear(30, 24)))
teacher.requires_grad_(False)
customization = loaded("customization", nn.Sequential(nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 12)))
general = loaded("general", nn.Linear(12, 24))
labelled, labels, unlabelled = start["labelled"], start["labels"], start["unlabelled"]

every = teacher(torch.cat([labelled.flatten(0, 1), unlabelled.flatten(0, 1)]).flatten(1))
mean, std = every.mean(0), every.std(0, correction=0)


def standardized(x):
    return (teacher(x.flatten(1)) - mean) / std


def dkd(z, q, target):
    """Of the student's logits z and the prediction q at temperature T."""
    own = F.one_hot(target, z.shape[1]).bool()
    p = (z / T).softmax(1)
    p_target, q_target = p[own], q[own]
    pair = lambda x: torch.stack([x, 1 - x], 1)
    target_part = F.kl_div(pair(p_target).log(), pair(q_target), reduction="batchmean")
    rest_p = (z / T)[~own].view(len(z), -1).log_softmax(1)
    rest_q = q[~own].view(len(z), -1)
    rest_q = rest_q / rest_q.sum(1, True)
    return (ALPHA * target_part + BETA * F.kl_div(rest_p, rest_q, reduction="batchmean")) * T * T


customizer = torch.optim.AdamW(customization.parameters(), lr=3e-3)
distiller = torch.optim.AdamW([*student.parameters(), *general.parameters()], lr=3e-3)
losses = []
for epoch in range(EPOCHS):
    for i in range(BATCHES):
        if epoch % 2 == 0:
            student.head.requires_grad_(False)
            logits = student.head(customization(standardized(labelled[i])))
            loss = F.cross_entropy(logits, labels[i])
            optimizer = customizer
        else:
            student.head.requires_grad_(True)
            x = torch.cat([labelled[i], unlabelled[i]])
            f_teacher = standardized(x)
            f_student = student.features(x)
            z = student.head(f_student)
            with torch.no_grad():
                customized = customization(f_teacher)
                q = (student.head(customized) / T).softmax(1)
                target = torch.cat([labels[i], q[LABELLED:].argmax(1)])
            p = z[LABELLED:].softmax(1)
            entropy = -(p * p.log()).sum(1)
            loss = (
                W_CUSTOMIZED * F.mse_loss(f_student, customized)
                + W_GENERAL * F.mse_loss(general(f_student), f_teacher)
                + W_LABELLED * F.cross_entropy(z[:LABELLED], labels[i])
                + W_ENTROPY * (entropy * (p.amax(1) >= THRESHOLD)).mean()
                + W_LOGIT * dkd(z, q, target)
            )
            optimizer = distiller
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())

save_file({"losses": torch.stack(losses)}, HERE / "custom_kd_epochs.safetensors")
print([losses[i].item() for i in (0, 4, 5, 9, 245, 249)])
