"""The networks of a checkout of kwotsin/mimicry (a7fda06), for the scripts of this folder."""

import importlib
import sys
import types
from pathlib import Path


def load_mimicry(checkout):
    """A function that imports torch_mimicry.nets.NAME, and what it needs, which is torch alone.

    The packages' own __init__ files import training and metrics.
    """
    for name in ("torch_mimicry", "torch_mimicry.nets"):
        package = types.ModuleType(name)
        package.__path__ = [str(Path(checkout) / name.replace(".", "/"))]
        sys.modules[name] = package
    return lambda name: importlib.import_module(f"torch_mimicry.nets.{name}")
