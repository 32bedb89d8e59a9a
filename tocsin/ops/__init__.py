"""The operations of the Open API, one noun a file. `load()` fills the operation table."""

import pkgutil
from importlib import import_module


def load() -> None:
    """Import every module here, so that each enters its operations in the table."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        import_module(module.name)
