"""Rules of buf.validate as JSON Schema, as far as JSON Schema can say them.

A schema so narrowed makes samples that keep the rules; whether a message keeps them all (CEL
expressions too) is protovalidate's to judge.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Rules = dict[str, Any]
Schema = dict[str, Any]

_FORMATS = {
    "email": "email",
    "hostname": "hostname",
    "ip": "ipv4",
    "ipv4": "ipv4",
    "ipv6": "ipv6",
    "uri": "uri",
    "uriRef": "uri-reference",
    "address": "hostname",
    "uuid": "uuid",
}
_UUID_BARE = "^[0-9a-f]{12}4[0-9a-f]{3}8[0-9a-f]{15}$"
_PATTERNS = {
    "tuuid": _UUID_BARE,
    "ulid": "^01[0-9A-HJKMNP-TV-Z]{24}$",
    "hostAndPort": r"^[a-z]{3,10}\.example\.com:[1-9][0-9]{3}$",
    "ipWithPrefixlen": r"^192\.0\.2\.[1-9][0-9]?/24$",
    "ipv4WithPrefixlen": r"^192\.0\.2\.[1-9][0-9]?/24$",
    "ipv6WithPrefixlen": r"^2001:db8::[1-9][0-9]{0,2}/64$",
    "ipPrefix": r"^198\.51\.100\.0/24$",
    "ipv4Prefix": r"^198\.51\.100\.0/24$",
    "ipv6Prefix": r"^2001:db8::/32$",
    "protobufFqn": r"^[a-z]{3,8}\.v1\.[A-Z][a-z]{3,8}$",
    "protobufDotFqn": r"^\.[a-z]{3,8}\.v1\.[A-Z][a-z]{3,8}$",
}
_KNOWN_REGEX = {
    "KNOWN_REGEX_HTTP_HEADER_NAME": "^x-[a-z]{3,8}$",
    "KNOWN_REGEX_HTTP_HEADER_VALUE": "^[a-z]{3,8}$",
}
_MAX_COUNT = 1000
"""Items, pairs or characters that a sample has at most, whatever a rule asks."""
_MOMENT = datetime(2024, 6, 1, 12, tzinfo=UTC)
"""What a moment is where rules speak of "now": far enough in the past, or shifted forward."""
_FUTURE = datetime(2090, 1, 1, tzinfo=UTC)


def narrow(schema: Schema, rules: Rules) -> Schema:
    """A field's schema with `buf.validate.FieldRules` (in ProtoJSON) put into it."""
    if rules.get("ignore") == "IGNORE_ALWAYS":
        return schema
    for kind, told in rules.items():
        narrower = _NARROWERS.get(kind)
        if narrower is not None and isinstance(told, dict):
            schema = narrower(schema, told)
    if rules.get("required") and schema.get("type") == "string":
        schema = {"minLength": 1, **schema}
    return schema


def _number(schema: Schema, rules: Rules) -> Schema:
    if "const" in rules:
        return {"const": _numeric(rules["const"])}
    if rules.get("in"):
        excluded = set(map(_numeric, rules.get("notIn", ())))
        return {"enum": [v for v in map(_numeric, rules["in"]) if v not in excluded]}
    narrowed = {name: value for name, value in schema.items() if name != "multipleOf"}
    low = _numeric(rules["gte"]) if "gte" in rules else None
    high = _numeric(rules["lte"]) if "lte" in rules else None
    above = _numeric(rules["gt"]) if "gt" in rules else None
    below = _numeric(rules["lt"]) if "lt" in rules else None
    least, most = (low if above is None else above), (high if below is None else below)
    if least is not None and most is not None and most < least:
        # Bounds the wrong way round mean: outside of them. Above the lower one will do.
        most = high = below = None
    if low is not None:
        narrowed["minimum"] = low
    if high is not None:
        narrowed["maximum"] = high
    if above is not None:
        narrowed["exclusiveMinimum"] = above
    if below is not None:
        narrowed["exclusiveMaximum"] = below
    if rules.get("notIn"):
        narrowed["not"] = {"enum": [_numeric(value) for value in rules["notIn"]]}
    return narrowed


