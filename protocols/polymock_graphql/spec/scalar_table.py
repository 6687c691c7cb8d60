"""The scalars that are known by name: those that libraries and public APIs define.

Names are compared without regard to case and underscores: graphql-scalars, AppSync (`AWS…`),
Hasura (PostgreSQL's types), Shopify, GitHub, gqlgen, Hot Chocolate, Strawberry.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from polymock.jsonschema import Schema


class Scalar(msgspec.Struct, frozen=True):
    """What a scalar holds: `schema` for what is answered; input may also satisfy one of `more`.

    `meaning` completes the sentence "It must be …".
    """

    schema: Schema
    meaning: str
    more: tuple[Schema, ...] = ()


def _text(
    meaning: str, form: str = "", pattern: str = "", *more: Schema, faker: str = ""
) -> Scalar:
    wishes = {"format": form, "pattern": pattern, "x-faker": faker}
    return Scalar({"type": "string", **{k: v for k, v in wishes.items() if v}}, meaning, more)


def _whole(meaning: str, low: int, high: int, *more: Schema) -> Scalar:
    return Scalar({"type": "integer", "minimum": low, "maximum": high}, meaning, more)


def _number(meaning: str, more: tuple[Schema, ...] = (), **bounds: float) -> Scalar:
    return Scalar({"type": "number", **bounds}, meaning, more)


SAFE = (1 << 53) - 1
"""The largest integer that JavaScript holds exactly."""
INT = (1 << 31) - 1
"""The largest Int (GraphQL, section 3.5.1)."""
_INTEGER: Schema = {"type": "integer"}
_DIGITS: Schema = {"type": "string", "pattern": r"^[+-]?\d{1,1000}$"}
_DECIMAL = r"^[+-]?\d{1,1000}(\.\d{1,1000})?([eE][+-]?\d{1,4})?$"
_NUMERAL: Schema = {"type": "string", "pattern": _DECIMAL}
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?$"
_LOCAL = (
    r"^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?$"
)
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_NAIVE: Schema = {"type": "string", "pattern": _LOCAL}
_SPAN = r"^-?\d[\d.:]{0,40}$|^-?(\d{1,9}\s?[a-zµ]{1,7}\s?){1,9}$"
_BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_COLOR_PART = r"\s*\d{1,3}(\.\d{1,6})?%?\s*"
_YEAR_2020 = 1_577_836_800
"""In seconds since 1970."""

BUILT_IN: Mapping[str, Scalar] = {
    "Int": _whole("an integer of 32 bits", -INT - 1, INT),
    "Float": _number("a number"),
    "String": _text("text"),
    "Boolean": Scalar({"type": "boolean"}, "true or false"),
    "ID": _text("text or an integer", "", "", _INTEGER),
}
"""Those of the language (GraphQL, section 3.5)."""
UNKNOWN = Scalar({}, "any JSON")
"""What nobody knows takes any JSON and is sampled as text that suits the field's name."""
_LOCAL_MOMENT = Scalar(
    {"type": "string", "format": "date-time-local", "pattern": _LOCAL},
    "a local date and time such as 2024-05-01T12:00:00",
    (_MOMENT,),
)
EXACT: Mapping[str, Scalar] = {
    "timestamp": _LOCAL_MOMENT,
    "timetz": _text("a time with its offset such as 12:00:00Z", "time"),
    "name": _text("text"),
    "interval": _text("a duration such as PT15M or 00:15:00", "duration", "", {"type": "string"}),
}
"""Names that mean something else in lower case: PostgreSQL's types, as Hasura names them."""

