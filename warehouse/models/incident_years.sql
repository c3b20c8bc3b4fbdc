-- Incidents by year: one publisher's count for a place and metric, by what it counts, with its revisions and the spread
-- between publishers. Publishers count different things: never to be added or averaged, and the spread between them is
-- no error bar.
WITH given AS (
    SELECT
        *,
        year(period_start) AS year
    FROM incident_figures
    WHERE
        stood_until IS NULL
        AND period_start = date_trunc('year', period_start)
        AND period_end = make_date(year(period_start), 12, 31)
),

summed AS (
    SELECT
        publisher,
        geography,
        metric,
        counting,
        any_value(definition) AS definition,
        year(month) AS year,
        sum(value) AS value,
        sum(lowest_printed) AS lowest_printed,
        sum(highest_printed) AS highest_printed,
        -- A sum is told by as many as tell the month told by fewest.
        min(voices) AS voices,
        sum(pages)::BIGINT AS pages,
        count(*) AS months,
        max(stood_from) AS stood_from,
        flatten(list(row_keys ORDER BY month)) AS row_keys
    FROM incident_months
    WHERE derivation <> 'difference'
    GROUP BY ALL
),

years AS (
    SELECT
        publisher,
        geography,
        metric,
        counting,
        year,
        coalesce(g.definition, s.definition) AS definition,
        coalesce(g.value, s.value) AS value,
        CASE
            WHEN g.value IS NULL THEN 'summed_from_months'
            WHEN g.to_date THEN 'given_to_date'
            WHEN g.pages > 1 THEN 'given_by_several'
            ELSE 'given'
        END AS derivation,
        coalesce(g.voices, s.voices) AS voices,
        coalesce(g.pages, s.pages) AS pages,
        coalesce(g.figures, 1) AS figures,
        coalesce(g.lowest_printed, s.lowest_printed) AS lowest_printed,
        coalesce(g.highest_printed, s.highest_printed) AS highest_printed,
        coalesce(g.revisions, 0) AS revisions,
        coalesce(g.revised_from, []) AS revised_from,
        coalesce(g.stood_from, s.stood_from) AS stood_from,
        CASE WHEN s.months = 12 THEN s.value END AS months_sum,
        coalesce(s.months, 0) AS months_known,
        coalesce(g.row_keys, s.row_keys) AS row_keys
    FROM given AS g
    FULL JOIN summed AS s USING (publisher, geography, metric, counting, year)
    WHERE g.value IS NOT NULL OR s.months = 12
)

SELECT
    publisher, -- Who counted.
    geography, -- The place, ISO 3166 code.
    metric, -- What is counted.
    counting, -- Of what: cnt events; ma militant attacks alone; ops operations alone; all both; the rest as in series_id.
    definition, -- What the publisher counts, in the words that the notes of the series share.
    year, -- Calendar year.
    value, -- The figure that stands (see incident_figures), or the sum of twelve months.
    derivation, -- given by one page; given_by_several pages; given_to_date = printed before the year ended; summed_from_months = all twelve months added.
    voices, -- Independent voices that print the value (for a sum: fewest of any month).
    pages, -- Addresses that print it (for a sum: of all months).
    figures, -- Different figures printed for this publisher's year.
    lowest_printed, -- Lowest of them (for a sum: of the lowest months).
    highest_printed, -- Highest of them.
    revisions, -- How often the publisher revised its figure.
    revised_from, -- The figures that revisions replaced, the first one first.
    stood_from, -- Day from which the value was known.
    min(value) OVER counted_alike AS lowest, -- Lowest value that a publisher gives for the same place, year, metric and counting.
    arg_min(publisher, (value, publisher)) OVER counted_alike AS lowest_publisher, -- Who gives it.
    max(value) OVER counted_alike AS highest, -- Highest value that a publisher gives.
    arg_max(publisher, (value, publisher)) OVER counted_alike AS highest_publisher, -- Who gives it.
    count(*) OVER counted_alike AS publishers, -- How many publishers give one.
    CASE
        WHEN count(*) OVER counted_alike > 1
            THEN count(DISTINCT regexp_replace(definition, '^[^:]*: *', '')) OVER counted_alike = 1
    END AS same_definition, -- Whether they define it in the same words; false: a spread of things counted differently; empty: one publisher alone.
    months_sum, -- Sum of the twelve months, beside a given year; empty where a month is missing.
    months_known, -- Months of the year with a figure of their own.
    row_keys -- The rows of incident_counts behind the value.
FROM years
WINDOW counted_alike AS (PARTITION BY geography, metric, counting, year)
