"""Recurrent cells in NumPy: defined once, run, differentiated and explained.

    from models import CELLS, init, forward, backward

`CELLS` maps keys to `CellSpec`; `init` makes parameters, `forward` a `Trace`, `backward` its `Gradients`.
`explain` splits one number into its terms, `unroll` a memory into what was written when.
"""

from .cells import discover
from .engine import backward, forward
from .explain import explain
from .params import init
from .spec import CellSpec
from .trace import Gradients, Trace
from .unroll import unroll

CELLS = discover()

__all__ = ["CELLS", "CellSpec", "Gradients", "Trace", "backward", "explain", "forward", "init", "unroll"]
