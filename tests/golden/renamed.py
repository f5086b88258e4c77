"""A publisher's model with other names for its parameters, so that ours has the same weights in a record."""

from torch import nn


class Renamed(nn.Module):
    """`rename` gives the name of each parameter and buffer, or None for what is left out."""

    def __init__(self, model, rename):
        super().__init__()
        self.model, self.rename = model, rename

    def forward(self, images):
        return self.model(images)

    def _renamed(self, pairs):
        return [(name, value) for key, value in pairs if (name := self.rename(key)) is not None]

    def state_dict(self):
        return dict(self._renamed(self.model.state_dict().items()))

    def named_parameters(self, **options):
        return self._renamed(self.model.named_parameters(**options))

    def named_buffers(self, **options):
        return self._renamed(self.model.named_buffers(**options))
