"""Realistic values by kind (`email`, `price`, `city`); which name is of which kind: `names`."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from polymock.samples import wording
from polymock.samples.draws import Draw, ascii_word
from polymock.samples.places import ALPHA3, CALLING_CODES, LANGUAGES3
from polymock.samples.quantities import NUMBERS
from polymock.samples.tables import word_set

Maker = Callable[[Draw], str]


def codes(kind: str) -> tuple[Maker, ...]:
    """The makers of codes that stand for the texts of a kind, where only a code fits."""
    return tuple(_TEXTS[code] for code in _CODES.get(kind, ()))


def text(kind: str) -> Maker | None:
    """The maker of texts of a kind; None where the kind has none."""
    return _TEXTS.get(kind)


def slug(draw: Draw) -> str:
    """Two words joined by a hyphen."""
    return draw.words(2).replace(" ", "-")


def uuid(draw: Draw) -> str:
    """A UUID of version 4 (RFC 9562, section 5.4)."""
    return str(UUID(int=draw.stream.below(1 << 128), version=4))


def sentence(draw: Draw) -> str:
    """A short plain sentence."""
    return draw.stream.pick(wording.SENTENCES)


def email(draw: Draw) -> str:
    """The address of the owner's person, at a domain reserved by RFC 2606."""
    return f"{ascii_word(draw.first)}.{ascii_word(draw.last)}@example.com"


def username(draw: Draw) -> str:
    """A handle of the owner's person."""
    return f"{ascii_word(draw.first)}{draw.owner % 90 + 10}"


def url(draw: Draw) -> str:
    """An address below example.com."""
    return f"https://example.com/{slug(draw)}"


def image(draw: Draw) -> str:
    """An address of a picture below example.com."""
    return f"https://example.com/images/{slug(draw)}.jpg"


def product(draw: Draw) -> str:
    """The name of something that a shop sells."""
    pick = draw.stream.pick
    return f"{pick(wording.ADJECTIVES)} {pick(wording.MATERIALS)} {pick(wording.PRODUCTS)}"


def identifier(draw: Draw) -> str:
    """A short opaque id with the first letters of what it names."""
    mask = "*" * 10
    return draw.masked(
        f"{draw.entity[:3]}_{mask}" if draw.entity.isascii() and draw.entity else mask
    )


def heading(draw: Draw) -> str:
    """Two words, capitalised."""
    return draw.words(2).title()


def ipv4(draw: Draw) -> str:
    """An address of the documentation nets (RFC 5737)."""
    return (
        f"{draw.stream.pick(('192.0.2', '198.51.100', '203.0.113'))}.{draw.stream.between(1, 254)}"
    )


def ipv6(draw: Draw) -> str:
    """An address of the documentation prefix (RFC 3849)."""
    return f"2001:db8::{draw.stream.between(1, 0xFFFF):x}:{draw.stream.between(1, 0xFFFF):x}"


def isbn(draw: Draw) -> str:
    """An ISBN-13 with a right check digit."""
    digits = "978" + draw.masked("#########")
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def filename(draw: Draw) -> str:
    """Two words and an extension."""
    return f"{slug(draw)}.{draw.file_type[0]}"


def price(draw: Draw) -> str:
    """An amount with two decimals."""
    return f"{draw.stream.between(5, 499)}.{draw.stream.pick(('00', '49', '50', '90', '95', '99'))}"


def name_of(draw: Draw) -> str:
    """A name that suits the owner: a person's, a pet's, a product's, a company's …"""
    for maker, entities in _NAMED:
        if draw.entity in entities:
            return maker(draw)
    return heading(draw)


def _full_name(draw: Draw) -> str:
    return f"{draw.first} {draw.last}"


def _someone(draw: Draw) -> str:
    person = draw.lexicon.person
    return f"{person.first_name()} {person.last_name()}"


def _company(draw: Draw) -> str:
    return f"{draw.stream.pick(wording.WORDS).title()} & {draw.lexicon.person.last_name()} Ltd"


def _state(draw: Draw) -> str:
    if draw.entity in ("address", "location", "place", "city", "billing", "shipping"):
        return draw.place.region
    return draw.stream.pick(wording.STATUSES)


def _timestamp(kind: str) -> Maker:
    return lambda draw: draw.moment(kind).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(kind: str) -> Maker:
    return lambda draw: draw.moment(kind).strftime("%Y-%m-%d")


def _one_of(*choices: str) -> Maker:
    return lambda draw: draw.stream.pick(choices)


