import pytest

from wardround.agent.models.json_schema import first_violation

CLAIMS = {
    "$defs": {"claim": {"type": "object", "properties": {"ids": {"type": "array", "items": {"enum": ["p1", "p2"]}}}}},
    "type": "object",
    "properties": {"claims": {"type": "array", "items": {"$ref": "#/$defs/claim"}, "maxItems": 2}},
    "required": ["claims"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"claims": [{"ids": ["p1", "p2"]}, {}]}, None),
        ({}, "reply: 'claims' is missing"),
        ({"claims": [], "note": 1}, "reply: 'note' is not expected"),
        ({"claims": [{"ids": ["p3"]}]}, "reply.claims[0].ids[0]: 'p3' is not one of ['p1', 'p2']"),
        ({"claims": [{}, {}, {}]}, "reply.claims: more than 2 items"),
        ([], "reply: expected object, found list"),
    ],
)
def test_the_first_violation_is_named_with_its_place(value: object, expected: str | None) -> None:
    assert first_violation(value, CLAIMS) == expected


@pytest.mark.parametrize(
    ("value", "schema", "fits"),
    [
        (True, {"type": "integer"}, False),
        (1.0, {"type": "integer"}, True),
        (1.5, {"type": "number", "minimum": 0, "maximum": 1}, False),
        (True, {"enum": [1]}, False),
        (1, {"const": 1}, True),
        (None, {"type": ["string", "null"]}, True),
        (None, {"anyOf": [{"type": "string"}, {"type": "null"}]}, True),
        (3, {"anyOf": [{"type": "string"}, {"type": "null"}]}, False),
        (3, {"allOf": [{"minimum": 1}, {"maximum": 2}]}, False),
        ("abc", {"minLength": 2, "maxLength": 3, "pattern": "^a"}, True),
        ("abc", {"pattern": "^b"}, False),
        ({"x": "y"}, {"additionalProperties": {"type": "integer"}}, False),
        ({"a": {"a": {"a": 1}}}, {"properties": {"a": {"$ref": "#"}}, "type": ["object", "integer"]}, True),
    ],
)
def test_keywords(value: object, schema: dict[str, object], fits: bool) -> None:
    assert (first_violation(value, schema) is None) is fits
