"""Press attention: codes that fit, days that can be, coordinates in pairs; oddities of GDELT are warned of."""

from __future__ import annotations

import polars as pl

from expectations.promise import is_empty
from expectations.references import References

# What a byte that is no UTF-8 was read as.
STRAY = "\N{REPLACEMENT CHARACTER}"

ROW_BY_ROW = True
EXPECTATIONS = [
    is_empty("other_root", "event_root_code.of_code", "event_root_code is how event_code begins"),
    is_empty("from_the_future", "event_date.not_after_added", "event_date is not after the day of date_added"),
    is_empty("half_a_point", "coordinates.both", "lat and lon stand together or not at all"),
    is_empty(
        "unknown_country",
        "country_fips.known",
        "country_fips is a code of FIPS 10-4 that we know: else add it to gdelt.py",
        "warning",
    ),
    is_empty("stray_bytes", "text.utf8", "names and addresses are UTF-8 throughout", "warning"),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds other_root, from_the_future, half_a_point, unknown_country and stray_bytes (the value that is amiss)."""
    root, day = pl.col("event_root_code"), pl.col("event_date")
    texts = ("source_url", "place_name", "actor1_name", "actor2_name")
    at_sea = pl.col("country_fips") == "OS"
    amiss = {
        "other_root": ~pl.col("event_code").str.starts_with(root),
        "from_the_future": day > pl.col("date_added").cast(pl.Date),
        "half_a_point": pl.col("lat").is_null() != pl.col("lon").is_null(),
        "unknown_country": pl.col("country").is_null() & ~at_sea,
        "stray_bytes": pl.any_horizontal(pl.col(texts).str.contains(STRAY, literal=True)),
    }
    shown = {
        "other_root": root,
        "from_the_future": day,
        "half_a_point": pl.coalesce("lat", "lon"),
        "unknown_country": pl.col("country_fips"),
        "stray_bytes": pl.coalesce(
            *(pl.when(pl.col(name).str.contains(STRAY, literal=True)).then(name) for name in texts)
        ),
    }
    return rows.with_columns(pl.when(wrong).then(shown[name]).alias(name) for name, wrong in amiss.items())
