"""Recurrent cells in NumPy: defined once, run, differentiated and explained.

    from models import CELLS, init, forward, backward

`CELLS` maps keys to `CellSpec`; `init` makes parameters, `forward` a `Trace`, `backward` its `Gradients`.
"""

from .cells import discover
from .engine import backward, forward
from .params import init
from .spec import CellSpec
from .trace import Gradients, Trace

CELLS = discover()

__all__ = ["CELLS", "CellSpec", "Gradients", "Trace", "backward", "forward", "init"]
