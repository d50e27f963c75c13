"""Policies and estimators as users write them: a name, or a dict of what shall be otherwise.

``methods.json`` is written from the catalogue of the module ``core/methods``, whose test holds the
two together: what is published under each name, and the schemas that say what may be changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Json = dict[str, Any]

#: Whose variants have other fields: a variant that the user names is not completed.
_TAGS = ("name", "unit")

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list, tuple),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


def policy(written: str | Mapping[str, Any]) -> Json:
    """A policy in full.

    Args:
        written: a name, such as ``linear`` or the preset ``llr``, or a dict with a name and what
            shall be otherwise than it is published

    Raises:
        ValueError: with one line, the field and its value
    """
    return _read("policy", "policies", "PolicySpec", written)


def estimator(written: str | Mapping[str, Any]) -> Json:
    """An estimator in full; see :func:`policy`."""
    return _read("estimator", "estimators", "EstimatorSpec", written)


@cache
def _catalogue() -> Json:
    text = files("isotherm").joinpath("methods.json").read_text("utf-8")
    catalogue: Json = json.loads(text)
    return catalogue


def _read(kind: str, family: str, schema: str, written: str | Mapping[str, Any]) -> Json:
    published: Json = _catalogue()[family]
    if not isinstance(written, str | Mapping):
        raise ValueError(f"{kind} must be a name or a dict with a name, got: {written!r}")
    name = written if isinstance(written, str) else written.get("name")
    if name not in published:
        raise ValueError(f"{kind} must be one of {', '.join(published)}, got: {name!r}")
    whole: Json = published[name]
    if not isinstance(written, str):
        changes = {**written, "name": whole["name"]}
        base = dict(whole)
        for field, part in changes.items():  # a part of the same family, as a hybrid has two
            if isinstance(part, Mapping) and part.get("name") in published:
                inner = published[part["name"]]
                changes[field] = _merged(inner, {**part, "name": inner["name"]})
                base.pop(field, None)
        whole = _merged(base, changes)
    _check(whole, {"$ref": f"#/components/schemas/{schema}"}, kind)
    _require_ordered(whole, kind)
    return whole


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Json:
    if any(tag in changes and changes[tag] != base.get(tag) for tag in _TAGS):
        return dict(changes)
    merged = dict(base)
    for field, after in changes.items():
        before = merged.get(field)
        both = isinstance(before, Mapping) and isinstance(after, Mapping)
        merged[field] = _merged(before, after) if both else after  # type: ignore[arg-type]
    return merged


def _check(value: Any, schema: Json, where: str) -> None:
    schema = _resolved(schema, value, where)
    if "const" in schema and value != schema["const"]:
        raise ValueError(f"{where} must be {schema['const']!r}, got: {value!r}")
    if "enum" in schema and value not in schema["enum"]:
        raise ValueError(f"{where} must be one of {', '.join(schema['enum'])}, got: {value!r}")
    kind = schema.get("type")
    if kind is None:
        return
    is_of_kind = isinstance(value, _TYPES[kind]) and (
        kind == "boolean" or not isinstance(value, bool)
    )
    if not is_of_kind:
        raise ValueError(f"{where} must be of type {kind}, got: {value!r}")
    if kind in ("integer", "number"):
        _check_bounds(value, schema, where)
    elif kind == "array":
        for i, item in enumerate(value):
            _check(item, schema["items"], f"{where}[{i}]")
    elif kind == "object":
        _check_fields(value, schema, where)


def _resolved(schema: Json, value: Any, where: str) -> Json:
    while "$ref" in schema:
        schema = _catalogue()["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if "oneOf" not in schema:
        return schema
    variants = [_resolved(variant, value, where) for variant in schema["oneOf"]]
    tag = next(tag for tag in _TAGS if tag in variants[0]["properties"])
    names = [variant["properties"][tag]["const"] for variant in variants]
    chosen = value.get(tag) if isinstance(value, Mapping) else None
    if chosen not in names:
        raise ValueError(f"{where}.{tag} must be one of {', '.join(names)}, got: {chosen!r}")
    return variants[names.index(chosen)]


def _check_bounds(value: float, schema: Json, where: str) -> None:
    bounds: dict[str, tuple[Callable[[float], bool], str]] = {
        "minimum": (lambda b: value >= b, "at least"),
        "exclusiveMinimum": (lambda b: value > b, "above"),
        "maximum": (lambda b: value <= b, "at most"),
        "exclusiveMaximum": (lambda b: value < b, "below"),
    }
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(f"{where} must be finite, got: {value}")
    for keyword, (holds, words) in bounds.items():
        if keyword in schema and not holds(schema[keyword]):
            raise ValueError(f"{where} must be {words} {schema[keyword]}, got: {value}")


def _check_fields(value: Mapping[str, Any], schema: Json, where: str) -> None:
    fields: Json = schema["properties"]
    for field in schema.get("required", ()):
        if field not in value:
            raise ValueError(f"{where}.{field} is missing")
    for field, inner in value.items():
        if field not in fields:
            raise ValueError(f"{where} has no field '{field}'; it has {', '.join(fields)}")
        _check(inner, fields[field], f"{where}.{field}")


def _require_ordered(value: Any, where: str) -> None:
    """Refuses ranges in the wrong order, which schemas cannot say."""
    if not isinstance(value, Mapping):
        return
    for low, high in (("minFactor", "maxFactor"), ("min", "max"), ("from", "until")):
        if low in value and high in value and value[low] > value[high]:
            raise ValueError(
                f"{where}.{low} must not exceed {high} {value[high]}, got: {value[low]}"
            )
    for field, inner in value.items():
        _require_ordered(inner, f"{where}.{field}")
