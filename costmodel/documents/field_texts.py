"""What each key of a document is for: the texts below the fields in the code, read when asked for."""

import ast
import inspect
import sys
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel


@cache
def descriptions(model: Any) -> dict[str, str]:
    """Return what each key of a part is for: the text below its field in the code.

    The code is read when that is first asked for. Pydantic can do it as each class is made, which takes
    longer than making them, and all commands would wait for it.
    """
    texts: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if issubclass(owner, BaseModel) and owner is not BaseModel:
            texts.update(_texts_below_fields(owner))
    return {field.alias or name: texts.get(name, "") for name, field in model.model_fields.items()}


def _texts_below_fields(model: type[BaseModel]) -> dict[str, str]:
    body = _class_bodies(model.__module__).get(model.__name__, [])
    texts: dict[str, str] = {}
    for statement, following in pairwise(body):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(value=ast.Constant(str(text))):
                texts[name] = " ".join(text.split())
    return texts


@cache
def _class_bodies(module: str) -> dict[str, list[ast.stmt]]:
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except OSError:  # installed without its source
        return {}
    return {part.name: part.body for part in tree.body if isinstance(part, ast.ClassDef)}
