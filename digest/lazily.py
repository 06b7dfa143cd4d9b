"""Names that a package gives, each imported when it is first asked for: who needs one does not load them all.

For type checkers and linters the package imports them as ever, below `if TYPE_CHECKING`.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType


def give(package: str, places: Mapping[str, str]) -> None:
    """Have a package give names; `places` says for each module of it which ones, with spaces between.

    `NEW=OLD` gives what the module calls OLD as NEW. A name may be that of the module it stands in: the package
    gives what is in it, and not the module.
    """
    module = sys.modules[package]
    given: dict[str, tuple[str, str]] = {}
    for place, names in places.items():
        for name in names.split():
            new, _, old = name.partition("=")
            given[new] = f"{package}.{place}", old or new
    module.__dict__["_given"] = given
    module.__class__ = _Giving


class _Giving(ModuleType):
    """A package that imports what it gives when it is asked for it (PEP 562, and what that does not reach)."""

    def __getattr__(self, name: str) -> object:
        if name not in self.__dict__["_given"]:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        place, there = self.__dict__["_given"][name]
        value = getattr(import_module(place), there)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: object) -> None:
        """An imported module is set in its package; where that gives something of the same name, it must not be."""
        if not (isinstance(value, ModuleType) and name in self.__dict__["_given"]):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self.__dict__["_given"]})
