"""Initial parameters: seeded, one independent stream per parameter."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from .spec import OUTPUTS, CellSpec

SCHEMES = ("glorot", "pytorch", "gaussian")


def init(
    spec: CellSpec, D: int, H: int, seed: int = 0, scheme: str = "glorot", Q: int = OUTPUTS
) -> dict[str, np.ndarray]:
    """Parameters {name: float64 array} for input size `D`, hidden size `H`, output size `Q`.

    glorot: Glorot-uniform input matrices and orthogonal recurrent ones, gate by gate, biases at their start
    value (forget gate 1). pytorch: everything uniform in ±1/√H. gaussian: matrices normal with deviation
    0.01, biases 0. Each parameter's numbers depend on the seed and its own name only.
    """
    if scheme not in SCHEMES:
        raise ValueError(f"initialisation {scheme!r} is not one of {list(SCHEMES)}")
    if D < 1 or H < 1:
        raise ValueError(f"sizes D={D}, H={H}: both must be at least 1")
    made = {}
    for name, shape in spec.parameters(D, H, Q).items():
        rng = np.random.default_rng([seed, crc32(name.encode())])
        weight = spec.weights[name]
        if scheme == "pytorch":
            array = rng.uniform(-1, 1, shape) / np.sqrt(H)
        elif scheme == "gaussian":
            array = 0.01 * rng.standard_normal(shape) if len(shape) == 2 else np.zeros(shape)
        elif len(shape) == 1:
            is_bias = name.startswith("b_")
            array = np.full(shape, float(weight.start)) if is_bias else rng.uniform(-1, 1, shape) / np.sqrt(H)
        elif weight.shape == ("H", "H") and not name.startswith("W_x"):  # a stack's upper layer reads an h as x
            array = _orthogonal(rng, H)
        else:
            array = rng.uniform(-1, 1, shape) * np.sqrt(6 / sum(shape))
        if weight.mask:
            array = array * weight.mask(H)
        made[name] = array
    return made


def _orthogonal(rng: np.random.Generator, H: int) -> np.ndarray:
    """A random rotation or reflection, uniform over all of them (Haar)."""
    q, r = np.linalg.qr(rng.standard_normal((H, H)))
    return q * np.sign(np.diagonal(r))
