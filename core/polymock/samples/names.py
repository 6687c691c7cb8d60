"""Which kind of value a property's name promises: `customerEmail` is an `email`."""

from __future__ import annotations

import re
from functools import lru_cache

from polymock.samples.tables import unfolded, word_set

_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_TABLE = """
email: email mail emailaddress mailaddress emails
first_name: firstname givenname forename fname
last_name: lastname surname familyname lname
full_name: fullname realname cardholder cardholdername customername username_full
someone: author createdby updatedby modifiedby assignee manager reviewer approver submittedby
  contactperson writer director
username: username login nickname handle screenname userlogin alias twitter instagram
prefix: salutation honorific nameprefix
gender: gender sex
job: jobtitle job occupation profession position_title
nationality: nationality
biography: bio biography about aboutme
company: company companyname organization organisation employer vendor supplier
  manufacturer_name brand merchant publisher
department: department
phone: phone phonenumber mobile mobilenumber telephone tel cell cellphone fax faxnumber msisdn
  phones
street: street streetaddress addressline addressline1 address1 line1 street1
street_name: streetname
house_number: housenumber streetnumber buildingnumber
apartment: addressline2 address2 line2 street2 apartment suite
address: address fulladdress formattedaddress
city: city town locality municipality cityname
region: region province stateprovince county administrativearea
region_code: statecode regioncode provincecode
country: country countryname
country_code: countrycode countryiso iso2 isocountrycode
calling_code: callingcode dialcode phonecode
postcode: zip zipcode postcode postalcode
timezone: timezone tz tzname
currency: currency currencycode ccy
currency_symbol: currencysymbol
language: language lang languagecode preferredlanguage
locale: locale
latitude: latitude lat
longitude: longitude lng lon long
id: id ids identifier ref reference key externalid
uuid: uuid guid correlationid traceid requestid sessionid
name: name names label displayname
product: productname product itemname
animal: species animal
category: category categories subcategory
genre: genre genres
title: title headline subject booktitle
event: eventname event
sentence: description summary comment comments note notes message text body content details
  detail caption excerpt abstract reason remark remarks instructions feedback review subtitle
  tagline question answer
slug: slug permalink handle_slug
word: tag tags keyword keywords topic topics
status: status
state: state
color: color colour
hex_color: hexcolor colorhex
dish: dish meal recipe
fruit: fruit ingredient ingredients
vehicle: vehicle car
licence_plate: licenseplate licenceplate platenumber registrationnumber
vin: vin
url: url uri href link website homepage site webpage endpoint webhook callback callbackurl
  weburl links urls uris self next previous prev
image: avatar image images photo photos picture thumbnail logo icon banner cover avatarurl
  imageurl photourl pictureurl thumbnailurl logourl iconurl profilepicture profileimage
  photourls img poster
path: path route
file_path: filepath
domain: domain hostname host fqdn
ipv4: ip ipaddress ipv4 clientip remoteaddr
ipv6: ipv6
mac: mac macaddress
user_agent: useragent
method: httpmethod
filename: filename file attachment
extension: fileextension extension
mime_type: mimetype contenttype mediatype
version: version appversion
hash: hash sha sha1 checksum digest etag commit
hash_md5: md5
hash_sha256: sha256
hash_sha512: sha512
token: token accesstoken refreshtoken apikey secret clientsecret jwt authtoken idtoken bearer
  apitoken signature nonce
password: password passwd pwd passphrase newpassword oldpassword currentpassword
sku: sku partnumber productcode articlenumber
code: code couponcode promocode vouchercode errorcode
number: ordernumber invoicenumber trackingnumber number accountno serialnumber
isbn: isbn isbn13
ean: ean barcode gtin upc
imei: imei
iban: iban
bic: bic swift swiftcode
card_number: creditcard cardnumber creditcardnumber pan
card_brand: cardbrand cardtype creditcardtype
cvv: cvv cvc securitycode
pin: pin pincode otp verificationcode
account: accountnumber
price: price amount total subtotal cost fee balance tax salary revenue discount totalprice
  unitprice totalamount payment budget credit debit vat shippingcost income
unit: unit uom unitofmeasure
age: age years
quantity: quantity qty stock instock available_count inventory
count: count total_count totalcount totalitems totalresults totalelements length_count likes
  views followers following votes hits items_count usercount totalpages
page: page pagenumber currentpage
limit: limit pagesize perpage maxresults
offset: offset skip
size: size filesize bytes contentlength
rating: rating stars
score: score points
percentage: percentage percent percentile progress ratio completion
year: year
expiry_year: expyear expiryyear expirationyear
expiry_month: expmonth expirymonth expirationmonth
cents: cents minorunits
month: month
weekday: weekday dayofweek
port: port
weight: weight
length: height width depth length distance
duration: duration timeout ttl expiresin seconds elapsed
temperature: temperature temp
status_code: statuscode httpstatus
position: position index rank order sort sortorder priority level
created: createdat created createddate datecreated creationdate createdon createtime createdtime
  registeredat publishedat published publishdate datepublished insertedat joinedat addedat
  orderdate orderedat purchasedate signupdate releasedate
started: startdate start startsat startat starttime startedat begin begindate from fromdate
  validfrom checkin
updated: updatedat updated modifiedat modified lastmodified lastupdated updateddate dateupdated
  modifieddate updatetime editedat changedat lastlogin lastseen lastloginat
ended: enddate end endsat endat endtime endedat finishedat completedat to_date todate
  deliverydate shipdate shippedat deliveredat paidat closedat checkout resolvedat cancelledat
  deletedat canceledat archivedat removedat revokedat trashedat
expires: expiresat expires expirydate expirationdate expiry expiration validuntil validto
  duedate dueat deadline until
birth: birthdate birthday dateofbirth dob born
moment: date timestamp datetime time at on
day: day
emoji: emoji
"""


