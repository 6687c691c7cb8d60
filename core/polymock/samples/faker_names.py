"""The `x-faker` extension: names of faker.js methods, old and new, as our own makers.

A schema says `x-faker: internet.email`, or gives arguments:
`x-faker: {"datatype.number": {"min": 1, "max": 9}}`, or a list of positional ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from polymock.jsonschema import Schema, subschemas
from polymock.samples import kinds
from polymock.samples.draws import Draw
from polymock.samples.recipe import frozen, type_of
from polymock.samples.tables import unfolded

_MAX_NAMES = 100_000
"""Schemas looked at for one report."""

AnyMaker = Callable[[Draw], Any]
"""Draws a value of any JSON type."""
Arguments = Mapping[str, Any]
"""A method's named arguments; positional ones are named `0`, `1` …"""


def maker(wish: Any) -> AnyMaker | None:
    """The maker for an `x-faker` value; None where the name is unknown."""
    read = _read(wish)
    if read is None:
        return None
    name, arguments = read
    method = _METHODS.get(name)
    if method is not None:
        return partial(_called, method, arguments)
    return kinds.text(_KINDS.get(name, ""))


def unknown_faker_names(schema: Schema) -> list[str]:
    """The `x-faker` names in a schema that have no maker, sorted; for warnings."""
    unknown: set[str] = set()
    waiting: list[Any] = [schema]
    for _ in range(_MAX_NAMES):
        if not waiting:
            break
        body = waiting.pop()
        if not isinstance(body, dict):
            continue
        if "x-faker" in body and maker(body["x-faker"]) is None:
            wish = body["x-faker"]
            unknown.add(next(iter(wish), "") if isinstance(wish, dict) else str(wish))
        waiting.extend(inner for _, inner in subschemas(body) if isinstance(inner, dict))
    return sorted(unknown)


def fitted(value: Any, kind: str) -> Any:
    """The value as a type wants it (a price as a number, a number as text); None if it cannot."""
    found = type_of(value)
    if kind in ("listed", found) or (kind == "number" and found == "integer"):
        return value
    if kind == "string" and found in ("integer", "number"):
        return str(value)
    if kind in ("integer", "number") and found == "string":
        try:
            return int(value) if kind == "integer" else float(value)
        except ValueError:
            return None
    if kind == "integer" and found == "number":
        return round(value)
    return None


def _read(wish: Any) -> tuple[str, Arguments] | None:
    if isinstance(wish, str):
        return wish.strip().removeprefix("faker."), {}
    if not isinstance(wish, dict) or len(wish) != 1:
        return None
    name, given = next(iter(wish.items()))
    if isinstance(given, list):
        named = given[0] if len(given) == 1 and isinstance(given[0], dict) else {}
        return str(name), {**{str(place): each for place, each in enumerate(given)}, **named}
    return str(name), given if isinstance(given, dict) else {"0": given}


def _called(method: Callable[[Draw, Arguments], Any], arguments: Arguments, draw: Draw) -> Any:
    return method(draw, arguments)


def _number(arguments: Arguments, name: str, default: int) -> int:
    value = arguments.get(name, default)
    return int(value) if isinstance(value, int | float) and abs(value) < 1 << 63 else default


def _integer(draw: Draw, arguments: Arguments) -> int:
    low = _number(arguments, "min", 0)
    high = _number(arguments, "max", _number(arguments, "0", max(99_999, low)))
    return draw.stream.between(low, max(low, high))


def _float(draw: Draw, arguments: Arguments) -> float:
    low = _number(arguments, "min", 0)
    high = _number(arguments, "max", max(1_000, low))
    decimals = min(max(_number(arguments, "fractionDigits", _number(arguments, "dec", 2)), 0), 12)
    scale: int = 10**decimals
    return float(draw.stream.between(low * scale, max(low, high) * scale) / scale)


def _amount(draw: Draw, arguments: Arguments) -> str:
    decimals = min(max(_number(arguments, "dec", 2), 0), 12)
    return f"{arguments.get('symbol', '')}{_float(draw, arguments):.{decimals}f}"


def _length(arguments: Arguments, default: int) -> int:
    return min(max(_number(arguments, "length", _number(arguments, "0", default)), 0), 10_000)


def _characters(mask: str) -> Callable[[Draw, Arguments], str]:
    return lambda draw, arguments: draw.masked(mask * _length(arguments, 10))


def _words(separator: str, default: int) -> Callable[[Draw, Arguments], str]:
    return lambda draw, arguments: separator.join(
        draw.words(1) for _ in range(_length(arguments, default))
    )


