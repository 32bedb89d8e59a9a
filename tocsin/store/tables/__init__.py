"""Every table, one file an area; importing this package fills `metadata`."""

import pkgutil
from importlib import import_module

from tocsin.store.tables.base import metadata

for _area in pkgutil.iter_modules(__path__, f"{__name__}."):
    import_module(_area.name)

__all__ = ["metadata"]