KINDS = {
    alias.replace("_", ""): kind
    for kind, _, aliases in (line.partition(": ") for line in unfolded(_TABLE))
    for alias in aliases.split()
}
_WHOLE_ONLY = word_set("""
    at on from to start end begin next previous prev self key order sort level index position
    ref reference host site cover file level time day long lat temp years stock line1 street1
    body content text job region language label names tag
""")
"""Names that promise something only when they are the whole name (`at` joins them as an ending)."""
_ENDING_TOO = word_set("""
    at on date time region language label tag content text
""")
_UNITS = frozenset({"ms", "millis", "milliseconds", "utc", "unix", "epoch"})
"""Words behind a name that say in which unit its value is."""
_FALSE = word_set("""
    deleted archived disabled hidden blocked banned locked expired deprecated draft failed
    error  cancelled canceled suspended readonly truncated
""")
_TRUE = word_set("""
    active enabled available verified valid success ok public visible published confirmed
""")


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in any of the usual spellings, lower-case."""
    return tuple(piece.lower() for piece in _PIECES.findall(name[:200]))


@lru_cache(maxsize=8192)
def kind_of(name: str) -> str:
    """The kind that a property's name promises; "" where it promises nothing."""
    parts = words(name)
    if len(parts) > 1 and parts[-1] in _UNITS:
        parts = parts[:-1]
    for start in range(max(len(parts) - 3, 0), len(parts)):
        ending = "".join(parts[start:])
        kind = KINDS.get(ending)
        if kind and (start == 0 or ending not in _WHOLE_ONLY or ending in _ENDING_TOO):
            return kind
    return ""


@lru_cache(maxsize=8192)
def entity_of(name: str) -> str:
    """The noun of a definition's, title's or property's name: `NewPetResponse` is about a `pet`."""
    for word in reversed(words(name)):
        if word not in _WRAPPING and not word.isdecimal():
            return _singular(word)
    return ""


def owner_in_name(name: str) -> str:
    """The noun that a property's name brings along: `productName` tells of a `product`."""
    parts = words(name)
    return _singular(parts[-2]) if len(parts) > 1 and parts[-2] not in _NO_OWNERS else ""


_NO_OWNERS = word_set("""
    display short long common official original preferred
""")
"""What stands before a noun and is none: a `displayName` is the thing's own."""


def promised_truth(name: str) -> bool | None:
    """What a boolean of this name usually is; None where the name does not tell."""
    found = set(words(name))
    if found & _FALSE:
        return False
    return True if found & _TRUE else None


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


_WRAPPING = word_set("""
    new create created update updated response request dto model result results list page data
    schema input output object resource entity type info details detail summary base body item
    items collection v1 v2 the a of api read write patch put post get
""")
