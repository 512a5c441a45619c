#!/usr/bin/env python3
"""schema.py - documents in JSON against the schemas that are shipped.

    schema.py check SCHEMA DOCUMENT [PATH=VALUE]   is it valid, with VALUE (JSON)
                                                   at PATH, like versions/0/state?
    schema.py strict SCHEMA                        prints objects that let unknown
                                                   members pass or want some, and
                                                   members without a description
    schema.py unseen SCHEMA DOCUMENT...            prints members that have no value
                                                   in any of the documents

Status 0 where there is nothing to say.  Needs the package jsonschema.
"""
import json
import sys

import jsonschema


def load(name):
    with open(name, encoding='utf-8') as f:
        return json.load(f)


def validator(name):
    schema = load(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema, jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def put(document, assignment):
    """Sets the member at a path; the last step may be new."""
    path, value = assignment.split('=', 1)
    *steps, last = [int(s) if s.isdigit() else s for s in path.split('/')]
    for step in steps:
        document = document[step]
    document[last] = json.loads(value)


def resolve(schema, part):
    """A schema without references, and without the null beside a value."""
    while '$ref' in part or 'anyOf' in part:
        if '$ref' in part:
            part = schema['$defs'][part['$ref'].rsplit('/', 1)[1]]
        else:
            part = part['anyOf'][0]
    return part


def members(schema, part, path=''):
    """All members: their paths and schemas, as they are written and resolved."""
    part = resolve(schema, part)
    for name, member in part.get('properties', {}).items():
        yield f'{path}{name}', member, part
        yield from members(schema, member, f'{path}{name}/')
    if isinstance(part.get('items'), dict):
        yield from members(schema, part['items'], path)


def values(document, path=''):
    """Paths that have a value, numbers in lists left out."""
    if isinstance(document, dict):
        for name, value in document.items():
            if value is not None and value != []:
                yield f'{path}{name}'
            yield from values(value, f'{path}{name}/')
    elif isinstance(document, list):
        for value in document:
            yield from values(value, path)


def loose(schema):
    for path, member, owner in members(schema, schema):
        if 'description' not in member and 'description' not in resolve(schema, member):
            yield f'{path}: no description'
        part = resolve(schema, member)
        part = resolve(schema, part['items']) if isinstance(part.get('items'), dict) else part
        for one in (part, owner):
            if 'properties' in one and (one.get('additionalProperties') is not False
                                        or set(one.get('required', [])) != set(one['properties'])):
                yield f'{path}: open'


def main(what, name, *rest):
    schema, validate = validator(name)
    said = []
    if what == 'check':
        document = load(rest[0])
        for assignment in rest[1:]:
            put(document, assignment)
        said = [f'ValidationError: {e.message[:200]}, at {e.json_path}' for e in validate.iter_errors(document)]
    elif what == 'strict':
        said = sorted(set(loose(schema)))
    elif what == 'unseen':
        seen = {path for one in rest for path in values(load(one))}
        said = [path for path, _, _ in members(schema, schema) if path not in seen]
    else:
        sys.exit(__doc__)
    if said:
        sys.exit('\n'.join(said))


if __name__ == '__main__':
    main(*sys.argv[1:])
