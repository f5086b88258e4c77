"""50 steps of opponents in plain PyTorch, for tests/distill/opponent_twins_test.ts.

    python tests/golden/opponent_twins.py

Writes the weights and images that all start from (opponents.safetensors, and opponents_tokens.safetensors for a student of
tokens), what each trains beside the student, and the losses it gets. The test starts from the same and must get the same
losses.
"""

from copy import deepcopy
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
STEPS, BATCHES, LABELLED, CLASSES = 50, 6, 8, 5
HERE = Path(__file__).parent


class Student(nn.Module):
    """Three stages of 8x8, 4x4 and 2x2."""

    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in [(1, 6), (6, 8), (8, 12)])
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in (6, 8, 12))
        self.head = nn.Linear(12, CLASSES)

    def forward(self, x):
        stages = []
        for i, (conv, norm) in enumerate(zip(self.convs, self.norms)):
            x = F.relu(norm(conv(F.max_pool2d(x, 2) if i > 0 else x)))
            stages.append(x)
        features = x.mean((2, 3))
        return stages, features, self.head(features)


class TokenStudent(nn.Module):
    """Three stages of 28x28 tokens."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(1, 8)
        self.mixes = nn.ModuleList(nn.Linear(8, 8) for _ in range(3))
        self.head = nn.Linear(8, CLASSES)

    def forward(self, x):
        tokens = self.embed(x.flatten(2).transpose(1, 2))
        stages = []
        for mix in self.mixes:
            tokens = tokens + torch.tanh(mix(tokens))
            stages.append(tokens)
        features = tokens.mean(1)
        return stages, features, self.head(features)


class Teacher(nn.Module):
    def __init__(self, width, stride):
        super().__init__()
        self.conv = nn.Conv2d(1, width, 3, padding=1, stride=stride)
        self.head = nn.Linear(width, CLASSES)
        self.requires_grad_(False)
        self.conv.weight.mul_(3)
        self.head.weight.mul_(6)  # so that they disagree

    def forward(self, x):
        patches = F.relu(self.conv(x))
        features = patches.mean((2, 3))
        return patches, features, self.head(features)


teachers = [Teacher(width, stride) for width, stride in [(10, 2), (20, 1), (12, 8), (9, 4)]]
VOTERS = [0, 1, 3]


def vote(logits, temperature):
    """The mean prediction, and the class with most votes: the likelier one of several."""
    mean = torch.stack([(z / temperature).softmax(1) for z in logits]).mean(0)
    votes = sum(F.one_hot(z.argmax(1), CLASSES) for z in logits)
    tied = votes == votes.max(1, keepdim=True).values
    return mean, torch.where(tied, mean, -torch.ones(())).argmax(1)


def kd(logits, mean, temperature):
    log = (logits / temperature).log_softmax(1)
    return temperature**2 * F.kl_div(log, mean, reduction="batchmean")


def dkd(logits, mean, target, alpha, beta, temperature):
    is_target = F.one_hot(target, CLASSES).bool()
    predicted = (logits / temperature).softmax(1)

    def binary(p):
        return torch.stack([(p * is_target).sum(1), (p * ~is_target).sum(1)], 1)

    tckd = F.kl_div(binary(predicted).log(), binary(mean), reduction="batchmean")
    others = mean[~is_target].view(-1, CLASSES - 1)
    own = (logits / temperature)[~is_target].view(-1, CLASSES - 1).log_softmax(1)
    nckd = F.kl_div(own, others / others.sum(1, keepdim=True), reduction="batchmean")
    return temperature**2 * (alpha * tckd + beta * nckd)


def distances(x):
    squares = ((x[:, None] - x[None]) ** 2).sum(2)
    apart = ~torch.eye(len(x), dtype=torch.bool)
    d = torch.zeros_like(squares)
    d[apart] = squares[apart].sqrt()
    return d / d[apart].mean()


def angles(x):
    e = F.normalize(x[None] - x[:, None], dim=2)
    return torch.einsum("abd,acd->abc", e, e)


def rkd(x, target):
    return 25 * F.smooth_l1_loss(distances(x), distances(target)) + 50 * F.smooth_l1_loss(
        angles(x), angles(target)
    )


def ofa(logits, mean, target, eps, temperature):
    mask = F.one_hot(target, CLASSES)
    weights = (mean + mask) ** eps - mask
    return -(weights * (logits / temperature).log_softmax(1)).sum(1).mean()


class Separable(nn.Sequential):
    def __init__(self, a, b):
        def conv(i, o, **options):
            return nn.Conv2d(i, o, bias=False, **options)

        super().__init__(
            conv(a, a, kernel_size=3, stride=2, padding=1, groups=a),
            conv(a, a, kernel_size=1),
            nn.BatchNorm2d(a),
            nn.ReLU(),
            conv(a, a, kernel_size=3, padding=1, groups=a),
            conv(a, b, kernel_size=1),
            nn.BatchNorm2d(b),
            nn.ReLU(),
        )


def conv_branches():
    width = 20  # of the widest voter
    pooled = lambda: [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, CLASSES)]
    return nn.ModuleList(
        [
            nn.Sequential(Separable(6, 12), Separable(12, width), *pooled()),
            nn.Sequential(Separable(8, width), *pooled()),
            nn.Sequential(nn.Conv2d(12, width, 1), *pooled()),
        ]
    )


class Merge(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm = nn.LayerNorm(4 * dim)
        self.reduction = nn.Linear(4 * dim, dim, bias=False)

    def forward(self, x):
        b, n, d = x.shape
        side = int(n**0.5)
        grid = x.view(b, side, side, d)
        parts = [grid[:, i::2, j::2] for j in (0, 1) for i in (0, 1)]
        return self.reduction(self.norm(torch.cat(parts, 3).flatten(1, 2)))


class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.proj = nn.Linear(dim, dim)
        self.fc1, self.fc2 = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, n, 3, 4, d // 4).permute(2, 0, 3, 1, 4)
        mixed = (q @ k.mT / (d // 4) ** 0.5).softmax(-1) @ v
        x = x + self.proj(mixed.transpose(1, 2).reshape(b, n, d))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class TokenBranch(nn.Module):
    """From 28x28 to 7x7 tokens, with GELU after the first merging only."""

    def __init__(self, dim, blocks):
        super().__init__()
        self.merges = nn.ModuleList(Merge(dim) for _ in range(2))
        self.blocks = nn.Sequential(*(Block(dim) for _ in range(blocks)))
        self.head = nn.Linear(dim, CLASSES)

    def forward(self, x):
        x = self.merges[1](F.gelu(self.merges[0](x)))
        return self.head(self.blocks(x).mean(1))


class Maps(nn.Module):
    """Convolutions of 1x1 from the student's last map to each teacher's."""

    def __init__(self):
        super().__init__()
        self.maps = nn.ModuleList(nn.Conv2d(12, width, 1) for width in (10, 20, 12, 9))


def fit(student, extra, images, labels, lesson, lr=0.02):
    """Trains, and returns what it started from and the losses."""
    student = deepcopy(student)
    start = {key: value.clone() for key, value in extra.state_dict().items()}
    parameters = [*student.parameters(), *extra.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=lr, momentum=0.9)
    losses = []
    for step in range(STEPS):
        x, y = images[step % len(images)], None if labels is None else labels[step % len(images)]
        said = [teacher(x) for teacher in teachers]
        loss = lesson(step, student(x), said, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    print([f"{loss:.4f}" for loss in losses[:: STEPS // 5]])
    return start | {"losses": torch.stack(losses)}


def supervised(z, said, y, temperature):
    """Cross-entropy on labels, and plain distillation on all images."""
    mean, _ = vote([said[i][2] for i in VOTERS], temperature)
    loss = kd(z, mean, temperature)
    return loss if y is None else loss + F.cross_entropy(z[:LABELLED], y)


def targets(pseudo, y):
    return pseudo if y is None else torch.cat([y, pseudo[LABELLED:]])


def fit_net(projections):
    def lesson(step, seen, said, y):
        _, x, z = seen
        parts = [F.mse_loss(p(x), t[1]) for p, t in zip(projections, said)]
        return 10 * sum(parts) / len(parts) + supervised(z, said, y, 4)

    return lesson


def fit_net_map(extra):
    def lesson(step, seen, said, y):
        stages, _, z = seen
        parts = []
        for conv, (patches, _, _) in zip(extra.maps, said):
            size = patches.shape[2:]
            resized = F.interpolate(stages[-1], size, mode="bilinear", antialias=True)
            parts.append(F.smooth_l1_loss(conv(resized), patches))
        return 10 * sum(parts) / len(parts) + supervised(z, said, y, 4)

    return lesson


def decoupled(step, seen, said, y):
    mean, pseudo = vote([said[i][2] for i in VOTERS], 4)
    warmth = min((step // BATCHES + 1) / 3, 1)
    z = seen[2]
    loss = warmth * dkd(z, mean, targets(pseudo, y), 1, 8, 4)
    return loss + F.cross_entropy(z[:LABELLED], y)


def logit_matching(step, seen, said, y):
    z = seen[2]
    target = torch.stack([said[i][2] for i in VOTERS]).mean(0)
    return F.mse_loss(z, target) + F.cross_entropy(z[:LABELLED], y)


def relational(step, seen, said, y):
    _, x, z = seen
    return sum(rkd(x, t[1]) for t in said) / len(said) + supervised(z, said, y, 4)


def vkd(projections):
    def lesson(step, seen, said, y):
        _, x, z = seen
        parts = [
            F.smooth_l1_loss(p(x), F.layer_norm(t[1], t[1].shape[1:]))
            for p, t in zip(projections, said)
        ]
        return 4 * sum(parts) / len(parts) + supervised(z, said, y, 1)

    return lesson


def one_for_all(branches, eps, temperature):
    def lesson(step, seen, said, y):
        stages, _, z = seen
        mean, pseudo = vote([said[i][2] for i in VOTERS], temperature)
        logits = [branch(stage) for branch, stage in zip(branches, stages)] + [z]
        target = targets(pseudo, y)
        loss = sum(ofa(l, mean, target, e, temperature) for l, e in zip(logits, eps))
        return loss if y is None else loss + F.cross_entropy(z[:LABELLED], y)

    return lesson


def orthogonal(width):
    return nn.utils.parametrizations.orthogonal(nn.Linear(12, width, bias=False))


def prefixed(prefix, tensors):
    return {f"{prefix}.{key}": value.contiguous() for key, value in tensors.items()}


student = Student()
images = torch.randn(BATCHES, 2 * LABELLED, 1, 8, 8)
labels = torch.randint(0, CLASSES, (BATCHES, LABELLED))
common = prefixed("student", student.state_dict()) | {"images": images, "labels": labels}
for i, teacher in enumerate(teachers):
    common |= prefixed(f"teachers.{i}", teacher.state_dict())

widths = (10, 20, 12, 9)
linear = nn.ModuleList(nn.Linear(12, width) for width in widths)
maps = Maps()
projections = nn.ModuleList(orthogonal(width) for width in widths)
branches = conv_branches()
nothing = nn.Module()
common |= prefixed("fit_net", fit(student, linear, images, labels, fit_net(linear)))
common |= prefixed("fit_net_map", fit(student, maps, images, labels, fit_net_map(maps)))
plain = lambda step, seen, said, y: supervised(seen[2], said, y, 4)
common |= prefixed("kd", fit(student, nothing, images, None, plain, lr=0.005))
common |= prefixed("soft_target", fit(student, nothing, images, labels, plain, lr=0.005))
common |= prefixed("logit_matching", fit(student, nothing, images, labels, logit_matching))
common |= prefixed("dkd", fit(student, nothing, images, labels, decoupled, lr=0.002))
common |= prefixed("rkd", fit(student, nothing, images, None, relational, lr=0.003))
common |= prefixed("vkd", fit(student, projections, images, labels, vkd(projections)))
learn = one_for_all(branches, [1.5, 1, 1.2, 1.3], 2)
common |= prefixed("ofa", fit(student, branches, images, labels, learn))
save_file(common, HERE / "opponents.safetensors")

tokens = TokenStudent()
images = torch.rand(4, 4, 1, 28, 28)
branches = nn.ModuleList(TokenBranch(8, blocks) for blocks in (2, 1, 1))
learn = one_for_all(branches, [1, 1, 1, 1], 1)
alone = prefixed("student", tokens.state_dict()) | {"images": images}
alone |= prefixed("ofa", fit(tokens, branches, images, None, learn))
save_file(alone, HERE / "opponents_tokens.safetensors")
