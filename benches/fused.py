"""The engine's yardstick: an LSTM written by hand in NumPy, its gates fused into one block, every gate kept.

Weights are `Wx (D, 4H)`, `Wh (H, 4H)`, `b (4H,)` with the gates in the order f, i, o, c~, so that one sigmoid
serves three gates. The sigmoid is `tanh(x / 2) / 2 + 1/2`: stable, and cheaper than by `exp`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Kept(NamedTuple):
    """What a forward pass leaves: squashed `gates (T, ..., 4H)`; `c`, `h`, `tanh_c` `(T, ..., H)`."""

    gates: Array
    c: Array
    h: Array
    tanh_c: Array


def forward(x: Array, wx: Array, wh: Array, b: Array) -> Kept:
    """Run `x (T, D)` or `(T, B, D)` through the cell, from zero states."""
    size = wh.shape[0]
    gates = x @ wx
    gates += b
    shape = (*x.shape[:-1], size)
    c, h, tanh_c = np.empty(shape), np.empty(shape), np.empty(shape)
    recurrent, written = np.empty(gates.shape[1:]), np.empty(shape[1:])
    h_before, c_before = np.zeros(shape[1:]), np.zeros(shape[1:])
    for z, c_now, h_now, squashed in zip(gates, c, h, tanh_c, strict=True):
        np.matmul(h_before, wh, out=recurrent)
        np.add(z, recurrent, out=z)
        fio, candidate = z[..., : 3 * size], z[..., 3 * size :]
        np.multiply(fio, 0.5, out=fio)
        np.tanh(z, out=z)
        np.multiply(fio, 0.5, out=fio)
        np.add(fio, 0.5, out=fio)
        np.multiply(z[..., :size], c_before, out=c_now)
        np.multiply(z[..., size : 2 * size], candidate, out=written)
        np.add(c_now, written, out=c_now)
        np.tanh(c_now, out=squashed)
        np.multiply(z[..., 2 * size : 3 * size], squashed, out=h_now)
        h_before, c_before = h_now, c_now
    return Kept(gates, c, h, tanh_c)


def backward(x: Array, wx: Array, wh: Array, kept: Kept, dh: Array) -> dict[str, Array]:
    """Gradients in weights, `x` and gates of a loss whose own gradient in `h` is `dh (T, ..., H)`."""
    size = wh.shape[0]
    gates, c, h, tanh_c = kept
    f, i = gates[..., :size], gates[..., size : 2 * size]
    o, g = gates[..., 2 * size : 3 * size], gates[..., 3 * size :]
    before = np.concatenate([np.zeros_like(c[:1]), c[:-1]])
    slope = np.empty_like(gates)  # of each squashing function, at its own output
    fio = gates[..., : 3 * size]
    np.multiply(fio, 1 - fio, out=slope[..., : 3 * size])
    slope[..., 3 * size :] = 1 - g * g
    through = o * (1 - tanh_c * tanh_c)
    dgates, dz = np.empty_like(gates), np.empty_like(gates)
    dh_next, dc_next = np.zeros_like(h[0]), np.zeros_like(h[0])
    back = np.ascontiguousarray(wh.T)
    for t in range(len(x) - 1, -1, -1):
        dh_now = dh[t] + dh_next
        dc = dh_now * through[t]
        dc += dc_next
        step = dgates[t]
        np.multiply(dc, before[t], out=step[..., :size])
        np.multiply(dc, g[t], out=step[..., size : 2 * size])
        np.multiply(dh_now, tanh_c[t], out=step[..., 2 * size : 3 * size])
        np.multiply(dc, i[t], out=step[..., 3 * size :])
        np.multiply(step, slope[t], out=dz[t])
        dh_next = dz[t] @ back
        dc_next = dc * f[t]
    flat = dz.reshape(-1, 4 * size)
    h_before = np.concatenate([np.zeros_like(h[:1]), h[:-1]]).reshape(-1, size)
    return {
        "wx": x.reshape(-1, x.shape[-1]).T @ flat,
        "wh": h_before.T @ flat,
        "b": flat.sum(axis=0),
        "x": dz @ wx.T,
        "gates": dgates,
    }