_TIMES: Mapping[str, Scalar] = {
    "datetime iso8601datetime datetimeiso precisedatetime awsdatetime timestamptz instant "
    "datetimeoffset offsetdatetime zoneddatetime gittimestamp utcdatetime datetimeutc datetimetz "
    "isodatetime isodate rfc3339": Scalar(
        _MOMENT, "a date and time of RFC 3339 such as 2024-05-01T12:00:00Z", (_NAIVE,)
    ),
    "date localdate iso8601date awsdate fulldate calendardate dateonly naivedate": _text(
        "a date of RFC 3339 such as 2024-05-01", "date"
    ),
    "time awstime offsettime": _text(
        "a time of RFC 3339 such as 12:00:00Z",
        "time",
        "",
        {"type": "string", "pattern": _CLOCK},
        _MOMENT,
    ),
    "localtime localendtime timeonly naivetime timeofday": _text(
        "a local time such as 12:00:00", "time-local", _CLOCK
    ),
    "localdatetime naivedatetime": _LOCAL_MOMENT,
    "timestamp epochmillis": _whole(
        "milliseconds since 1970, or a date and time of RFC 3339",
        _YEAR_2020 * 1000,
        4 * _YEAR_2020 * 1000,
        _INTEGER,
        _MOMENT,
        _NAIVE,
    ),
    "awstimestamp unixtimestamp unixtime epoch epochseconds": _whole(
        "seconds since 1970", _YEAR_2020, 4 * _YEAR_2020, _INTEGER
    ),
    "duration iso8601duration period timespan isoduration": _text(
        "a duration of ISO 8601 such as PT15M",
        "duration",
        "",
        {"type": "string", "pattern": _SPAN},
        {"type": "number"},
    ),
    "timezone tz": _text(
        "a time zone such as Europe/Berlin", "timezone", r"^[A-Za-z0-9_+/-]{1,64}$"
    ),
    "utcoffset": _text("an offset such as +02:00", "", r"^[+-]([01]\d|2[0-3]):[0-5]\d$"),
}
_NUMBERS: Mapping[str, Scalar] = {
    "decimal bigdecimal numeric decimal128": _text(
        "a decimal number such as 12.50", "decimal", _DECIMAL, {"type": "number"}
    ),
    "money uscurrency": _text("an amount such as 12.50", "decimal", "", {"type": "number"}),
    "long int64 i64 longint": _whole("an integer of 64 bits", -SAFE, SAFE, _INTEGER, _DIGITS),
    "safeint": _whole("an integer of 53 bits", -SAFE, SAFE),
    "bigint biginteger int128": _whole("an integer", -SAFE, SAFE, _INTEGER, _DIGITS),
    "unsignedint64 uint64 ulong unsignedlong u64": _whole(
        "an integer from 0 up", 0, SAFE, {"type": "integer", "minimum": 0}, _DIGITS
    ),
    "int8 signedbyte": _whole("an integer of 8 bits", -128, 127),
    "uint8 u8": _whole("an integer from 0 to 255", 0, 255),
    "int16 short smallint": _whole("an integer of 16 bits", -(1 << 15), (1 << 15) - 1),
    "uint16 ushort": _whole("an integer from 0 to 65535", 0, (1 << 16) - 1),
    "int32 i32 integer": _whole("an integer of 32 bits", -INT - 1, INT),
    "uint32 u32": _whole("an integer from 0 to 4294967295", 0, (1 << 32) - 1),
    "positiveint": _whole("an integer above 0", 1, SAFE),
    "nonnegativeint unsignedint uint": _whole("an integer from 0 up", 0, SAFE),
    "negativeint": _whole("an integer below 0", -SAFE, -1),
    "nonpositiveint": _whole("an integer up to 0", -SAFE, 0),
    "port": _whole("a port from 0 to 65535", 0, (1 << 16) - 1),
    "positivefloat": _number("a number above 0", exclusiveMinimum=0),
    "nonnegativefloat unsignedfloat": _number("a number from 0 up", minimum=0),
    "negativefloat": _number("a number below 0", exclusiveMaximum=0),
    "nonpositivefloat": _number("a number up to 0", maximum=0),
    "double float8 float64 float32 float4 real number": _number("a number", (_NUMERAL,)),
    "percentage percent": _number("a number", ({"type": "number"},), minimum=0, maximum=100),
    "latitude": _number("a latitude from -90 to 90", minimum=-90, maximum=90),
    "longitude": _number("a longitude from -180 to 180", minimum=-180, maximum=180),
}
_OBJECTS = [
    {"name": "example", "enabled": True, "count": 3},
    {"name": "sample", "enabled": False, "count": 7},
    {"key": "value", "items": [1, 2, 3]},
]
_POINTS = [
    {"type": "Point", "coordinates": [13.405, 52.52]},
    {"type": "Point", "coordinates": [-0.1276, 51.5072]},
]
_JSON: Mapping[str, Scalar] = {
    "json jsonb anyscalar any generic jsonvalue untyped mixed": Scalar(
        {"x-faker": {"helpers.arrayElement": [_OBJECTS]}}, "any JSON"
    ),
    "jsonobject jsonmap map object dictionary keyvalue": Scalar(
        {"type": "object", "x-faker": {"helpers.arrayElement": [_OBJECTS]}}, "a JSON object"
    ),
    "jsonarray": Scalar(
        {"type": "array", "x-faker": {"helpers.arrayElement": [[_OBJECTS, [1, 2, 3]]]}},
        "a JSON array",
    ),
    "jsonstring awsjson": Scalar({"type": "string", "format": "json"}, "JSON as text"),
    "geojson": Scalar(
        {
            "type": "object",
            "properties": {"type": {"type": "string"}},
            "required": ["type"],
            "x-faker": {"helpers.arrayElement": [_POINTS]},
        },
        "a GeoJSON object",
    ),
    "void": Scalar({"type": "null"}, "null"),
    "upload file": Scalar({}, "a file"),
}
_TEXTS: Mapping[str, Scalar] = {
    "url awsurl httpurl httpsurl link": _text("an absolute URL", "uri"),
    "uri iri anyuri": _text("a URI", "uri", "", {"type": "string", "format": "iri-reference"}),
    "uuid guid uuid4 uuidv4": _text("a UUID of RFC 9562", "uuid"),
    "byte base64 base64string bytes bytea binary base64bytes bytestring": _text(
        "bytes in base64", "base64", _BASE64
    ),
    "base64url base64urlstring": _text("bytes in base64url", "base64url", r"^[A-Za-z0-9_-]*=*$"),
    "emailaddress email awsemail": _text("an e-mail address", "email"),
    "phonenumber phone awsphone mobilenumber": _text(
        "a phone number such as +12025550123", "phone", r"^\+?[0-9(][0-9 ().-]{4,24}$"
    ),
    "postalcode zipcode postcode zip": _text(
        "a postal code", "", r"^[A-Za-z0-9][A-Za-z0-9 -]{1,9}$", faker="location.zipCode"
    ),
    "countrycode iso3166alpha2": _text("a country code such as DE", "country-code", r"^[A-Z]{2}$"),
    "countryname": _text("the name of a country", faker="location.country"),
    "currencycode currency iso4217": _text(
        "a currency code such as EUR", "currency", r"^[A-Z]{3}$"
    ),
    "locale": _text(
        "a language tag of BCP 47 such as de-CH",
        "locale",
        r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$",
    ),
    "languagecode": _text("a language code such as de", "language", r"^[a-z]{2,3}$"),
    "hexcolorcode hexcolor color colour": _text(
        "a colour such as #1e90ff",
        "hex-color",
        r"^#?([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$",
    ),
    "hexadecimal hexstring hex": _text("hexadecimal digits", "", r"^(0x)?[0-9A-Fa-f]{1,1000}$"),
    "rgb": _text(
        "a colour such as rgb(1, 2, 3)", "", rf"^rgb\({_COLOR_PART}(,{_COLOR_PART}){{2}}\)$"
    ),
    "rgba": _text(
        "a colour such as rgba(1, 2, 3, 0.5)", "", rf"^rgba\({_COLOR_PART}(,{_COLOR_PART}){{3}}\)$"
    ),
    "hsl": _text(
        "a colour such as hsl(1, 2%, 3%)", "", rf"^hsl\({_COLOR_PART}(,{_COLOR_PART}){{2}}\)$"
    ),
    "hsla": _text(
        "a colour such as hsla(1, 2%, 3%, 0.5)",
        "",
        rf"^hsla\({_COLOR_PART}(,{_COLOR_PART}){{3}}\)$",
    ),
    "ip ipaddress inet awsipaddress": _text(
        "an IP address",
        "ipv4",
        "",
        {"type": "string", "format": "ipv6"},
        {"type": "string", "pattern": r"^[0-9A-Fa-f:.]{2,45}/\d{1,3}$"},
    ),
    "ipv4": _text("an IPv4 address", "ipv4"),
    "ipv6": _text("an IPv6 address", "ipv6"),
    "mac macaddress macaddr": _text(
        "a MAC address", "mac", r"^[0-9A-Fa-f]{2}([:.-]?[0-9A-Fa-f]{2}){5,7}$"
    ),
    "hostname domain domainname": _text("a host name", "hostname"),
    "slug": _text("a slug such as red-shoes", "slug", r"^[A-Za-z0-9][A-Za-z0-9_-]*$"),
    "semver": _text(
        "a version such as 1.2.3", "semver", r"^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]*)?$"
    ),
    "isbn": _text("an ISBN", "isbn", r"^[0-9-]{9,16}[0-9Xx]$"),
    "iban": _text("an IBAN", "iban", r"^[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,40}$"),
    "jwt": _text(
        "a JSON Web Token",
        "",
        r"^[A-Za-z0-9_-]{2,64}\.[A-Za-z0-9_-]{2,64}\.[A-Za-z0-9_-]{2,64}$",
        {"type": "string", "pattern": r"^[\w-]+\.[\w-]+\.[\w-]*$"},
    ),
    "objectid objectidentifier": _text(
        "an ObjectID of 24 hexadecimal digits", "objectid", r"^[0-9A-Fa-f]{24}$"
    ),
    "ulid": _text("a ULID", "ulid", r"^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$"),
    "cuid": _text("a CUID", "", r"^c[0-9a-z]{8,40}$"),
    "cuid2": _text("a CUID2", "", r"^[a-z][0-9a-z]{1,31}$"),
    "did": _text(
        "a DID such as did:example:123", "", r"^did:[a-z0-9]{1,20}:[A-Za-z0-9._:%-]{1,200}$"
    ),
    "nonemptystring": _text("text that is not empty", "", r"\S"),
    "accountnumber": _text("an account number", "", r"^[A-Za-z0-9]{5,17}$"),
    "routingnumber": _text("a routing number of nine digits", "", r"^[0-9]{9}$"),
    "sessn ssn": _text("nine digits such as 123-45-6789", "", r"^[0-9]{3}-?[0-9]{2}-?[0-9]{4}$"),
    "deweydecimal": _text("a Dewey number such as 823.91", "", r"^[0-9]{1,3}(\.[0-9]{1,20})?$"),
    "lccsubclass": _text("a class such as QA", "", r"^[A-Z]{1,3}$"),
    "ipcpatent": _text(
        "a class such as G06F 9/44", "", r"^[A-H][0-9]{2}[A-Z] [0-9]{1,4}/[0-9]{2,6}$"
    ),
    "gitobjectid sha1": _text("40 hexadecimal digits", "", r"^[0-9a-f]{40}$"),
    "html": _text("HTML", "html"),
    "markdown": _text("Markdown", "markdown"),
    "regex regexp regularexpression": _text("a regular expression", "regex"),
    "mimetype mediatype": _text(
        "a media type such as image/png", "mime-type", r"^[\w.+*-]+/[\w.+*-]+.*$"
    ),
    "password": _text("a password", "password"),
    "upload": Scalar({}, "a file, by the multipart request specification"),
    "fieldset": _text("a selection of fields such as `id`"),
    "citext bpchar varchar text char character": _text("text"),
}
FOLDED: Mapping[str, Scalar] = {
    name: scalar
    for family in (_TIMES, _NUMBERS, _JSON, _TEXTS)
    for names, scalar in family.items()
    for name in names.split()
}
"""By name in lower case, without underscores."""
SPECIFICATIONS: tuple[tuple[str, str], ...] = (
    ("rfc3339", "datetime"),
    ("date-time", "datetime"),
    ("local-date-time", "localdatetime"),
    ("iso_8601", "datetime"),
    ("rfc4122", "uuid"),
    ("rfc9562", "uuid"),
    ("url.spec.whatwg.org", "url"),
    ("rfc3986", "uri"),
    ("rfc8259", "json"),
    ("rfc7159", "json"),
    ("ecma-404", "json"),
    ("json.org", "json"),
    ("rfc5322", "email"),
    ("rfc5321", "email"),
    ("html.spec.whatwg.org/multipage/input.html#valid-e-mail-address", "email"),
    ("e.164", "phonenumber"),
    ("rfc4648", "base64"),
    ("bcp47", "locale"),
    ("rfc5646", "locale"),
    ("iso_4217", "currencycode"),
    ("iso_3166", "countrycode"),
    ("rfc7519", "jwt"),
    ("semver.org", "semver"),
    ("ulid", "ulid"),
)
"""Parts of the URL of a specification (`@specifiedBy`), with the name of the scalar meant."""
