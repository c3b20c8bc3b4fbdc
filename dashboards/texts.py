"""Words for the codes in the warehouse, and how days, money and shares are written."""

from __future__ import annotations

import datetime as dt

COUNTRIES = {
    "AFG": "Afghanistan",
    "CAN": "Canada",
    "CHN": "China",
    "IND": "India",
    "IRN": "Iran",
    "KAZ": "Kazakhstan",
    "KGZ": "Kyrgyzstan",
    "MEX": "Mexico",
    "PAK": "Pakistan",
    "RUS": "Russia",
    "TJK": "Tajikistan",
    "TKM": "Turkmenistan",
    "TUR": "Türkiye",
    "USA": "the United States",
    "UZB": "Uzbekistan",
    "WLD": "the world",
}
PLACES = {
    "PAK": "Pakistan",
    "PAK-BA": "Balochistan (Pakistan)",
    "PAK-GB": "Gilgit-Baltistan (Pakistan)",
    "PAK-KP": "Khyber Pakhtunkhwa (Pakistan), whole province",
    "PAK-KP-M": "Khyber Pakhtunkhwa (Pakistan), settled districts",
    "PAK-PB": "Punjab (Pakistan)",
    "PAK-SD": "Sindh (Pakistan)",
    "PAK-TA": "Former tribal districts (Pakistan)",
    "AFG": "Afghanistan",
}
CATEGORIES = {
    "formal_trade": "formal, for trade",
    "formal_pedestrian": "formal, for people",
    "customs_terminal": "customs yard",
    "informal": "informal",
}
METRICS = {
    "militant_attacks": "militant attacks",
    "violent_incidents": "violent incidents",
    "suicide_attacks": "suicide attacks",
    "fatalities_total": "people killed",
    "fatalities_civilian": "civilians killed",
    "fatalities_security": "security forces killed",
    "fatalities_militant": "militants killed",
    "injuries": "people hurt",
    "cross_border_clashes": "cross-border clashes",
    "air_strikes": "air strikes",
}
# The codes of series_id, as the shipped facts define them.
COUNTING = {
    "cnt": "events",
    "ma": "attacks only",
    "ops": "operations only",
    "all": "attacks and operations",
    "civ": "civilians",
    "sec": "security forces",
    "mil": "militants",
    "pol": "police",
    "army": "army",
    "afg": "from across the Afghan border",
    "ttp": "by the TTP only",
    "case": "registered cases",
    "onforces": "on security forces",
    "xborder": "by action from across the border",
    "allparties": "by all parties",
}
FLOWS = {"export": "exports", "import": "imports", "total": "turnover (both ways)", "transit": "transit"}
# The flows that a crossing is open or closed to, in the order that pages show them.
TRAFFIC = {
    "exports": "exports",
    "imports": "imports",
    "transit": "transit",
    "pedestrians": "people on foot",
    "returnees": "returnees",
    "humanitarian": "aid",
    "patients": "patients",
    "stranded_cargo": "stranded cargo",
}
# What the state of a crossing on a day rests on.
RESTS_ON = {
    "reported": "reported: a report asserts these days",
    "carried": "carried on from the last report",
    "last known": "last known: no report for more than 30 days",
    "assumed": "assumed: no report yet, the normal state",
    "unknown": "unknown",
}
HOW_ENDED = {
    "agreement": "by agreement",
    "exemption": "by exemption",
    "reopened": "reopened",
    "still_shut": "not known to have ended",
    "unknown": "not known",
}
# What the value of a month rests on, where it is known.
DERIVED = {"given": "printed for the month", "difference": "the difference of printed figures"}
WITH = {"export": "exports to", "import": "imports from", "total": "turnover with", "transit": "transit trade of"}
BASES = {
    "balance_of_payments": "balance of payments (central bank)",
    "customs": "customs",
    None: "basis not said",
}
YEARS = {
    "calendar": "calendar year",
    "july": "fiscal year from July",
    "april": "fiscal year from April",
    "march": "solar year from March",
    "other": "other twelve months",
}
# Words in the keys of commitments that are not written as names are.
SHORT = {
    **{code.lower(): code for code in COUNTRIES},
    **{word.lower(): word for word in ("CASA", "DABS", "EHP", "PTA", "TAP", "TAPI", "TAT", "1bn", "500kV")},
    "phase2": "phase 2",
    "aptta": "APTTA",
}
# Borders that have two names; we take neither side.
DISPUTED = {
    frozenset(("AFG", "PAK")): "The Afghan-Pakistani border is also called the Durand Line; either name implies no "
    "opinion on its status."
}
# After so many days without a report a status is "last known", no longer "is".
FRESH_DAYS = 30
NOTHING = "not known"


