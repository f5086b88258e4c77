"""What a publisher's model computes with weights that anyone can make again.

Weights, images and the loss are functions of names and shapes alone (PyTorch's generator draws the same uniform
numbers everywhere), so a file holds results only. `record` returns them; tests/parity/parity.ts makes the
same weights in our model and compares.
"""

import json
import math

import publishers  # noqa: F401
import torch
from safetensors.torch import save_file


def seed_of(name):
    """FNV-1a, 32 bits."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def uniform(name, shape):
    """Numbers from -1 to 1 that depend on the name and the shape alone."""
    generator = torch.Generator().manual_seed(seed_of(name))
    return torch.rand(list(shape), generator=generator) * 2 - 1


def fill(model):
    """Gives every parameter and buffer of the state dict a value by its name: see `value_of` in parity.ts."""
    fill_state(model.state_dict())


@torch.no_grad()
def fill_state(state):
    """Overwrites the tensors of a state dict by their names."""
    for name, tensor in state.items():
        # What follows from the size of windows is as it is.
        if not tensor.is_floating_point() or name.endswith("relative_coords_table"):
            continue
        draw = uniform(name, tensor.shape)
        last = name.rsplit(".", 1)[-1]
        if last == "running_var":
            value = 1 + 0.5 * draw
        elif tensor.dim() >= 2 and tensor.numel() > max(tensor.shape):
            value = draw * math.sqrt(3 / (tensor.numel() / tensor.shape[0]))
        elif last in ("weight", "gamma", "scale"):
            value = 1 + 0.1 * draw
        else:
            value = 0.1 * draw
        tensor.copy_(value)


def record(model, size, *, batch=2, channels=3, features=None, full=False, seed=0, loss_of=None, dtype=None):
    """Results of a model: outputs in both modes, running statistics, and every parameter's gradient.

    `features(model, images)` gives what our `features()` must give, in evaluation mode. With `full` the gradients
    are kept whole, else as their norm and their product with a fixed vector.
    """
    dtype = dtype or (torch.float32 if full else torch.float64)
    fill(model)
    model.to(dtype)
    images = (uniform("images", [batch, channels, size, size]) * 2).to(dtype)
    results = {}
    with torch.no_grad():
        model.eval()
        results["eval"] = model(images)
        if features is not None:
            results["features"] = features(model, images)
    model.train()
    model.zero_grad(set_to_none=True)
    torch.manual_seed(seed)  # for dropout and stochastic depth, where there is some
    output = model(images)
    results["train"] = output.detach()
    (output * uniform("probe", output.shape)).sum().backward()
    names, norms, products = [], [], []
    for name, parameter in model.named_parameters():
        names.append(name)
        gradient = parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
        if full:
            results["gradient." + name] = gradient
        norms.append(gradient.double().norm().item())
        products.append((gradient.double() * uniform("probe." + name, gradient.shape).double()).sum().item())
    results["norms"] = torch.tensor(norms, dtype=torch.float64)
    results["products"] = torch.tensor(products, dtype=torch.float64)
    for name, buffer in model.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            results["statistics"] = torch.cat([results.get("statistics", torch.zeros(0)), buffer.mean()[None]])
    return {key: value.detach().contiguous().clone() for key, value in results.items()}, {
        "size": size,
        "batch": batch,
        "channels": channels,
        "dtype": str(dtype).split(".")[1],
        "parameters": names,
        "state": [f"{name} {list(tensor.shape)}" for name, tensor in model.state_dict().items()],
    }


def save(path, records):
    """Writes records {name: (results, facts)} into one safetensors file."""
    tensors = {f"{name}/{key}": value for name, (results, _) in records.items() for key, value in results.items()}
    facts = {name: json.dumps(facts) for name, (_, facts) in records.items()}
    save_file(tensors, path, metadata=facts)
