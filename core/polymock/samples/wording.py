"""Short lists of words and sentences that realistic values are put together from."""

from __future__ import annotations

from polymock.samples.tables import word_list

WORDS = word_list("""
    amber anchor atlas autumn basil beacon birch breeze bridge canyon cedar cloud clover comet
    coral cotton crystal delta ember falcon fern forest garden ginger granite harbor hazel
    heron  horizon indigo island ivory jasmine juniper kettle lagoon lantern laurel lemon
    linen maple  marble meadow mint mosaic north oak ocean olive orchard pearl pebble pine
    prairie quartz  raven ridge river saffron sage silver solar spruce stone summit sunset
    thistle timber tulip  valley velvet violet walnut willow winter
""")
ADJECTIVES = word_list("""
    Compact Classic Handmade Light Modern Natural Portable Practical Quiet Refined Rustic
    Smart  Soft Solid Sturdy Vintage
""")
MATERIALS = word_list("""
    Bamboo Ceramic Cotton Glass Granite Leather Linen Oak Steel Wool
""")
PRODUCTS = word_list("""
    Backpack Bench Blanket Bottle Chair Clock Desk Headphones Jacket Kettle Keyboard Lamp Mug
    Notebook Scarf Shelf Table Tray Umbrella Wallet
""")
PET_NAMES = word_list("""
    Bella Biscuit Charlie Cleo Coco Daisy Felix Ginger Jasper Luna Max Milo Molly Nala Oliver
    Oscar Pepper Rocky Ruby Simba Toby Willow
""")
ANIMALS = word_list("""
    badger bear cat cow dog dolphin eagle falcon fox goat hamster heron horse lion otter owl
    parrot penguin rabbit seal sheep tiger tortoise turtle whale wolf
""")
DEPARTMENTS = word_list("""
    Accessories Books Clothing Electronics Garden Grocery Health Home Music Office Outdoors
    Shoes Sports Tools Toys Travel
""")
STATUSES = ("active", "pending", "completed")
GENRES = ("Ambient", "Blues", "Classical", "Electronic", "Folk", "Jazz", "Pop", "Rock", "Soul")
SENTENCES = (
    "A practical choice for everyday use.",
    "Checked and confirmed by the team.",
    "Arrived on time and in good condition.",
    "Made with care from durable materials.",
    "The first version is ready for review.",
    "Please get in touch if anything is unclear.",
    "Works well in small and large rooms alike.",
    "Prepared for the meeting on Monday.",
    "Customers praise how easy it is to set up.",
    "Further details will follow next week.",
    "Suitable for beginners and professionals.",
    "Everything was explained clearly and simply.",
    "A short summary of the most important points.",
    "The order has been packed and is on its way.",
    "Available in several sizes and colors.",
    "Updated after feedback from our partners.",
)
TITLES = (
    "A Walk along the Harbor",
    "Getting Started",
    "Letters from the North",
    "Notes on a Quiet Morning",
    "Planning the Next Season",
    "Ten Ideas for a Better Day",
    "The Garden in Winter",
    "The Long Way Home",
    "Under the Olive Trees",
    "What We Learned This Year",
)
EVENTS = ("Autumn Market", "City Run", "Jazz Evening", "Open Studio Day", "Spring Conference")
USER_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36",
)
FILE_TYPES = (
    ("csv", "text/csv"),
    ("jpg", "image/jpeg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("txt", "text/plain"),
)
"""Extensions with their media types."""
CURRENCY_NAMES = ("Danish Krone", "Euro", "Pound Sterling", "Swiss Franc", "US Dollar", "Yen")
CARD_NUMBERS = ("4111111111111111", "4242424242424242", "5555555555554444", "378282246310005")
IBANS = (
    "DE89370400440532013000",
    "GB29NWBK60161331926819",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
)
