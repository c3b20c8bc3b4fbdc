-- Incidents by month: one publisher's count for a place and metric, by what it counts, with its revisions and the
-- spread between publishers. Publishers count different things: never to be added or averaged, and the spread between
-- them is no error bar.
WITH given AS (
    SELECT
        *,
        period_start AS month,
        CASE
            WHEN to_date THEN 'given_to_date'
            WHEN pages > 1 THEN 'given_by_several'
            ELSE 'given'
        END AS derivation
    FROM incident_figures
    WHERE stood_until IS NULL AND day(period_start) = 1 AND period_end = last_day(period_start)
),

-- Running totals of one publisher that begin on the same day and end a month apart: the difference is the month.
differences AS (
    SELECT
        longer.publisher,
        longer.geography,
        longer.metric,
        longer.counting,
        longer.definition,
        date_trunc('month', longer.period_end)::DATE AS month,
        longer.value - shorter.value AS value,
        'difference' AS derivation,
        least(longer.voices, shorter.voices) AS voices,
        least(longer.pages, shorter.pages) AS pages,
        0 AS figures,
        0 AS revisions,
        []::DOUBLE [] AS revised_from,
        greatest(longer.stood_from, shorter.stood_from) AS stood_from,
        shorter.row_keys || longer.row_keys AS row_keys
    FROM incident_figures AS longer
    INNER JOIN incident_figures AS shorter USING (publisher, geography, metric, counting, period_start)
    WHERE
        longer.stood_until IS NULL
        AND shorter.stood_until IS NULL
        AND day(period_start) = 1
        AND longer.period_end = last_day(longer.period_end)
        AND shorter.period_end + 1 = date_trunc('month', longer.period_end)
        -- A total to date lacks its last days, a rounded one says nothing of a month.
        AND NOT (longer.to_date OR shorter.to_date)
        AND longer.exact
        AND shorter.exact
        AND longer.value >= shorter.value
    QUALIFY
        row_number() OVER (
            PARTITION BY publisher, geography, metric, counting, month ORDER BY period_start DESC
        ) = 1
),

months AS (
    SELECT * FROM given
    UNION ALL BY NAME
    SELECT d.*
    FROM differences AS d
    ANTI JOIN given USING (publisher, geography, metric, counting, month)
)

SELECT
    publisher, -- Who counted.
    geography, -- The place, ISO 3166 code.
    metric, -- What is counted.
    counting, -- Of what: cnt events; ma militant attacks alone; ops operations alone; all both; the rest as in series_id.
    definition, -- What the publisher counts, in the words that the notes of the series share.
    month, -- First day of the month.
    value, -- The figure that stands (see incident_figures), or a difference of two that stand.
    derivation, -- given by one page; given_by_several pages; given_to_date = printed before the month ended; difference = of two running totals that end a month apart.
    voices, -- Independent voices that print the value (for a difference: the lesser of its two totals).
    pages, -- Addresses that print it.
    figures, -- Different figures printed for this publisher's month; 0 for a difference, that nobody printed.
    lowest_printed, -- Lowest of them.
    highest_printed, -- Highest of them.
    revisions, -- How often the publisher revised its figure.
    revised_from, -- The figures that revisions replaced, the first one first.
    stood_from, -- Day from which the value was known.
    min(value) OVER counted_alike AS lowest, -- Lowest value that a publisher gives for the same place, month, metric and counting.
    arg_min(publisher, (value, publisher)) OVER counted_alike AS lowest_publisher, -- Who gives it.
    max(value) OVER counted_alike AS highest, -- Highest value that a publisher gives.
    arg_max(publisher, (value, publisher)) OVER counted_alike AS highest_publisher, -- Who gives it.
    count(*) OVER counted_alike AS publishers, -- How many publishers give one.
    CASE
        WHEN count(*) OVER counted_alike > 1
            THEN count(DISTINCT regexp_replace(definition, '^[^:]*: *', '')) OVER counted_alike = 1
    END AS same_definition, -- Whether they define it in the same words; false: a spread of things counted differently; empty: one publisher alone.
    row_keys -- The rows of incident_counts behind the value.
FROM months
WINDOW counted_alike AS (PARTITION BY geography, metric, counting, month)