_TEXTS: dict[str, Maker] = {
    "email": email,
    "first_name": lambda draw: draw.first,
    "last_name": lambda draw: draw.last,
    "full_name": _full_name,
    "someone": _someone,
    "username": username,
    "prefix": _one_of("Dr.", "Mr.", "Mrs.", "Ms."),
    "suffix": _one_of("Jr.", "MD", "PhD", "Sr."),
    "gender": _one_of("female", "male", "non-binary"),
    "job": lambda draw: draw.lexicon.person.occupation(),
    "nationality": lambda draw: draw.lexicon.person.nationality(),
    "biography": lambda draw: f"{draw.lexicon.person.occupation()} from {draw.place.city}",
    "company": _company,
    "department": _one_of(*wording.DEPARTMENTS),
    "phone": lambda draw: draw.masked(draw.place.dialling),
    "street": lambda draw: draw.lexicon.address.address(),
    "street_name": lambda draw: f"{draw.lexicon.address.street_name()} Street",
    "house_number": lambda draw: str(draw.stream.between(1, 199)),
    "apartment": lambda draw: f"Apt. {draw.stream.between(1, 99)}",
    "address": lambda draw: (
        f"{draw.lexicon.address.address()}, {draw.place.city}, {draw.place.country}"
    ),
    "city": lambda draw: draw.place.city,
    "region": lambda draw: draw.place.region,
    "region_code": lambda draw: draw.place.region_code,
    "country": lambda draw: draw.place.country,
    "country_code": lambda draw: draw.place.country_code,
    "country_code3": lambda draw: ALPHA3[draw.place.country_code],
    "calling_code": lambda draw: CALLING_CODES[draw.place.country_code],
    "postcode": lambda draw: draw.masked(draw.place.postcode),
    "timezone": lambda draw: draw.place.timezone,
    "currency": lambda draw: draw.place.currency,
    "currency_name": _one_of(*wording.CURRENCY_NAMES),
    "currency_symbol": _one_of("$", "£", "¥", "€"),
    "language": lambda draw: draw.place.language,
    "language3": lambda draw: LANGUAGES3[draw.place.language],
    "locale": lambda draw: f"{draw.place.language}-{draw.place.country_code}",
    "latitude": lambda draw: str(draw.place.latitude),
    "longitude": lambda draw: str(draw.place.longitude),
    "id": identifier,
    "uuid": uuid,
    "name": name_of,
    "product": product,
    "product_word": _one_of(*wording.PRODUCTS),
    "material": _one_of(*wording.MATERIALS),
    "adjective": _one_of(*wording.ADJECTIVES),
    "pet": _one_of(*wording.PET_NAMES),
    "animal": _one_of(*wording.ANIMALS),
    "category": _one_of(*wording.DEPARTMENTS),
    "genre": _one_of(*wording.GENRES),
    "title": _one_of(*wording.TITLES),
    "event": _one_of(*wording.EVENTS),
    "heading": heading,
    "sentence": sentence,
    "paragraph": lambda draw: " ".join(draw.stream.shuffled(wording.SENTENCES)[:3]),
    "word": lambda draw: draw.words(1),
    "words": lambda draw: draw.words(3),
    "slug": slug,
    "status": _one_of(*wording.STATUSES),
    "state": _state,
    "color": lambda draw: draw.lexicon.text.color().lower(),
    "hex_color": lambda draw: "#" + draw.hexadecimal(6),
    "dish": lambda draw: draw.lexicon.food.dish(),
    "fruit": lambda draw: draw.lexicon.food.fruit(),
    "vehicle": lambda draw: draw.lexicon.transport.car(),
    "manufacturer": lambda draw: draw.lexicon.transport.manufacturer(),
    "licence_plate": lambda draw: draw.masked("@@-#### @@"),
    "vin": lambda draw: draw.masked("WVWZZZ1K@#@######"),
    "phone_model": lambda draw: draw.lexicon.hardware.phone_model(),
    "language_name": lambda draw: draw.lexicon.person.language(),
    "programming_language": lambda draw: draw.lexicon.development.programming_language(),
    "os": lambda draw: draw.lexicon.development.os(),
    "url": url,
    "image": image,
    "path": lambda draw: f"/{slug(draw)}",
    "file_path": lambda draw: f"/home/{username(draw)}/{filename(draw)}",
    "domain": lambda draw: f"{draw.words(1)}.example.com",
    "ipv4": ipv4,
    "ipv6": ipv6,
    "mac": lambda draw: "02:" + ":".join(draw.hexadecimal(2) for _ in range(5)),
    "port": lambda draw: str(draw.stream.between(1024, 65535)),
    "user_agent": _one_of(*wording.USER_AGENTS),
    "method": _one_of("GET", "POST", "PUT", "DELETE", "PATCH"),
    "protocol": _one_of("http", "https"),
    "filename": filename,
    "extension": lambda draw: draw.file_type[0],
    "mime_type": lambda draw: draw.file_type[1],
    "version": lambda draw: ".".join(str(draw.stream.below(top)) for top in (5, 20, 10)),
    "hash": lambda draw: draw.hexadecimal(40),
    "hash_md5": lambda draw: draw.hexadecimal(32),
    "hash_sha256": lambda draw: draw.hexadecimal(64),
    "hash_sha512": lambda draw: draw.hexadecimal(128),
    "token": lambda draw: f"example-token-{draw.hexadecimal(16)}",
    "password": lambda draw: f"Example-password-{draw.stream.between(1000, 9999)}",
    "sku": lambda draw: draw.masked("@@@-####"),
    "code": lambda draw: draw.masked("@@@###"),
    "number": lambda draw: draw.masked("1#######"),
    "isbn": isbn,
    "ean": lambda draw: draw.lexicon.code.ean(),
    "imei": lambda draw: draw.lexicon.code.imei(),
    "iban": _one_of(*wording.IBANS),
    "bic": _one_of("DEUTDEFF", "BNPAFRPP", "NWBKGB2L", "ABNANL2A"),
    "card_number": _one_of(*wording.CARD_NUMBERS),
    "card_brand": _one_of("Visa", "Mastercard", "American Express"),
    "cvv": lambda draw: draw.masked("###"),
    "pin": lambda draw: draw.masked("####"),
    "account": lambda draw: draw.masked("########"),
    "price": price,
    "cents": lambda draw: str(draw.stream.between(*NUMBERS["cents"][:2])),
    "age": lambda draw: str(draw.age),
    "expiry_year": lambda draw: str(draw.stream.between(*NUMBERS["expiry_year"][:2])),
    "expiry_year2": lambda draw: str(draw.stream.between(*NUMBERS["expiry_year"][:2]))[2:],
    "expiry_month": lambda draw: f"{draw.stream.between(1, 12):02}",
    "unit": _one_of("piece", "kg", "box"),
    "weekday": _one_of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "month": _one_of("January", "March", "June", "September", "November"),
    "created": _timestamp("created"),
    "updated": _timestamp("updated"),
    "started": _timestamp("started"),
    "ended": _timestamp("ended"),
    "expires": _timestamp("expires"),
    "moment": _timestamp("moment"),
    "day": _day("moment"),
    "birth": _day("birth"),
    "clock": lambda draw: draw.moment("moment").strftime("%H:%M"),
    "emoji": _one_of("🌱", "🌊", "🍋", "🎈", "📚"),
}

