"""graphql-faker's `@fake`: its types as the sampler's words for the same.

Each is a schema that is put beside the field's own: `x-faker` names a method of faker.js, `format`
and `pattern` bind texts where the values have a form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Options = Mapping[str, Any]

MAX_FORMAT = 200
"""Characters of a `dateFormat`."""
DATE_TOKEN = re.compile(
    r"\[[^\]]*\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|SSS|SS|S|ZZ|Z|A|a|X|x|.",
    re.DOTALL,
)
DATE_PARTS = {
    "YYYY": r"20[0-2][0-9]",
    "YY": r"[0-2][0-9]",
    "MMMM": r"(January|March|June|September|November)",
    "MMM": r"(Jan|Mar|Jun|Sep|Nov)",
    "MM": r"(0[1-9]|1[0-2])",
    "M": r"([1-9]|1[0-2])",
    "DD": r"(0[1-9]|1[0-9]|2[0-8])",
    "D": r"([1-9]|1[0-9]|2[0-8])",
    "dddd": r"(Monday|Tuesday|Wednesday|Thursday|Friday)",
    "ddd": r"(Mon|Tue|Wed|Thu|Fri)",
    "HH": r"([01][0-9]|2[0-3])",
    "H": r"(1?[0-9]|2[0-3])",
    "hh": r"(0[1-9]|1[0-2])",
    "h": r"([1-9]|1[0-2])",
    "mm": r"[0-5][0-9]",
    "m": r"[1-5]?[0-9]",
    "ss": r"[0-5][0-9]",
    "s": r"[1-5]?[0-9]",
    "SSS": r"[0-9]{3}",
    "SS": r"[0-9]{2}",
    "S": r"[0-9]",
    "ZZ": r"\+0000",
    "Z": r"\+00:00",
    "A": r"(AM|PM)",
    "a": r"(am|pm)",
    "X": r"1[67][0-9]{8}",
    "x": r"1[67][0-9]{11}",
}
"""Tokens of moment.js's formats as regular expressions."""
FORMATS = {
    "YYYY-MM-DDTHH:mm:ssZ": "date-time",
    "YYYY-MM-DDTHH:mm:ss[Z]": "date-time",
    "YYYY-MM-DD[T]HH:mm:ssZ": "date-time",
    "YYYY-MM-DD[T]HH:mm:ss[Z]": "date-time",
    "YYYY-MM-DD": "date",
}
"""Formats of dates that the sampler knows by name, and so keeps in step with other dates."""
LOCALES = (
    "az",
    "cz",
    "de",
    "de_AT",
    "de_CH",
    "en",
    "en_AU",
    "en_BORK",
    "en_CA",
    "en_GB",
    "en_IE",
    "en_IND",
    "en_US",
    "en_au_ocker",
    "es",
    "es_MX",
    "fa",
    "fr",
    "fr_CA",
    "ge",
    "id_ID",
    "it",
    "ja",
    "ko",
    "nb_NO",
    "nep",
    "nl",
    "pl",
    "pt_BR",
    "ru",
    "sk",
    "sv",
    "tr",
    "uk",
    "vi",
    "zh_CN",
    "zh_TW",
)


def fake(name: str, options: Options) -> dict[str, Any] | None:
    """The schema that `@fake(type: NAME, options: …)` asks for; None for unknown names."""
    made = FAKES.get(name)
    if made is None:
        return None
    return {"x-faker": made} if isinstance(made, str) else made(options)


def _money(options: Options) -> dict[str, Any]:
    low, high = _bounds(options.get("minMoney"), options.get("maxMoney"), 0, 1000)
    arguments = {"min": low, "max": high, "dec": _whole(options.get("decimalPlaces"), 2)}
    return {"x-faker": {"finance.amount": arguments}}


def _numbers(options: Options) -> dict[str, Any]:
    low, high = _bounds(options.get("minNumber"), options.get("maxNumber"), 0, 99_999)
    precision = options.get("precisionNumber")
    decimals = 0
    if isinstance(precision, float) and 0 < precision < 1:
        decimals = len(f"{precision:.12f}".rstrip("0").partition(".")[2])
    if decimals:
        return {"x-faker": {"number.float": {"min": low, "max": high, "fractionDigits": decimals}}}
    return {"x-faker": {"number.int": {"min": low, "max": high}}}


def _bounds(low: Any, high: Any, usual_low: int, usual_high: int) -> tuple[float, float]:
    low = low if isinstance(low, int | float) else None
    high = high if isinstance(high, int | float) else None
    if low is None:
        low = usual_low if high is None else min(usual_low, high)
    return low, max(low, low + usual_high if high is None else high)