def _sentences(default: int) -> Callable[[Draw, Arguments], str]:
    return lambda draw, arguments: " ".join(
        kinds.sentence(draw) for _ in range(min(_length(arguments, default), 100))
    )


def _element(draw: Draw, arguments: Arguments) -> Any:
    given = arguments.get("0")
    return draw.stream.pick(given) if isinstance(given, list) and given else None


def _elements(draw: Draw, arguments: Arguments) -> Any:
    given = arguments.get("0")
    if not isinstance(given, list) or not given:
        return None
    distinct = list({frozen(each): each for each in given}.values())
    count = _number(arguments, "1", draw.stream.between(1, len(distinct)))
    return draw.stream.shuffled(distinct)[: max(count, 0)]


def _slugified(draw: Draw, arguments: Arguments) -> str:
    given = arguments.get("0")
    text = given if isinstance(given, str) else draw.words(2)
    return "-".join("".join(c for c in w if c.isalnum() or c in "-_.") for w in text.split())


def _symbols(draw: Draw, arguments: Arguments) -> str:
    given = str(arguments.get("0", "###"))[:10_000]
    return draw.masked(given.replace("?", "@").replace("*", "#"))


def _moment(kind: str) -> Callable[[Draw, Arguments], str]:
    return lambda draw, arguments: draw.moment(kind).strftime("%Y-%m-%dT%H:%M:%SZ")


def _truth(draw: Draw, arguments: Arguments) -> bool:
    return draw.stream.below(2) == 1


def _coordinate(kind: str) -> Callable[[Draw, Arguments], float]:
    return lambda draw, arguments: float(getattr(draw.place, kind))


def _hexadecimal(draw: Draw, arguments: Arguments) -> str:
    return "0x" + draw.hexadecimal(max(_length(arguments, 1), 1))


def _image(draw: Draw, arguments: Arguments) -> str:
    width, height = _number(arguments, "width", 640), _number(arguments, "height", 480)
    return f"https://example.com/images/{width}x{height}/{kinds.slug(draw)}.jpg"


def _hacker_phrase(draw: Draw, arguments: Arguments) -> str:
    return f"Try to index the {draw.words(1)} feed, maybe it will show the {draw.words(1)} port!"


def _spread(table: str) -> dict[str, str]:
    """Lines of `namespaces: kind=method,method …` as a map of full method names to kinds."""
    found: dict[str, str] = {}
    for line in unfolded(table):
        spaces, _, entries = line.partition(": ")
        for entry in entries.split():
            kind, _, methods = entry.partition("=")
            for space in spaces.split():
                found.update((f"{space}.{method}", kind) for method in (methods or kind).split(","))
    return found


