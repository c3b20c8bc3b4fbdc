"""The places that legs of corridors name: which country each lies in, where trade starts, and where it goes.

Only points: a country or a region is no place that a way leads through.
"""

from __future__ import annotations

AFGHANISTAN = "AFG"
COUNTRIES = {
    "AFG": (
        "kabul", "kandahar", "herat", "mazar-i-sharif", "jalalabad", "jalalabad airport", "kunduz", "faizabad",
        "farah", "bamiyan", "samangan", "pul-i-khumri", "delaram", "salang north", "salang south", "rozanak",
    ),
    "PAK": (
        "karachi", "karachi hub toll", "port qasim", "gwadar", "gwadar junction", "islamabad", "peshawar",
        "parachinar", "hasan abdal", "gilgit",
    ),
    "IRN": (
        "chabahar", "bandar abbas", "bandar imam khomeini", "tehran", "zahedan", "birjand", "mashhad", "khaf",
        "sarakhs",
    ),
    "IND": ("mumbai", "nhava sheva", "delhi"),
    "TJK": ("dushanbe", "khorog", "kalai khumb"),
    "UZB": ("tashkent", "andijan", "ayritom"),
    "TKM": ("ashgabat", "kerki"),
    "KGZ": ("osh",),
    "CHN": ("beijing", "kashgar", "urumqi", "lanzhou", "chongqing"),
    "KAZ": ("almaty", "astana", "pavlodar"),
    "AZE": ("baku",),
    "ARE": ("jebel ali", "sharjah"),
}  # fmt: skip
# Sea freight to the port included: only prices are given from there, and it lies in no country.
OVERSEAS = "overseas"
COUNTRY = {place: country for country, places in COUNTRIES.items() for place in places} | {OVERSEAS: ""}
# Capitals of the neighbours and ports that facts name for Afghan goods are there also where no leg leads from them:
# that there is none has to be said.
ORIGINS = {
    "karachi": "sea port",
    "port qasim": "sea port",
    "gwadar": "sea port",
    "chabahar": "sea port",
    "bandar abbas": "sea port",
    "bandar imam khomeini": "sea port",
    "mumbai": "sea port",
    "nhava sheva": "sea port",
    "jebel ali": "sea port",
    "sharjah": "sea port",
    "baku": "sea port and capital",
    "tashkent": "capital",
    "dushanbe": "capital",
    "islamabad": "capital",
    "tehran": "capital",
    "ashgabat": "capital",
    "beijing": "capital",
    "delhi": "capital",
    "astana": "capital",
    OVERSEAS: "sea freight included",
}
CITIES = ("kabul", "kandahar", "herat", "mazar-i-sharif")
