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
        "karachi", "karachi hub toll", "gwadar", "gwadar junction", "islamabad", "peshawar", "parachinar",
        "hasan abdal", "gilgit",
    ),
    "IRN": ("chabahar", "zahedan", "birjand", "mashhad", "khaf", "sarakhs"),
    "IND": ("mumbai", "nhava sheva", "delhi"),
    "TJK": ("dushanbe", "khorog", "kalai khumb"),
    "UZB": ("tashkent", "andijan", "ayritom"),
    "TKM": ("kerki",),
    "KGZ": ("osh",),
    "CHN": ("kashgar", "urumqi", "lanzhou", "chongqing"),
    "KAZ": ("almaty", "astana", "pavlodar"),
    "AZE": ("baku",),
    "ARE": ("jebel ali", "sharjah"),
}  # fmt: skip
# Sea freight to the port included: only prices are given from there, and it lies in no country.
OVERSEAS = "overseas"
COUNTRY = {place: country for country, places in COUNTRIES.items() for place in places} | {OVERSEAS: ""}
ORIGINS = {
    "karachi": "sea port",
    "gwadar": "sea port",
    "chabahar": "sea port",
    "mumbai": "sea port",
    "nhava sheva": "sea port",
    "jebel ali": "sea port",
    "sharjah": "sea port",
    "baku": "sea port and capital",
    "tashkent": "capital",
    "dushanbe": "capital",
    "islamabad": "capital",
    "delhi": "capital",
    "astana": "capital",
    OVERSEAS: "sea freight included",
}
CITIES = ("kabul", "kandahar", "herat", "mazar-i-sharif")