_CODES: dict[str, tuple[str, ...]] = {
    "country": ("country_code", "country_code3"),
    "country_code": ("country_code3",),
    "nationality": ("country_code", "country_code3"),
    "region": ("region_code",),
    "state": ("region_code",),
    "language": ("language3", "locale"),
    "language_name": ("language", "language3"),
    "currency_name": ("currency",),
    "currency_symbol": ("currency",),
    "expiry_year": ("expiry_year2",),
}

_PEOPLE = word_set("""
    user person people customer employee author member contact owner patient student teacher
    driver guest passenger player artist actor client recipient sender holder participant
    agent  buyer seller subscriber profile individual attendee candidate reviewer doctor
""")
_COMPANIES = word_set("""
    company organization organisation vendor supplier brand merchant store shop business bank
    manufacturer publisher employer institution
""")
_NAMED: tuple[tuple[Maker, frozenset[str]], ...] = (
    (_full_name, _PEOPLE),
    (_company, _COMPANIES),
    (_one_of(*wording.PET_NAMES), frozenset({"pet", "dog", "cat", "animal", "puppy", "kitten"})),
    (product, frozenset({"product", "item", "article", "goods", "sku", "variant", "offer"})),
    (_one_of(*wording.DEPARTMENTS), frozenset({"category", "department", "genre", "topic"})),
    (lambda draw: draw.words(1), frozenset({"tag", "label", "group", "channel", "repository"})),
    (lambda draw: draw.place.city, frozenset({"city", "place", "location", "destination"})),
    (lambda draw: draw.place.country, frozenset({"country"})),
    (lambda draw: draw.place.region, frozenset({"state", "region", "province"})),
    (lambda draw: draw.lexicon.food.dish(), frozenset({"dish", "recipe", "meal", "food", "menu"})),
    (lambda draw: draw.lexicon.food.fruit(), frozenset({"fruit", "ingredient"})),
    (_one_of(*wording.TITLES), frozenset({"book", "movie", "film", "album", "song", "post"})),
    (_one_of(*wording.EVENTS), frozenset({"event", "conference", "meeting", "exhibition"})),
    (lambda draw: draw.lexicon.transport.car(), frozenset({"car", "vehicle"})),
    (filename, frozenset({"file", "document", "attachment"})),
)
