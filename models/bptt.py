"""Back-propagation through time as document 002 writes it: six equations, and one term for every path.

They hold for a network that squashes nothing and has no biases. Vectors are columns here, as in the document: each
matrix is the transpose of what the rest of this project has, and W_hx and W_qh are its W_xh and W_hq. In arrays a
vector of one step is a row.

    h_t = W_hx x_t + W_hh h_{t−1}      o_t = W_qh h_t      h_0 = 0      L = ½ Σ_t ‖o_t − y_t‖²
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .spec import CellSpec

Array = np.ndarray

WEIGHTS = ("W_hx", "W_hh", "W_qh")


@dataclass(frozen=True, eq=False)
class Network:
    """W_hx (H, D), W_hh (H, H), W_qh (Q, H); the inputs x (T, D) and what the outputs should be, y (T, Q)."""

    W_hx: Array
    W_hh: Array
    W_qh: Array
    x: Array
    y: Array

    @property
    def T(self) -> int:
        return len(self.x)

    @cached_property
    def h(self) -> Array:
        """(T + 1, H): h[t] is h_t, and h[0] is 0."""
        h = np.zeros((self.T + 1, len(self.W_hh)))
        for t in range(1, self.T + 1):
            h[t] = self.W_hx @ self.x[t - 1] + self.W_hh @ h[t - 1]
        return h

    @cached_property
    def o(self) -> Array:
        """(T + 1, Q): o[t] is o_t; there is no o_0, its row is 0."""
        return self.h @ self.W_qh.T

    @property
    def loss(self) -> float:
        return float(0.5 * np.sum((self.o[1:] - self.y) ** 2))

    @cached_property
    def do(self) -> Array:
        """(T + 1, Q): do[t] is ∂L/∂o_t."""
        return self.o - np.concatenate([np.zeros((1, self.y.shape[1])), self.y])


def network(spec: CellSpec, params: Mapping[str, Array], x: Array, y: Array, W_hq: Array) -> Network:
    """The linear network with the matrices of an RNN, its bias and its activation left out; W_hq is (H, Q)."""
    if not {"W_xh", "W_hh"} <= spec.weights.keys():
        raise ValueError(f"{spec.key} is no plain RNN: it has {[*spec.weights]}, not W_xh and W_hh")
    return Network(params["W_xh"].T, params["W_hh"].T, W_hq.T, x, y)


# The equations -----------------------------------------------------------------------------------------------


def dW_qh(net: Network) -> Array:
    """(1)  ∂L/∂W_qh = Σ_t ∂L/∂o_t h_tᵀ"""
    return sum_of(np.outer(net.do[t], net.h[t]) for t in range(1, net.T + 1))


def dh(net: Network) -> Array:
    """(T + 1, H), row 0 unused.

    (2)  ∂L/∂h_T = W_qhᵀ ∂L/∂o_T
    (3)  ∂L/∂h_t = W_hhᵀ ∂L/∂h_{t+1} + W_qhᵀ ∂L/∂o_t
    """
    found = np.zeros_like(net.h)
    found[net.T] = net.W_qh.T @ net.do[net.T]
    for t in range(net.T - 1, 0, -1):
        found[t] = net.W_hh.T @ found[t + 1] + net.W_qh.T @ net.do[t]
    return found


def dh_unrolled(net: Network, t: int) -> Array:
    """(4)  ∂L/∂h_t = Σ_{i = t…T} (W_hhᵀ)^{T−i} W_qhᵀ ∂L/∂o_{T+t−i}"""
    T, back = net.T, net.W_hh.T
    return sum_of(np.linalg.matrix_power(back, T - i) @ net.W_qh.T @ net.do[T + t - i] for i in range(t, T + 1))


def dW_hx(net: Network) -> Array:
    """(5)  ∂L/∂W_hx = Σ_t ∂L/∂h_t x_tᵀ"""
    by_h = dh(net)
    return sum_of(np.outer(by_h[t], net.x[t - 1]) for t in range(1, net.T + 1))


def dW_hh(net: Network) -> Array:
    """(6)  ∂L/∂W_hh = Σ_t ∂L/∂h_t h_{t−1}ᵀ"""
    by_h = dh(net)
    return sum_of(np.outer(by_h[t], net.h[t - 1]) for t in range(1, net.T + 1))


# The paths ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Path:
    """One way from what is asked about to the loss, entering at step `enters` and leaving by o of `leaves`.

    `carried` holds the gradient on its way back: first at h_leaves, W_qhᵀ ∂L/∂o, then once more multiplied by
    W_hhᵀ for every step down to h_enters. From W_qh the way to the loss meets no h, and `carried` is empty.
    `term` is what this path adds to the gradient.
    """

    enters: int
    leaves: int
    carried: tuple[Array, ...]
    term: Array

    @property
    def power(self) -> int:
        """How often the path runs through W_hh, on its way from h_enters to h_leaves."""
        return self.leaves - self.enters


def paths(net: Network, of: str, t: int = 1) -> tuple[Path, ...]:
    """All paths from `of` to the loss, the shortest first; their terms add up to the gradient.

    `of` is "h", meaning h_t, or one of WEIGHTS: a matrix that every step uses has paths from every step.
    """
    if of != "h" and of not in WEIGHTS:
        raise ValueError(f"{of!r} is neither 'h' nor one of {WEIGHTS}")
    if not 1 <= t <= net.T:
        raise ValueError(f"step {t} does not exist; there are steps 1 to {net.T}")
    if of == "W_qh":
        return tuple(Path(s, s, (), np.outer(net.do[s], net.h[s])) for s in range(1, net.T + 1))
    found = []
    for enters in (t,) if of == "h" else range(1, net.T + 1):
        for leaves in range(enters, net.T + 1):
            carried = [net.W_qh.T @ net.do[leaves]]
            for _ in range(leaves - enters):
                carried.append(net.W_hh.T @ carried[-1])
            term = carried[-1]
            if of != "h":
                term = np.outer(term, net.x[enters - 1] if of == "W_hx" else net.h[enters - 1])
            found.append(Path(enters, leaves, tuple(carried), term))
    return tuple(sorted(found, key=lambda path: path.power))


def sum_of(terms: Iterable[Array]) -> Array:
    """The sum of arrays of one shape."""
    return np.sum(list(terms), axis=0)