def _string(schema: Schema, rules: Rules) -> Schema:
    if "const" in rules:
        return {"const": rules["const"]}
    if rules.get("in"):
        return {"enum": [v for v in rules["in"] if v not in rules.get("notIn", ())]}
    narrowed = _sized(schema, rules, "minLength", "maxLength", "Len", "len")
    narrowed = _sized(narrowed, rules, "minLength", "maxLength", "Bytes", "lenBytes")
    for rule, name in _FORMATS.items():
        if rules.get(rule) is True:
            narrowed["format"] = name
    patterns = [pattern for rule, pattern in _PATTERNS.items() if rules.get(rule) is True]
    if "wellKnownRegex" in rules:
        patterns.append(_KNOWN_REGEX.get(rules["wellKnownRegex"], ".*"))
    if "pattern" in rules:
        patterns.append(rules["pattern"])
    affixes = _affixes(rules)
    if affixes:
        patterns.append(affixes)
    if patterns:
        narrowed["pattern"] = patterns[0]
        narrowed |= {"allOf": [{"pattern": each} for each in patterns[1:]]} if patterns[1:] else {}
    denied = [{"enum": rules["notIn"]}] if rules.get("notIn") else []
    if rules.get("notContains"):
        denied.append({"pattern": re.escape(rules["notContains"])})
    if denied:
        narrowed["not"] = {"anyOf": denied}
    return narrowed


def _affixes(rules: Rules) -> str:
    prefix, suffix = rules.get("prefix", ""), rules.get("suffix", "")
    contains = rules.get("contains", "")
    if not (prefix or suffix or contains):
        return ""
    middle = f"[a-z]{{3,8}}{_plain(contains)}[a-z]{{0,4}}" if contains else "[a-z]{3,12}"
    return f"^{_plain(prefix)}{middle}{_plain(suffix)}$"


def _plain(text: str) -> str:
    return re.sub(r"([\\.^$|?*+()\[\]{}])", r"\\\1", text)


def _bytes(schema: Schema, rules: Rules) -> Schema:
    if "const" in rules:
        return {"const": rules["const"]}
    if rules.get("in"):
        return {"enum": [v for v in rules["in"] if v not in rules.get("notIn", ())]}
    length = next((size for rule, size in _BYTES_SIZES.items() if rules.get(rule) is True), 0)
    least = int(rules.get("len") or rules.get("minLen") or length)
    most = int(rules.get("len") or rules.get("maxLen") or length or max(least, 12))
    middle = base64.b64decode(rules.get("contains", ""))
    prefix, suffix = (base64.b64decode(rules.get(name, "")) for name in ("prefix", "suffix"))
    content = prefix + middle
    wanted = min(max(least, min(most, 12)), _MAX_COUNT)
    filled = content + (b"polymock" * _MAX_COUNT)[: max(wanted - len(content + suffix), 0)] + suffix
    return {"const": base64.b64encode(filled).decode()} if rules else schema


_BYTES_SIZES = {"ip": 4, "ipv4": 4, "ipv6": 16, "uuid": 16}


def _enum(schema: Schema, rules: Rules) -> Schema:
    """The numbers that rules name are ProtoJSON values of an enum as well as its names are."""
    if "const" in rules:
        return {"const": rules["const"]}
    if rules.get("in"):
        return {"enum": rules["in"]}
    return schema


def _boolean(schema: Schema, rules: Rules) -> Schema:
    return {"const": rules["const"]} if "const" in rules else schema


def _repeated(schema: Schema, rules: Rules) -> Schema:
    narrowed = _sized(schema, rules, "minItems", "maxItems", "Items", "")
    if "minItems" in rules and "maxItems" not in rules:
        narrowed["maxItems"] = max(narrowed["minItems"], schema.get("maxItems", 0))
    if rules.get("unique"):
        narrowed["uniqueItems"] = True
    if "items" in rules and "items" in narrowed:
        narrowed["items"] = narrow(narrowed["items"], rules["items"])
    return narrowed


