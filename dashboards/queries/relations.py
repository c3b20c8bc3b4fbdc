"""Relations: what lies on one time axis for a border, the event that is picked, and what came of incidents."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dashboards.queries import analysed
from dashboards.queries.reader import FACT, ask

# A closure within so many days is set beside an event, the day of the event being the first.
WINDOW = 7


def events(side: str, *, both: bool) -> pl.DataFrame:
    """The dated events in which both sides of the border of Afghanistan and `side` took part; else either of them.

    The Taliban count as Afghanistan, as the method of incidents has it. The newest first.
    """
    return ask(
        f"""
        SELECT {FACT}
        FROM timeline
        WHERE
            (
                list_has_any(string_split(actors, ';'), ['AFG', 'Taliban'])
                AND list_contains(string_split(actors, ';'), $side)
            )
            OR (NOT $both AND list_has_any(string_split(actors, ';'), ['AFG', 'Taliban', $side]))
        ORDER BY event_date DESC, event_id
        """,
        side=side,
        both=both,
    )


def event(event_id: str) -> pl.DataFrame:
    """The row of one event, and those of its day that share an actor with it: pages that tell of the same."""
    return ask(
        f"""
        SELECT {FACT}
        FROM timeline
        WHERE
            event_id = $event
            OR EXISTS (
                SELECT 1
                FROM timeline AS picked
                WHERE
                    picked.event_id = $event
                    AND picked.event_date = timeline.event_date
                    AND list_has_any(string_split(picked.actors, ';'), string_split(timeline.actors, ';'))
            )
        ORDER BY event_id <> $event, kind, event_id
        """,
        event=event_id,
    )


def closures_after(border: str, day: dt.date) -> pl.DataFrame:
    """The closures to goods that began at a crossing of the border on the day or in the six days after it."""
    return ask(
        """
        SELECT
            c.name, e.flow, e.started_on, e.ended_on, e.days, e.how_ended, e.cause, e.imposed_by, e.voices,
            e.disputed, e.crossing_id, e.report_ids
        FROM closure_episodes AS e
        INNER JOIN crossings AS c ON e.crossing_id = c.crossing_id
        WHERE
            array_to_string(list_sort([c.country_a, c.country_b]), '-') = $border
            AND e.flow IN ('exports', 'imports')
            AND e.started_on BETWEEN $day::DATE AND $day::DATE + $window::INT - 1
        ORDER BY e.started_on, c.name, e.flow
        """,
        border=border,
        day=day,
        window=WINDOW,
    )


def reports(report_ids: list[str]) -> pl.DataFrame:
    """The status reports of those ids, in the order in which they became known."""
    return ask(
        f"""
        SELECT {FACT}
        FROM status_reports
        WHERE list_contains($reports, report_id)
        ORDER BY known_from, report_id
        """,
        reports=report_ids,
    )


def counts(side: str) -> pl.DataFrame:
    """Which series of attacks are counted by month in Afghanistan or on the other side, the longest first."""
    return ask(
        """
        SELECT publisher, geography, metric, count(*) AS months
        FROM incident_months
        WHERE
            counting = 'cnt'
            AND metric IN ('militant_attacks', 'violent_incidents', 'cross_border_clashes', 'air_strikes')
            AND (geography = $side OR starts_with(geography, $side || '-') OR geography = 'AFG')
        GROUP BY ALL
        ORDER BY months DESC, publisher, geography, metric
        """,
        side=side,
    )


def count_months(publisher: str, geography: str, metric: str) -> pl.DataFrame:
    """One publisher's monthly count of events in a place."""
    return ask(
        """
        SELECT month, value, lowest_printed, highest_printed, derivation, voices, pages, definition, row_keys
        FROM incident_months
        WHERE publisher = $publisher AND geography = $geography AND metric = $metric AND counting = 'cnt'
        ORDER BY month
        """,
        publisher=publisher,
        geography=geography,
        metric=metric,
    )