def country(code: str) -> str:
    """The country's name; the code itself where there is none."""
    return COUNTRIES.get(code, code)


def border(country_a: str, country_b: str) -> str:
    """Both sides of a border: Afghanistan-Pakistan."""
    return f"{country(country_a)}-{country(country_b)}"


def line(country_a: str, country_b: str) -> str:
    """What else a border is called, where its two sides do not call it the same; empty for the others."""
    return DISPUTED.get(frozenset((country_a, country_b)), "")


def today() -> dt.date:
    """The day, UTC: ages are counted from it."""
    return dt.datetime.now(dt.UTC).date()


def day(value: dt.date | None) -> str:
    """4 October 2026; words where it is not known."""
    return f"{value.day} {value:%B %Y}" if value else NOTHING


def period(first: dt.date, last: dt.date) -> str:
    """October 2025, April to October 2025, 2025 or 21 March 2025 to 20 March 2026: from whole months their names."""
    if first.day > 1 or (last + dt.timedelta(days=1)).day > 1:
        return f"{day(first)} to {day(last)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%B %Y}"
    if first.year == last.year:
        return f"{first.year}" if (first.month, last.month) == (1, 12) else f"{first:%B} to {last:%B %Y}"
    return f"{first:%B %Y} to {last:%B %Y}"


def age(days: int | None) -> str:
    """49 days, 3 months, 2.5 years: as exact as its use asks."""
    if days is None:
        return NOTHING
    if days < 90:
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{days / 30.44:.0f} months" if days < 720 else f"{days / 365.25:.1f} years"


def known(days: int | None) -> str:
    """How a state of that age is to be spoken of."""
    if days is None:
        return "no report"
    return "is" if days <= FRESH_DAYS else "last known"


def dollars(millions: float | None) -> str:
    """$1.7 bn, $640 m, $0.3 m or −$5 m, from millions of US dollars; what rounds to nought has no sign."""
    if millions is None:
        return NOTHING
    size = abs(millions)
    if size >= 1000:
        written = f"${f'{size / 1000:,.2f}'.rstrip('0').rstrip('.')} bn"
    else:
        written = f"${size:,.1f} m" if 0.05 <= size < 0.95 else f"${size:,.0f} m"
    return f"−{written}" if millions < 0 and written != "$0 m" else written


def share(part: float | None) -> str:
    """34 %."""
    return NOTHING if part is None else f"{part * 100:.0f} %"


def growth(rate: float | None) -> str:
    """+16 % a year."""
    return NOTHING if rate is None else f"{rate * 100:+.0f} % a year"


def short(name: str) -> str:
    """A crossing's name before its other side and what stands in brackets: what fits beside a chart."""
    return name.partition(" - ")[0].partition(" (")[0]


def project(code: str) -> str:
    """The name in a commitment's key: tapi_serhetabat_herat is TAPI Serhetabat Herat."""
    return " ".join(SHORT.get(word) or word.capitalize() for word in code.split("_"))


def counting(code: str) -> str:
    """What a series counts, in words."""
    return COUNTING.get(code, code)


def metric(code: str) -> str:
    """What is counted, in words."""
    return METRICS.get(code, code.replace("_", " "))


def place(code: str) -> str:
    """The name of a place that counts are given for."""
    return PLACES.get(code, code)
