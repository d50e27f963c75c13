"""A small convolutional network on a tenth of Fashion-MNIST, balanced in a plain training loop.

$ python examples/image_classifier.py

The images are those that Isotherm's own trainer has; nothing is downloaded.
"""

import argparse
import gzip
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody writes it
from torch import nn

import isotherm

IMAGES = Path(__file__).parents[1] / "trainer-service/src/main/resources/fashion-mnist"


def read(name: str, head: int) -> torch.Tensor:
    """The bytes of a file behind its head."""
    return torch.frombuffer(bytearray(gzip.open(IMAGES / name).read()[head:]), dtype=torch.uint8)


def read_set(name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Images [n, 1, 28, 28] from -1 to 1, and their classes [n]."""
    images = read(f"{name}-images-idx3-ubyte.gz", 16).view(-1, 1, 28, 28) / 127.5 - 1
    return images, read(f"{name}-labels-idx1-ubyte.gz", 8).long()


def network() -> nn.Module:
    """Three convolutions and two dense layers: images [n, 1, 28, 28] to logits [n, 10]."""

    def block(inputs: int, outputs: int) -> list[nn.Module]:
        convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        return [convolution, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(
        *block(1, 32),
        *block(32, 64),
        *block(64, 128),
        nn.Flatten(),
        *[nn.Linear(1152, 128), nn.ReLU(), nn.Linear(128, 10)],
    )


def main() -> None:
    """Trains, and says how well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--name", default="image-classifier")
    options = parser.parse_args()

    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    images, labels = (part.to(device) for part in read_set("train"))
    held_out, held_out_labels = (part.to(device) for part in read_set("t10k"))
    model = network().to(device)
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)

    with isotherm.balance(
        model,
        optimizer,
        run=options.name,
        total_steps=options.steps,
        every=50,
        title="Small CNN on Fashion-MNIST",
    ) as iso:
        for step in range(options.steps):
            batch = torch.randint(len(images), (64,), device=device)
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            iso.step(loss)
            if step % 100 == 99:
                print(f"step {step + 1}: loss {loss.item():.3f}, factors {iso.factors()}")

        model.eval()
        with torch.no_grad():
            accuracy = (model(held_out).argmax(1) == held_out_labels).float().mean().item()
        iso.end_epoch(accuracy=accuracy)
        print(f"accuracy {100 * accuracy:.1f} %\n{iso}")


if __name__ == "__main__":
    main()
