"""Cities with what belongs to them, so that the parts of one address agree."""

from __future__ import annotations

import msgspec

from polymock.samples.tables import word_list


class Place(msgspec.Struct, frozen=True):
    """A city. `postcode` holds `#` for a digit and `@` for a capital letter."""

    city: str
    region: str
    region_code: str
    country: str
    country_code: str
    postcode: str
    dialling: str
    timezone: str
    currency: str
    language: str
    latitude: float
    longitude: float


_ROWS = """
Portland|Oregon|OR|United States|US|972##|+1-503-555-01##|America/Los_Angeles|USD|en|45.52|-122.68
Austin|Texas|TX|United States|US|787##|+1-512-555-01##|America/Chicago|USD|en|30.27|-97.74
Boston|Massachusetts|MA|United States|US|021##|+1-617-555-01##|America/New_York|USD|en|42.36|-71.06
Denver|Colorado|CO|United States|US|802##|+1-303-555-01##|America/Denver|USD|en|39.74|-104.99
Seattle|Washington|WA|United States|US|981##|+1-206-555-01##|America/Los_Angeles|USD|en|47.6|-122.3
Chicago|Illinois|IL|United States|US|606##|+1-312-555-01##|America/Chicago|USD|en|41.88|-87.63
Toronto|Ontario|ON|Canada|CA|M5V #@#|+1-416-555-01##|America/Toronto|CAD|en|43.65|-79.38
Montreal|Quebec|QC|Canada|CA|H2Y #@#|+1-514-555-01##|America/Toronto|CAD|fr|45.5|-73.57
London|England|ENG|United Kingdom|GB|SW1A #@@|+44-20-7946-0###|Europe/London|GBP|en|51.51|-0.13
Leeds|England|ENG|United Kingdom|GB|LS1 #@@|+44-113-496-0###|Europe/London|GBP|en|53.8|-1.55
Edinburgh|Scotland|SCT|United Kingdom|GB|EH1 #@@|+44-131-496-0###|Europe/London|GBP|en|55.95|-3.19
Dublin|Leinster|L|Ireland|IE|D02 @###|+353-20-913-####|Europe/Dublin|EUR|en|53.35|-6.26
Berlin|Berlin|BE|Germany|DE|101##|+49-30-23125-###|Europe/Berlin|EUR|de|52.52|13.4
Hamburg|Hamburg|HH|Germany|DE|200##|+49-40-66969-###|Europe/Berlin|EUR|de|53.55|9.99
Munich|Bavaria|BY|Germany|DE|803##|+49-89-99998-###|Europe/Berlin|EUR|de|48.14|11.58
Vienna|Wien|9|Austria|AT|10#0|+43-1-555-####|Europe/Vienna|EUR|de|48.21|16.37
Bern|Bern|BE|Switzerland|CH|30##|+41-31-555-####|Europe/Zurich|CHF|de|46.95|7.45
Paris|Ile-de-France|IDF|France|FR|750##|+33-1-99-00-##-##|Europe/Paris|EUR|fr|48.86|2.35
Lyon|Auvergne-Rhone-Alpes|ARA|France|FR|690##|+33-4-65-71-##-##|Europe/Paris|EUR|fr|45.76|4.84
Madrid|Madrid|MD|Spain|ES|280##|+34-91-555-####|Europe/Madrid|EUR|es|40.42|-3.7
Barcelona|Catalonia|CT|Spain|ES|080##|+34-93-555-####|Europe/Madrid|EUR|es|41.39|2.17
Lisbon|Lisbon|11|Portugal|PT|11##-###|+351-21-555-####|Europe/Lisbon|EUR|pt|38.72|-9.14
Milan|Lombardy|25|Italy|IT|201##|+39-02-555-####|Europe/Rome|EUR|it|45.46|9.19
Rome|Lazio|62|Italy|IT|001##|+39-06-555-####|Europe/Rome|EUR|it|41.9|12.5
Amsterdam|North Holland|NH|Netherlands|NL|10## @@|+31-20-555-####|Europe/Amsterdam|EUR|nl|52.37|4.9
Copenhagen|Capital Region|84|Denmark|DK|1###|+45-32-55-##-##|Europe/Copenhagen|DKK|da|55.68|12.57
Stockholm|Stockholm|AB|Sweden|SE|111 ##|+46-8-465-004-##|Europe/Stockholm|SEK|sv|59.33|18.07
Oslo|Oslo|03|Norway|NO|01##|+47-22-55-##-##|Europe/Oslo|NOK|nb|59.91|10.75
Warsaw|Masovia|14|Poland|PL|00-###|+48-22-555-##-##|Europe/Warsaw|PLN|pl|52.23|21.01
Tokyo|Tokyo|13|Japan|JP|100-00##|+81-3-5555-####|Asia/Tokyo|JPY|ja|35.68|139.69
Singapore|Singapore|01|Singapore|SG|0188##|+65-6555-####|Asia/Singapore|SGD|en|1.35|103.82
Sydney|New South Wales|NSW|Australia|AU|20##|+61-2-5550-####|Australia/Sydney|AUD|en|-33.87|151.21
Melbourne|Victoria|VIC|Australia|AU|30##|+61-3-5550-####|Australia/Melbourne|AUD|en|-37.81|144.96
Auckland|Auckland|AUK|New Zealand|NZ|10##|+64-9-555-####|Pacific/Auckland|NZD|en|-36.85|174.76
Sao Paulo|Sao Paulo|SP|Brazil|BR|010##-###|+55-11-5555-####|America/Sao_Paulo|BRL|pt|-23.55|-46.63
Mexico City|Mexico City|CMX|Mexico|MX|06###|+52-55-5555-####|America/Mexico_City|MXN|es|19.43|-99.13
Cape Town|Western Cape|WC|South Africa|ZA|80##|+27-21-555-####|Africa/Johannesburg|ZAR|en|-33.9|18.4
Mumbai|Maharashtra|MH|India|IN|4000##|+91-22-5555-####|Asia/Kolkata|INR|en|19.08|72.88
"""


def _read(row: str) -> Place:
    words = row.split("|")
    return msgspec.convert(
        dict(zip(Place.__struct_fields__, words, strict=True)), Place, strict=False
    )


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in word_list(text))


PLACES = tuple(_read(row) for row in _ROWS.strip().splitlines())
ALPHA3 = _pairs("""
AT:AUT AU:AUS BR:BRA CA:CAN CH:CHE DE:DEU DK:DNK ES:ESP FR:FRA GB:GBR IE:IRL IN:IND IT:ITA
JP:JPN MX:MEX NL:NLD NO:NOR NZ:NZL PL:POL PT:PRT SE:SWE SG:SGP US:USA ZA:ZAF
""")
"""The codes of three letters (ISO 3166-1) by those of two, for the countries of the places."""
LANGUAGES3 = _pairs("""
da:dan de:deu en:eng es:spa fr:fra it:ita ja:jpn nb:nob nl:nld pl:pol pt:por sv:swe
""")
"""The codes of three letters (ISO 639-2) by those of two, for the languages of the places."""
CALLING_CODES = {place.country_code: place.dialling.split("-")[0] for place in PLACES}
