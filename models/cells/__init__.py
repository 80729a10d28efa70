"""The cells. Each file of this folder defines one idea; the folder is discovered and sorted by year."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from ..spec import CellSpec


def discover() -> Mapping[str, CellSpec]:
    """Every `CellSpec` found in the modules of this folder, by key: oldest first, then as written."""
    found: list[CellSpec] = []
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        contents = vars(importlib.import_module(f"{__name__}.{module}")).values()
        found += [item for item in contents if isinstance(item, CellSpec)]
    found.sort(key=lambda spec: spec.year)
    keys = [spec.key for spec in found]
    if len(set(keys)) != len(keys):
        raise ValueError(f"two cells share a key among {sorted(keys)}")
    return MappingProxyType({spec.key: spec for spec in found})
