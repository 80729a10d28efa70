"""PyTorch as a peer: eager with gates kept, and `torch.nn.LSTM`, which keeps none. One thread, float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[np.float64]
torch.set_num_threads(1)
VERSION = torch.__version__


class Eager:
    """The LSTM equations as one writes them in PyTorch to see the gates; weights as in `benches.fused`."""

    def __init__(self, x: Array, wx: Array, wh: Array, b: Array, dh: Array) -> None:
        self.x, self.dh = torch.tensor(x), torch.tensor(dh)
        self.wx, self.wh, self.b = (torch.tensor(w, requires_grad=True) for w in (wx, wh, b))

    def run(self) -> dict[str, torch.Tensor]:
        pre = self.x @ self.wx + self.b
        h = c = torch.zeros_like(self.dh[0])
        kept: dict[str, list[torch.Tensor]] = {name: [] for name in ("f", "i", "o", "c~", "c", "h")}
        for z in pre:
            f, i, o, g = (z + h @ self.wh).chunk(4, dim=-1)
            f, i, o, g = torch.sigmoid(f), torch.sigmoid(i), torch.sigmoid(o), torch.tanh(g)
            c = f * c + i * g
            h = o * torch.tanh(c)
            for name, value in zip(kept, (f, i, o, g, c, h), strict=True):
                kept[name].append(value)
        return {name: torch.stack(values) for name, values in kept.items()}

    def forward(self) -> dict[str, torch.Tensor]:
        with torch.no_grad():
            return self.run()

    def prepare_backward(self) -> Callable[[], None]:
        """The forward pass with its graph is not timed; the call is."""
        loss = (self.run()["h"] * self.dh).sum()
        return loss.backward

    def train(self) -> None:
        """Forward and backward."""
        (self.run()["h"] * self.dh).sum().backward()


class Module:
    """`torch.nn.LSTM` with the same weights: fast, and silent about its gates."""

    def __init__(self, x: Array, wx: Array, wh: Array, b: Array, dh: Array) -> None:
        self.x, self.dh = torch.tensor(x), torch.tensor(dh)
        size = wh.shape[0]
        # PyTorch's order is i, f, g, o; ours f, i, o, c~
        order = np.concatenate([np.arange(size) + k * size for k in (1, 0, 3, 2)])
        self.lstm = torch.nn.LSTM(x.shape[-1], size, dtype=torch.float64)
        with torch.no_grad():
            self.lstm.weight_ih_l0.copy_(torch.tensor(wx[:, order].T))
            self.lstm.weight_hh_l0.copy_(torch.tensor(wh[:, order].T))
            self.lstm.bias_ih_l0.copy_(torch.tensor(b[order]))
            self.lstm.bias_hh_l0.zero_()

    def run(self) -> torch.Tensor:
        return self.lstm(self.x)[0]

    def forward(self) -> torch.Tensor:
        with torch.no_grad():
            return self.run()

    def prepare_backward(self) -> Callable[[], None]:
        return (self.run() * self.dh).sum().backward

    def train(self) -> None:
        (self.run() * self.dh).sum().backward()
