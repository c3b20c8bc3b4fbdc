-- Incidents by year: one publisher's count for a place and metric, by what it counts, and how the value was reached.
-- Publishers count different things: values of two publishers, or of two kinds of counting, are never to be added.
WITH counts AS (
    SELECT
        i.*,
        -- inc-<publisher>-<place>-<metric>-<what is counted>-<frequency>
        string_split(i.series_id, '-')[-2] AS counting,
        coalesce(v.voice, i.source_name) AS voice,
        -- A year's figure printed before the year's end is one to date.
        i.published_on < i.period_end AS to_date,
        -- The publisher's own page goes before those that relay it.
        coalesce(v.voice, i.source_name) = i.publisher AS own
    FROM incident_counts AS i
    LEFT JOIN voices AS v ON i.source_name = v.publisher
),

printed AS (
    SELECT
        publisher,
        geography,
        metric,
        counting,
        period_start,
        period_end,
        value,
        -- A figure of which every dated page came before the year's end is one to date.
        coalesce(bool_and(to_date), false) AS to_date,
        bool_or(own) AS own,
        count(DISTINCT voice) AS voices,
        count(DISTINCT source_url) AS pages,
        max(known_from) AS known_from,
        list(row_key ORDER BY known_from, row_key) AS row_keys
    FROM counts
    GROUP BY ALL
),

whole_years AS (
    SELECT
        publisher,
        geography,
        metric,
        counting,
        year(period_start) AS year,
        arg_max(value, (NOT to_date, own, voices, known_from, value)) AS value,
        bool_and(to_date) AS to_date,
        min(value) AS lowest,
        max(value) AS highest,
        count(DISTINCT value) AS figures,
        sum(pages) AS pages,
        flatten(list(row_keys ORDER BY known_from, value)) AS row_keys
    FROM printed
    WHERE month(period_start) = 1 AND day(period_start) = 1 AND period_end = make_date(year(period_start), 12, 31)
    GROUP BY ALL
),

months AS (
    SELECT
        publisher,
        geography,
        metric,
        counting,
        period_start AS month,
        arg_max(value, (NOT to_date, own, voices, known_from, value)) AS value,
        min(value) AS lowest,
        max(value) AS highest,
        sum(pages) AS pages,
        flatten(list(row_keys ORDER BY known_from, value)) AS row_keys
    FROM printed
    WHERE day(period_start) = 1 AND period_end = last_day(period_start)
    GROUP BY ALL
),

summed AS (
    SELECT
        publisher,
        geography,
        metric,
        counting,
        year(month) AS year,
        sum(value) AS value,
        sum(lowest) AS lowest,
        sum(highest) AS highest,
        sum(pages) AS pages,
        count(*) AS months,
        flatten(list(row_keys ORDER BY month)) AS row_keys
    FROM months
    GROUP BY ALL
)

SELECT
    coalesce(y.publisher, s.publisher) AS publisher, -- Who counted.
    coalesce(y.geography, s.geography) AS geography, -- The place, ISO 3166 code.
    coalesce(y.metric, s.metric) AS metric, -- What is counted.
    coalesce(y.counting, s.counting) AS counting, -- Of what: cnt events; ma militant attacks alone; ops operations alone; all both; the rest as in series_id.
    coalesce(y.year, s.year) AS year, -- Calendar year.
    coalesce(y.value, s.value) AS value, -- The figure that stands: of several, final before to date, the publisher's own page before others, then what most voices print, then the latest.
    CASE
        WHEN y.year IS NULL THEN 'summed_from_months'
        WHEN y.to_date THEN 'given_to_date'
        WHEN y.pages > 1 THEN 'given_by_several'
        ELSE 'given'
    END AS derivation, -- given by one page; given_by_several pages; given_to_date = printed before the year ended; summed_from_months = all twelve months added.
    coalesce(y.lowest, s.lowest) AS lowest, -- Lowest figure printed for it (for sums: of the lowest months).
    coalesce(y.highest, s.highest) AS highest, -- Highest figure printed for it.
    coalesce(y.pages, s.pages)::BIGINT AS pages, -- Pages that print it.
    CASE WHEN s.months = 12 THEN s.value END AS months_sum, -- Sum of the twelve months, beside a given year; empty where a month is missing.
    coalesce(s.months, 0) AS months_known, -- Months of the year with a figure of their own.
    coalesce(y.row_keys, s.row_keys) AS row_keys -- The rows of incident_counts behind the value.
FROM whole_years AS y
FULL JOIN summed AS s USING (publisher, geography, metric, counting, year)
WHERE y.year IS NOT NULL OR s.months = 12
