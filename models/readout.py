"""What a trained cell says after each step: the probability σ(h_t W_hq + b_q), its loss and its gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Readout:
    """A logistic layer on h. W_hq: (H, Q), b_q: (Q,)."""

    W_hq: Array
    b_q: Array

    def probability(self, h: Array) -> Array:
        """(…, H) -> (…, Q), for every step at once."""
        return np.exp(-np.logaddexp(0, -self._logit(h)))  # σ, without overflow on either side

    def loss(self, h: Array, targets: Array, weights: Array) -> tuple[float, Array, Array, Array]:
        """The weighted mean of −log P(target), and its gradients in h, W_hq and b_q.

        h: (…, H). targets and weights: (…, Q), targets 0 or 1. A step of weight 0, such as padding, has no
        part in the loss and none in the gradients.
        """
        share = weights / weights.sum()
        logit = self._logit(h)
        loss = float(np.sum(share * (np.logaddexp(0, logit) - targets * logit)))
        d_logit = share * (self.probability(h) - targets)
        flat = d_logit.reshape(-1, d_logit.shape[-1])
        return loss, d_logit @ self.W_hq.T, h.reshape(-1, h.shape[-1]).T @ flat, flat.sum(axis=0)

    def _logit(self, h: Array) -> Array:
        return h @ self.W_hq + self.b_q
