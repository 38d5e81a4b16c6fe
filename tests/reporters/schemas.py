"""What the published schemas demand of SARIF, reviewdog's and GitLab's files, as far as we write them; and more rules.

No package on PyPI carries the schema of SARIF 2.1.0, so its constraints stand here in our own words: every object with
the properties that we use, and no others, which is stricter than the original. `check` says what is wrong.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
URI: Schema = {"type": "string", "pattern": r"^https://[!-~]+$"}
PATH: Schema = {"type": "string", "pattern": r"^([A-Za-z0-9._~/()'!*+,;=@$&-]|%[0-9A-F]{2})+$"}
LINE: Schema = {"type": "integer", "minimum": 1}
FLAG: Schema = {"type": "boolean"}


def obj(*required: str, **properties: Schema) -> Schema:
    """An object with these properties and no others; `required` ones must be there."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def many(item: Schema, least: int = 0, *, unique: bool = False) -> Schema:
    return {"type": "array", "items": item, "minItems": least, "uniqueItems": unique}


def one_of(*words: str) -> Schema:
    return {"enum": list(words)}


LEVEL = one_of("none", "note", "warning", "error")
MESSAGE = obj("text", text=TEXT)
ARTIFACT = obj("uri", uri={"anyOf": [PATH, {"type": "string", "pattern": "^file:///"}]}, uriBaseId=TEXT)
REGION = obj(
    "startLine", "startColumn", "endLine", "endColumn", startLine=LINE, startColumn=LINE, endLine=LINE, endColumn=LINE
)
PHYSICAL = obj("artifactLocation", artifactLocation=ARTIFACT, region=REGION, contextRegion=REGION)
LOCATION = obj(
    "physicalLocation",
    id={"type": "integer", "minimum": 0},
    physicalLocation=PHYSICAL,
    message=MESSAGE,
    logicalLocations=many(obj(fullyQualifiedName=TEXT, kind=TEXT), 1, unique=True),
)
RULE = obj(
    "id",
    id=TEXT,
    name=TEXT,
    shortDescription=obj("text", text=TEXT, markdown=TEXT),
    fullDescription=obj("text", text=TEXT, markdown=TEXT),
    help=obj("text", text=TEXT, markdown=TEXT),
    helpUri=URI,
    defaultConfiguration=obj(enabled=FLAG, level=LEVEL),
    properties={"type": "object", "properties": {"tags": many(TEXT, unique=True)}},
)
CHANGE = obj(
    "artifactLocation",
    "replacements",
    artifactLocation=ARTIFACT,
    replacements=many(obj("deletedRegion", deletedRegion=REGION, insertedContent=MESSAGE), 1),
)
RESULT = obj(
    "message",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=many(LOCATION, 1),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    codeFlows=many(
        obj("threadFlows", threadFlows=many(obj("locations", locations=many(obj(location=LOCATION), 1)), 1)), 1
    ),
    relatedLocations=many(LOCATION, 1, unique=True),
    fixes=many(
        obj("artifactChanges", description=MESSAGE, artifactChanges=many(CHANGE, 1, unique=True)), 1, unique=True
    ),
    suppressions=many(
        obj("kind", kind=one_of("inSource", "external"), justification=TEXT, location=LOCATION), unique=True
    ),
    properties={"type": "object"},
)
NOTIFICATION = obj(
    "message",
    message=MESSAGE,
    level=LEVEL,
    locations=many(LOCATION, 1, unique=True),
    associatedRule=obj("id", id=TEXT, index={"type": "integer", "minimum": 0}),
)
RUN = obj(
    "tool",
    "results",
    tool=obj(
        "driver",
        driver=obj(
            "name",
            name=TEXT,
            version=TEXT,
            semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
            informationUri=URI,
            rules=many(RULE, 1, unique=True),
        ),
    ),
    automationDetails=obj(id=TEXT),
    columnKind=one_of("utf16CodeUnits", "unicodeCodePoints"),
    originalUriBaseIds={"type": "object", "additionalProperties": obj(description=MESSAGE)},
    invocations=many(
        obj("executionSuccessful", executionSuccessful=FLAG, toolExecutionNotifications=many(NOTIFICATION, 1))
    ),
    results=many(RESULT),
)
SARIF = obj("version", "runs", **{"$schema": URI}, version=one_of("2.1.0"), runs=many(RUN, 1))

RD_POSITION = obj("line", line=LINE, column=LINE)
RD_RANGE = obj("start", start=RD_POSITION, end=RD_POSITION)
RD_LOCATION = obj("path", path=TEXT, range=RD_RANGE)
RD_SOURCE = obj("name", name=TEXT, url=URI)
RD_SEVERITY = one_of("ERROR", "WARNING", "INFO")
RDJSONL = obj(
    "message",
    "location",
    message=TEXT,
    location=RD_LOCATION,
    severity=RD_SEVERITY,
    source=RD_SOURCE,
    code=obj("value", value=TEXT, url=URI),
    suggestions=many(obj("range", "text", range=RD_RANGE, text=TEXT), 1),
    related_locations=many(obj("location", message=TEXT, location=RD_LOCATION), 1),
)
RDJSON = obj("diagnostics", source=RD_SOURCE, severity=RD_SEVERITY, diagnostics=many(RDJSONL))

GITLAB = many(
    obj(
        "description",
        "check_name",
        "fingerprint",
        "severity",
        "location",
        description=TEXT,
        check_name=TEXT,
        fingerprint={"type": "string", "minLength": 16},
        severity=one_of("info", "minor", "major", "critical", "blocker"),
        location=obj(
            "path",
            "lines",
            path={"type": "string", "pattern": r"^(?!\./)"},
            lines=obj("begin", begin=LINE, end=LINE),
        ),
    )
)


def check(value: object, schema: Schema) -> None:
    """Fail, and say where, when `value` is not as `schema` demands."""
    faults = [f"{fault.json_path}: {fault.message[:300]}" for fault in Draft202012Validator(schema).iter_errors(value)]
    assert faults == []
