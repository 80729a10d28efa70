"""Every task, by key: each file of this folder that has a `TASK` is one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from ..task import Task


def _discover() -> Mapping[str, Task]:
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    tasks: list[Task] = [module.TASK for module in modules]
    return MappingProxyType({task.key: task for task in sorted(tasks, key=lambda task: task.key)})


TASKS = _discover()
