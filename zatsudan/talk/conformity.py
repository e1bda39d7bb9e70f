"""Does a reply have the form that was asked for: JSON, and of its schema where one was sent?"""

import json
import re
from collections.abc import Mapping

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line


def misfit(text: str, parameters: Mapping[str, Json]) -> Printable:
    """Return in what a reply is not what its parameters asked for, as they were sent; empty if in nothing.

    Against the schema it is held where the package jsonschema is there (the extra `schema`).
    """
    wanted, schema = asked_for(parameters)
    if not wanted:
        return EMPTY
    try:
        value = json.loads(text)
    except ValueError:
        return say("The reply is no JSON, though JSON was asked for.")
    except RecursionError:
        return EMPTY  # deeper than can be told
    return EMPTY if schema is None else _fault(value, schema)


def asked_for(parameters: Mapping[str, Json]) -> tuple[bool, Json]:
    """Return whether JSON was asked for, and the schema of it if there was one."""
    form = parameters.get("response_format")
    if isinstance(form, dict) and form.get("type") in ("json_object", "json_schema"):
        inner = form.get("json_schema")
        # llama.cpp takes it also beside the type.
        return True, (inner.get("schema") if isinstance(inner, dict) else form.get("schema"))
    if isinstance(parameters.get("json_schema"), dict):
        return True, parameters["json_schema"]
    outputs = parameters.get("structured_outputs")
    schema = outputs.get("json") if isinstance(outputs, dict) else None
    return isinstance(schema, dict), schema


def _fault(value: Json, schema: Json) -> Printable:
    try:
        import jsonschema  # an extra, and only a reply with a schema needs it
        from jsonschema.validators import validator_for
        from referencing import Registry
        from referencing.exceptions import Unresolvable
    except ImportError:
        return EMPTY
    if not isinstance(schema, dict):
        return EMPTY
    try:
        # An empty registry: a schema that names others is not fetched from anywhere.
        check = validator_for(schema, default=jsonschema.Draft202012Validator)
        check.check_schema(schema)
        fault = jsonschema.exceptions.best_match(
            check(schema, registry=Registry()).iter_errors(value)
        )
    except (jsonschema.exceptions.SchemaError, Unresolvable, RecursionError, re.error):
        return EMPTY  # the schema is not one that can be held against it
    if fault is None:
        return EMPTY
    return say(
        "The reply does not fit its schema at {place}: {fault}.",
        place=one_line(fault.json_path, 60),
        fault=one_line(fault.message, 120),
    )
