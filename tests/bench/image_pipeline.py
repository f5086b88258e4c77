"""The PyTorch twin of image_pipeline.ts, and what makes the photographs for both.

    image_pipeline.py make PHOTOS OUT [count]   JPEGs of about 500 x 375 from the photographs in a folder
    image_pipeline.py FOLDER [workers] [batch]  prints JSON: images a second

The folder of photographs can be what scikit-learn (datasets/images) and scikit-image (data) come with.
"""
import json
import os
import random
import resource
import sys
import time

SEED = 0


def make(photos, out, count):
    """Random parts of the photographs, at the sizes and the quality that ImageNet's have."""
    from PIL import Image

    draw = random.Random(SEED)
    sources = [Image.open(os.path.join(photos, name)).convert("RGB") for name in sorted(os.listdir(photos))]
    for number in range(count):
        source = sources[number % len(sources)]
        width, height = draw.choice([(500, 375), (500, 375), (500, 333), (375, 500)])
        most = min(source.width / width, source.height / height)
        scale = most * draw.uniform(0.7, 1)
        left = draw.uniform(0, source.width - width * scale)
        top = draw.uniform(0, source.height - height * scale)
        box = (left, top, left + width * scale, top + height * scale)
        picture = source.resize((width, height), Image.Resampling.LANCZOS, box)
        folder = os.path.join(out, f"class{number % len(sources)}")
        os.makedirs(folder, exist_ok=True)
        picture.save(os.path.join(folder, f"{number:05d}.jpg"), quality=draw.choice([90, 93, 95]))


def measure(folder, workers, batch):
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
    import publishers  # noqa: F401
    import torch
    from torchvision import datasets, transforms

    torch.set_num_threads(1)
    transform = transforms.Compose([
        transforms.RandomResizedCrop(224),
        transforms.RandomHorizontalFlip(),
        transforms.PILToTensor(),
    ])
    before = resource.getrusage(resource.RUSAGE_SELF)
    dataset = datasets.ImageFolder(folder, transform)
    loader = torch.utils.data.DataLoader(
        dataset, batch_size=batch, shuffle=True, num_workers=workers, persistent_workers=True
    )
    rates = []
    total = 0
    # The first epoch starts the processes and is not counted.
    for epoch in range(4):
        start = time.perf_counter()
        count = 0
        for images, _ in loader:
            count += len(images)
        total += count
        if epoch > 0:
            rates.append(count / (time.perf_counter() - start))
    # What the processes did is known when they have ended.
    del loader
    own = resource.getrusage(resource.RUSAGE_SELF)
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = own.ru_utime + own.ru_stime - before.ru_utime - before.ru_stime + theirs.ru_utime + theirs.ru_stime
    print(json.dumps({"images a second": max(rates), "images a second of work": total / work}))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 512)
    else:
        workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
        measure(sys.argv[1], workers, int(sys.argv[3]) if len(sys.argv) > 3 else 64)