def trade(side: str) -> pl.DataFrame:
    """Which monthly series of trade between Afghanistan and the other side there are, the longest first.

    Months that are only estimates within a longer period do not count.
    """
    return ask(
        """
        SELECT *
        FROM (
            SELECT
                reporter, partner, flow, basis,
                count(value) FILTER (derivation <> 'estimate') AS months
            FROM trade_months
            WHERE
                unit = 'USD_million' AND calendar = 'gregorian'
                AND (reporter, partner) IN (('AFG', $side), ($side, 'AFG'))
            GROUP BY ALL
            HAVING count(value) FILTER (derivation <> 'estimate') > 0
        )
        -- What passes one way says more than the sum of both.
        ORDER BY flow NOT IN ('export', 'import'), basis IS NULL, months DESC, reporter, flow
        """,
        side=side,
    )


def trade_months(reporter: str, partner: str, flow: str, basis: str | None) -> pl.DataFrame:
    """One series of trade by month, with its bounds and what it rests on."""
    return ask(
        """
        SELECT month, value, lowest, highest, derivation, voices, disputed, known_from, source_rows
        FROM trade_months
        WHERE
            reporter = $reporter AND partner = $partner AND flow = $flow AND basis IS NOT DISTINCT FROM $basis
            AND unit = 'USD_million' AND calendar = 'gregorian'
        ORDER BY month
        """,
        reporter=reporter,
        partner=partner,
        flow=flow,
        basis=basis,
    )


def goods() -> pl.DataFrame:
    """Which foods have retail prices at markets in Afghanistan or Pakistan, the most priced first; mostly none."""
    return ask(
        """
        SELECT country, commodity, unit, currency, source_name, count(*) AS prices
        FROM food_prices_usd
        WHERE level = 'market' AND price_type = 'Retail' AND country IN ('AFG', 'PAK')
        GROUP BY ALL
        ORDER BY prices DESC, country, commodity, unit
        """
    )


def price_months(country: str, commodity: str, unit: str, currency: str, source_name: str) -> pl.DataFrame:
    """The median retail price of a food over the markets of a country by month, in local currency, with quartiles."""
    return ask(
        """
        SELECT
            month, median(price) AS value,
            quantile_cont(price, 0.25) AS lowest, quantile_cont(price, 0.75) AS highest,
            count(DISTINCT market) AS markets, any_value(source_url ORDER BY source_url) AS source_url,
            any_value(source_name) AS source_name
        FROM food_prices_usd
        WHERE
            level = 'market' AND price_type = 'Retail' AND country = $country AND commodity = $commodity
            AND unit = $unit AND currency = $currency AND source_name = $source
        GROUP BY month
        ORDER BY month
        """,
        country=country,
        commodity=commodity,
        unit=unit,
        currency=currency,
        source=source_name,
    )


def followed(border: str) -> pl.DataFrame:
    """How often a closure followed an incident on the border, or near one of its crossings, by window."""
    return ask(
        f"""
        SELECT i.*
        FROM {analysed.table("incidents")} AS i
        LEFT JOIN crossings AS c ON i.place = c.crossing_id
        WHERE i.place = $border OR array_to_string(list_sort([c.country_a, c.country_b]), '-') = $border
        ORDER BY i.place <> $border, i.counted_by, i.kind <> 'all', i.kind, i.window_days
        """,
        border=border,
    )


def profile(border: str) -> pl.DataFrame:
    """How often a closure began so many days before or after an incident on the border, beside a placebo."""
    table = analysed.table("incidents_profile")
    return ask(f"SELECT * FROM {table} WHERE place = $border ORDER BY counted_by, lag", border=border)


def hazard(border: str) -> pl.DataFrame:
    """Odds ratios of a closure after incidents on the border."""
    table = analysed.table("incidents_hazard")
    return ask(f"SELECT * FROM {table} WHERE place = $border ORDER BY counted_by, term", border=border)


def price_effects(border: str) -> pl.DataFrame:
    """Whether food rose more at markets fed over the border, closure by closure."""
    table = analysed.table("prices")
    return ask(f"SELECT * FROM {table} WHERE border = $border ORDER BY started_on, country", border=border)


def method(name: str) -> pl.DataFrame:
    """What came of a method when it was last worked out: outcome, reason, when, reference."""
    return ask(f"SELECT * FROM {analysed.table('methods')} WHERE method = $name", name=name)