_KINDS = _spread("""
name person: first_name=firstName,middleName last_name=lastName full_name=findName,fullName,name
  prefix suffix gender=gender,sex,sexType job=jobTitle,title,jobType job=jobArea,jobDescriptor
  biography=bio
address location: city=city,cityName region=state,county region_code=stateAbbr country
  country_code=countryCode postcode=zipCode,zipCodeByState street=streetAddress
  street_name=streetName,street house_number=buildingNumber apartment=secondaryAddress
  timezone=timeZone
internet: email=email,exampleEmail,safeEmail username=userName,username,displayName url
  domain=domainName,domainWord ipv4=ip,ipv4 ipv6 mac user_agent=userAgent password protocol
  method=httpMethod hex_color=color emoji image=avatar token=jwt
commerce: product=productName department adjective=productAdjective material=productMaterial
  product_word=product sentence=productDescription isbn ean=upc
company: company=companyName,name heading=catchPhrase,buzzPhrase,bs
  word=catchPhraseNoun,catchPhraseAdjective,catchPhraseDescriptor,bsNoun
  word=bsAdjective,bsBuzz,buzzNoun,buzzVerb word=buzzAdjective
finance: account=account,accountNumber,routingNumber,maskedNumber heading=accountName
  currency=currencyCode currency_name=currencyName currency_symbol=currencySymbol iban bic
  card_number=creditCardNumber card_brand=creditCardIssuer cvv=creditCardCVV pin
  token=bitcoinAddress,ethereumAddress,litecoinAddress sentence=transactionDescription
  word=transactionType
hacker: word=abbreviation,adjective,noun,verb,ingverb
image: image=imageUrl,url,image,avatar image=avatarGitHub,cats,people,business
  image=food,nature,city,animals image=abstract,technics,urlLoremFlickr,urlPicsumPhotos
  image=personPortrait
lorem: word slug
phone: phone=phoneNumber,number,phoneNumberFormat imei
system: filename=fileName,commonFileName mime_type=mimeType extension=fileExt,commonFileExt
  word=fileType,commonFileType path=directoryPath file_path=filePath version=semver
vehicle: vehicle=vehicle,model manufacturer vin licence_plate=vrm word=type,fuel color=color
animal: animal=type,bear,bird,cat animal=cetacean,cow,crocodilia,dog
  animal=fish,horse,insect,lion animal=rabbit,rodent,snake pet=petName
music: genre title=songName,album full_name=artist
color: color=human,name hex_color=rgb
git: slug=branch hash=commitSha sentence=commitMessage
science: word=chemicalElement,unit
word: word=adjective,adverb,conjunction,interjection word=noun,preposition,verb,sample
database: word=column,type,collation,engine
date: month weekday timezone=timeZone
food: dish fruit=fruit,ingredient,vegetable,spice sentence=description
book: title full_name=author genre company=publisher
airline: company=airline
datatype random string: uuid
""")
_METHODS: dict[str, Callable[[Draw, Arguments], Any]] = {
    "datatype.number": _integer,
    "random.number": _integer,
    "number.int": _integer,
    "number.bigInt": _integer,
    "datatype.bigInt": _integer,
    "datatype.float": _float,
    "random.float": _float,
    "number.float": _float,
    "number.hex": _hexadecimal,
    "datatype.hexadecimal": _hexadecimal,
    "random.hexaDecimal": _hexadecimal,
    "string.hexadecimal": _hexadecimal,
    "datatype.boolean": _truth,
    "random.boolean": _truth,
    "datatype.datetime": _moment("moment"),
    "datatype.string": _characters("*"),
    "random.alphaNumeric": _characters("*"),
    "string.alphanumeric": _characters("*"),
    "string.sample": _characters("*"),
    "string.nanoid": lambda draw, arguments: draw.masked("*" * 21),
    "random.alpha": _characters("@"),
    "string.alpha": _characters("@"),
    "string.numeric": _characters("#"),
    "random.numeric": _characters("#"),
    "random.word": _words(" ", 1),
    "random.words": _words(" ", 3),
    "random.locale": lambda draw, arguments: draw.place.language,
    "random.arrayElement": _element,
    "random.arrayElements": _elements,
    "helpers.arrayElement": _element,
    "helpers.arrayElements": _elements,
    "helpers.randomize": _element,
    "helpers.shuffle": lambda draw, a: draw.stream.shuffled(a["0"]) if "0" in a else None,
    "helpers.slugify": _slugified,
    "helpers.replaceSymbols": _symbols,
    "helpers.replaceSymbolWithNumber": _symbols,
    "random.image": _image,
    "image.dataUri": lambda draw, arguments: "data:image/svg+xml;base64,PHN2Zy8+",
    "image.imageUrl": _image,
    "image.url": _image,
    "address.latitude": _coordinate("latitude"),
    "address.longitude": _coordinate("longitude"),
    "location.latitude": _coordinate("latitude"),
    "location.longitude": _coordinate("longitude"),
    "commerce.price": _amount,
    "finance.amount": _amount,
    "finance.mask": _characters("#"),
    "internet.port": lambda draw, arguments: draw.stream.between(1024, 65535),
    "internet.httpStatusCode": lambda draw, arguments: draw.stream.pick((200, 201, 204, 400, 404)),
    "internet.domainSuffix": lambda draw, arguments: draw.stream.pick(("com", "net", "org")),
    "company.companySuffix": lambda draw, arguments: draw.stream.pick(("Ltd", "Inc", "Group")),
    "hacker.phrase": _hacker_phrase,
    "lorem.words": _words(" ", 3),
    "lorem.sentence": _sentences(1),
    "lorem.sentences": _sentences(3),
    "lorem.paragraph": _sentences(3),
    "lorem.paragraphs": _sentences(9),
    "lorem.lines": _sentences(3),
    "lorem.text": _sentences(3),
    "word.words": _words(" ", 3),
    "date.past": _moment("created"),
    "date.recent": _moment("updated"),
    "date.between": _moment("moment"),
    "date.anytime": _moment("moment"),
    "date.future": _moment("expires"),
    "date.soon": _moment("ended"),
    "date.birthdate": _moment("birth"),
    "git.shortSha": lambda draw, arguments: draw.hexadecimal(7),
    "git.commitDate": _moment("updated"),
    "database.mongodbObjectId": lambda draw, arguments: draw.hexadecimal(24),
    "system.cron": lambda draw, arguments: f"{draw.stream.below(60)} {draw.stream.below(24)} * * *",
    "time.recent": lambda draw, arguments: int(draw.moment("updated").timestamp() * 1000),
}
