"""Light nodes for LibCST's native parser, in a process that does nothing but parse.

The native parser makes each node by calling the class of its name in the package `libcst`, as it finds that in
`sys.modules`. Those classes are frozen dataclasses that validate themselves: a third of the time of a parse. Lowering
reads their fields and nothing else, so in a worker process records of the same names and fields stand in for them.
What the parser does is left as it is, and so is what LibCST is to every other process.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from types import ModuleType
from typing import Any

import libcst
import msgspec
from libcst import native  # type: ignore[attr-defined] # a compiled module, without types

_KINDS = (libcst.BaseExpression, libcst.BaseSlice, libcst.BaseSmallStatement, libcst.BaseCompoundStatement)
"""What lowering tells nodes apart by, beside their own class. No class of LibCST is of two of them."""


def install() -> bool:
    """Let the parser of this process make light nodes from now on.

    Call it before `syntax.lower` is imported: what that knows as `libcst` is what stands there then. Returns False, and
    changes nothing, when the parser takes no notice: another LibCST may find its classes in another way.
    """
    light = _package()
    sys.modules["libcst"] = light
    try:
        takes_notice = type(light.parse_module("x = f(1)\n")) is light.Module
    except Exception:  # noqa: BLE001 -- whatever a parser makes of it: without light nodes it goes on as ever
        takes_notice = False
    if not takes_notice:
        sys.modules["libcst"] = libcst
    return takes_notice


def _package() -> ModuleType:
    """A stand-in for the package `libcst`: its names, with light classes for those of nodes."""
    light = ModuleType("libcst", libcst.__doc__)
    light.__dict__.update({name: value for name, value in vars(libcst).items() if not name.startswith("_")})
    root = _light(libcst.CSTNode, msgspec.Struct)
    bases = {kind: _light(kind, root) for kind in _KINDS}
    for name, value in vars(libcst).items():
        if isinstance(value, type) and issubclass(value, libcst.CSTNode):
            base = next((bases[kind] for kind in _KINDS if issubclass(value, kind)), root)
            setattr(light, name, _light(value, base))
    light.__dict__.update({"CSTNode": root} | {kind.__name__: base for kind, base in bases.items()})
    light.__dict__.update(parse_module=_module, parse_expression=native.parse_expression)
    return light


def _light(kind: type[Any], base: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """A record with the fields of a class of nodes. What the parser leaves out is None."""
    own = [] if kind in (libcst.CSTNode, *_KINDS) else [(one.name, Any, None) for one in fields(kind)]
    checked = {"__post_init__": _validate} if kind is libcst.ConcatenatedString else None
    return msgspec.defstruct(kind.__name__, own, bases=(base,), namespace=checked, eq=False, gc=False)


def _validate(node: Any) -> None:
    """The one of LibCST's own checks that a text can fail which its grammar lets pass."""
    if _is_bytes(node.left) is not _is_bytes(node.right):
        raise libcst.CSTValidationError("Cannot concatenate string and bytes.")


def _is_bytes(node: Any) -> bool:
    """Whether a part of a concatenation is bytes; f-strings and t-strings never are."""
    name = type(node).__name__
    if name == "ConcatenatedString":
        return _is_bytes(node.left)
    return name == "SimpleString" and "b" in node.value[: node.value.index(node.value[-1])].lower()


def _module(text: str) -> object:
    module: object = native.parse_module(text, encoding="utf-8")
    return module