def _map(schema: Schema, rules: Rules) -> Schema:
    narrowed = _sized(schema, rules, "minProperties", "maxProperties", "Pairs", "")
    if "minPairs" in rules and "maxPairs" not in rules:
        narrowed["maxProperties"] = max(narrowed["minProperties"], schema.get("maxProperties", 0))
    for rule, keyword in (("keys", "propertyNames"), ("values", "additionalProperties")):
        if rule in rules and keyword in narrowed:
            inner = narrow(narrowed[keyword], rules[rule])
            narrowed[keyword] = _without_pattern(inner, rules[rule]) if rule == "keys" else inner
    return narrowed


def _without_pattern(schema: Schema, rules: Rules) -> Schema:
    """Keys whose length a rule sets do not keep to the length that keys usually have."""
    told = rules.get("string", {})
    if any(name in told for name in ("minLen", "maxLen", "len")) and "pattern" not in told:
        return {name: value for name, value in schema.items() if name != "pattern"}
    return schema


def _sized(schema: Schema, rules: Rules, low: str, high: str, ending: str, exact: str) -> Schema:
    narrowed = dict(schema)
    least, most = rules.get(f"min{ending}"), rules.get(f"max{ending}")
    if exact and exact in rules:
        least = most = rules[exact]
    if least is not None:
        narrowed[low] = max(min(int(least), _MAX_COUNT), 0)
    if most is not None:
        narrowed[high] = int(most)
        if low in narrowed:
            narrowed[low] = min(narrowed[low], narrowed[high])
    return narrowed


def _duration(schema: Schema, rules: Rules) -> Schema:
    if "const" in rules:
        return {"const": rules["const"]}
    if rules.get("in"):
        return {"enum": rules["in"]}
    least, most = _bounds(rules, _seconds)
    if least is None and most is None:
        return schema
    low = 0.0 if least is None and most is not None and most > 0 else least
    chosen = _inside(low, most, 30.0)
    return {"const": f"{chosen:.9f}".rstrip("0").rstrip(".") + "s"}


def _timestamp(schema: Schema, rules: Rules) -> Schema:
    if "const" in rules:
        return {"const": rules["const"]}
    if rules.get("gtNow"):
        return {"const": _written(_FUTURE.timestamp())}
    least, most = _bounds(rules, _epoch)
    if "within" in rules:
        return {"const": _written(datetime.now(UTC).timestamp())}
    if least is None and most is None:
        return {"const": _written(_MOMENT.timestamp())} if rules.get("ltNow") else schema
    return {"const": _written(_inside(least, most, timedelta(days=1).total_seconds()))}


def _bounds(rules: Rules, read: Callable[[str], float]) -> tuple[float | None, float | None]:
    """The lowest and highest value that is surely inside, a thousandth off exclusive bounds."""
    least: float | None = None
    most: float | None = None
    if "gte" in rules:
        least = read(rules["gte"])
    elif "gt" in rules:
        least = read(rules["gt"]) + 0.001
    if "lte" in rules:
        most = read(rules["lte"])
    elif "lt" in rules:
        most = read(rules["lt"]) - 0.001
    if least is not None and most is not None and most < least:
        return least, None  # bounds the wrong way round mean: outside of them
    return least, most


def _inside(least: float | None, most: float | None, step: float) -> float:
    if least is None:
        return (most or 0.0) - step
    if most is None:
        return least + step
    return (least + most) / 2


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _written(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{moment.microsecond // 1000:03d}Z"


def _field_mask(schema: Schema, rules: Rules) -> Schema:
    if "const" in rules:
        return {"const": rules["const"]}
    if rules.get("in"):
        return {"const": rules["in"][0]}
    return schema


def _numeric(value: Any) -> Any:
    """A number of ProtoJSON: those of 64 bits are text."""
    if isinstance(value, str):
        return float(value) if value in ("NaN", "Infinity", "-Infinity") else int(value)
    return value


_NUMBER_TYPES = (
    "float double int32 int64 uint32 uint64 sint32 sint64 fixed32 fixed64 sfixed32 sfixed64"
)
_NARROWERS: dict[str, Callable[[Schema, Rules], Schema]] = {
    **dict.fromkeys(_NUMBER_TYPES.split(), _number),
    "bool": _boolean,
    "string": _string,
    "bytes": _bytes,
    "enum": _enum,
    "repeated": _repeated,
    "map": _map,
    "duration": _duration,
    "timestamp": _timestamp,
    "fieldMask": _field_mask,
}