def _whole(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and 0 <= value <= 12 else otherwise


def _lorem(options: Options) -> dict[str, Any]:
    return {"x-faker": f"lorem.{_name(options.get('loremSize')) or 'sentence'}"}


def _name(value: Any) -> str:
    sizes = ("word", "words", "sentence", "sentences", "paragraph", "paragraphs")
    return value if value in sizes else ""


def _image(options: Options) -> dict[str, Any]:
    size = options.get("imageSize")
    given = size if isinstance(size, dict) else {}
    arguments = {
        side: given[side] for side in ("width", "height") if isinstance(given.get(side), int)
    }
    return {"x-faker": {"image.url": arguments}}


def _email(options: Options) -> dict[str, Any]:
    provider = options.get("emailProvider")
    if isinstance(provider, str) and re.fullmatch(r"[A-Za-z0-9.-]{1,200}", provider):
        return {"pattern": rf"^[a-z]{{3,8}}\.[a-z]{{4,9}}@{re.escape(provider)}$"}
    return {"x-faker": "internet.email"}


def _password(options: Options) -> dict[str, Any]:
    length = options.get("passwordLength")
    if isinstance(length, int) and 0 < length <= 1000:
        return {"x-faker": {"string.alphanumeric": {"length": length}}}
    return {"x-faker": "internet.password"}


def _address(options: Options) -> dict[str, Any]:
    return {"x-faker": "location.streetAddress"}


def _date(method: str) -> Callable[[Options], dict[str, Any]]:
    def made(options: Options) -> dict[str, Any]:
        wanted = options.get("dateFormat")
        if not isinstance(wanted, str) or not wanted:
            return {"x-faker": f"date.{method}"}
        if wanted in FORMATS:
            return {"format": FORMATS[wanted]}
        return {"pattern": date_pattern(wanted[:MAX_FORMAT])}

    return made


def date_pattern(wanted: str) -> str:
    """The regular expression for dates in a format of moment.js."""
    parts = []
    for token in DATE_TOKEN.findall(wanted):
        if token.startswith("[") and token.endswith("]"):
            parts.append(re.escape(token[1:-1]))
        else:
            parts.append(DATE_PARTS.get(token) or re.escape(token))
    return f"^{''.join(parts)}$"


FAKES: Mapping[str, str | Callable[[Options], dict[str, Any]]] = {
    "zipCode": "location.zipCode",
    "city": "location.city",
    "streetName": "location.street",
    "streetAddress": _address,
    "secondaryAddress": "location.secondaryAddress",
    "county": "location.county",
    "country": "location.country",
    "countryCode": "location.countryCode",
    "state": "location.state",
    "stateAbbr": "address.stateAbbr",
    "latitude": "location.latitude",
    "longitude": "location.longitude",
    "colorName": "color.human",
    "productCategory": "commerce.department",
    "productName": "commerce.productName",
    "money": _money,
    "productMaterial": "commerce.productMaterial",
    "product": "commerce.product",
    "companyName": "company.name",
    "companyCatchPhrase": "company.catchPhrase",
    "companyBS": "company.buzzPhrase",
    "dbColumn": "database.column",
    "dbType": "database.type",
    "dbCollation": "database.collation",
    "dbEngine": "database.engine",
    "pastDate": _date("past"),
    "futureDate": _date("future"),
    "recentDate": _date("recent"),
    "financeAccountName": "finance.accountName",
    "financeTransactionType": "finance.transactionType",
    "currencyCode": "finance.currencyCode",
    "currencyName": "finance.currencyName",
    "currencySymbol": "finance.currencySymbol",
    "bitcoinAddress": "finance.bitcoinAddress",
    "internationalBankAccountNumber": "finance.iban",
    "bankIdentifierCode": "finance.bic",
    "hackerAbbreviation": "hacker.abbreviation",
    "hackerAbbr": "hacker.abbreviation",
    "hackerPhrase": "hacker.phrase",
    "imageUrl": _image,
    "avatarUrl": "internet.avatar",
    "email": _email,
    "url": "internet.url",
    "domainName": "internet.domainName",
    "ipv4Address": "internet.ipv4",
    "ipv6Address": "internet.ipv6",
    "userAgent": "internet.userAgent",
    "colorHex": "internet.color",
    "macAddress": "internet.mac",
    "password": _password,
    "lorem": _lorem,
    "firstName": "person.firstName",
    "lastName": "person.lastName",
    "fullName": "person.fullName",
    "jobTitle": "person.jobTitle",
    "phoneNumber": "phone.number",
    "number": _numbers,
    "uuid": "string.uuid",
    "word": "lorem.word",
    "words": "lorem.words",
    "locale": "random.locale",
    "filename": "system.fileName",
    "mimeType": "system.mimeType",
    "fileExtension": "system.fileExt",
    "semver": "system.semver",
}
"""The names of `fake__Types`: each with a method's name, or what makes a schema of its options."""
