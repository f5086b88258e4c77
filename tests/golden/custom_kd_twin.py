"""50 steps of CustomKD in plain PyTorch, for tests/distill/twins_test.ts.

    python tests/golden/custom_kd_twin.py

Writes the weights, images and labels it starts from and the losses it gets. The test starts from the
same and must get the same losses. An epoch is 5 steps; the stages take turns every epoch.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from small_nets import CLASSES, Student, state
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(1)
STEPS, EPOCH, LABELLED, UNLABELLED = 50, 5, 8, 16
W_CUSTOMIZED, W_GENERAL, W_LABELLED, W_ENTROPY = 1.0, 0.5, 1.0, 0.1

student = Student()
teacher = nn.Sequential(nn.Linear(36, 30), nn.GELU(), nn.Linear(30, 24)).requires_grad_(False)
customization = nn.Sequential(nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 12))
general = nn.Linear(12, 24)
labelled = torch.randn(EPOCH, LABELLED, 1, 6, 6)
labels = torch.randint(0, CLASSES, (EPOCH, LABELLED))
unlabelled = torch.randn(EPOCH, UNLABELLED, 1, 6, 6)

start = {"labelled": labelled, "labels": labels, "unlabelled": unlabelled}
for name, module in [
    ("student", student),
    ("teacher", teacher),
    ("customization", customization),
    ("general", general),
]:
    start |= state(name, module)

customizer = torch.optim.AdamW(customization.parameters(), lr=3e-3)
distiller = torch.optim.AdamW([*student.parameters(), *general.parameters()], lr=3e-3)
losses = []
for step in range(STEPS):
    i = step % EPOCH
    if (step // EPOCH) % 2 == 0:
        student.head.requires_grad_(False)
        f_teacher = teacher(labelled[i].flatten(1))
        loss = F.cross_entropy(student.head(customization(f_teacher)), labels[i])
        optimizer = customizer
    else:
        student.head.requires_grad_(True)
        x = torch.cat([labelled[i], unlabelled[i]])
        f_teacher = teacher(x.flatten(1))
        f_student = student.features(x)
        z = student.head(f_student)
        l_customized = F.mse_loss(f_student, customization(f_teacher).detach())
        l_general = F.mse_loss(general(f_student), f_teacher)
        l_labelled = F.cross_entropy(z[:LABELLED], labels[i])
        p = z[LABELLED:].softmax(1)
        l_entropy = -(p * z[LABELLED:].log_softmax(1)).sum(1).mean()
        loss = (
            W_CUSTOMIZED * l_customized
            + W_GENERAL * l_general
            + W_LABELLED * l_labelled
            + W_ENTROPY * l_entropy
        )
        optimizer = distiller
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.detach())

save_file(start | {"losses": torch.stack(losses)}, Path(__file__).parent / "custom_kd.safetensors")
print([losses[i].item() for i in (0, 4, 5, 9, 45, 49)])
