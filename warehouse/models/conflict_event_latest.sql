-- Conflict events, each once, as its provider has it today: the newest release that has it, annual before candidates.
-- Providers stand side by side, final and provisional are told apart in `status`: add neither unsaid.
WITH releases AS (
    SELECT DISTINCT provider, release, series, covers_from, covers_to FROM conflict_events
),

-- Up to where the annual data reach: by their events, so that as of a day before they were out they do not.
annual AS (
    SELECT provider, max(make_date(year(date_end)::INT, 12, 31)) AS until
    FROM conflict_events
    WHERE series = 'annual'
    GROUP BY provider
),

newest AS (
    SELECT *, count(*) OVER (PARTITION BY provider, event_id) AS releases
    FROM conflict_events
    QUALIFY
        row_number() OVER (
            PARTITION BY provider, event_id
            -- A quarter's release is cumulative and comes after those of its months.
            ORDER BY series = 'annual' DESC, covers_to DESC, covers_from ASC, release DESC
        ) = 1
)

SELECT
    n.provider, -- Who counts it: UCDP or ACLED.
    n.event_id, -- The provider's id.
    n.status, -- final or provisional.
    n.series, -- annual, candidate or live.
    n.release, -- Release that it is taken from, the newest that has it.
    n.releases, -- How many releases have it, this one included.
    n.code_status, -- What UCDP still has to check; Clear = nothing.
    n.date_start, -- First day on which it can have happened.
    n.date_end, -- Last day (inclusive).
    n.date_precision, -- How well the day is known: day, days, week, month, year, unknown.
    n.place_precision, -- How well the place is known: exact, near, district, line, province, country, sea.
    n.lat, -- Latitude of the point. [degrees]
    n.lon, -- Longitude of the point. [degrees]
    n.country, -- Country in which the provider has it, ISO 3166-1 alpha-3.
    n.admin1, -- Province as the provider writes it.
    n.admin2, -- District as the provider writes it.
    n.place, -- Name of the point.
    n.event_type, -- The provider's type.
    n.sub_event_type, -- Its finer type (ACLED).
    n.dyad, -- UCDP's pair of actors.
    n.actor_a, -- First actor; XXX and a number is UCDP's placeholder for an unknown one.
    n.actor_b, -- Second actor.
    n.deaths_best, -- Best estimate of the dead. [persons]
    n.deaths_low, -- Lowest estimate. [persons]
    n.deaths_high, -- Highest estimate. [persons]
    n.deaths_civilians, -- Civilians among deaths_best. [persons]
    n.source_article, -- Articles that it was coded from.
    n.known_from, -- Earliest day on which the release can have told it.
    n.row_key -- The row of conflict_events.
FROM newest AS n
LEFT JOIN annual AS a USING (provider)
WHERE
    n.series <> 'candidate'
    -- The annual data decide for their years: a candidate that they lack was not confirmed.
    OR (
        n.date_end > coalesce(a.until, DATE '1900-01-01')
        -- So does a later cumulative release for its months: a candidate of those that it lacks was taken back.
        AND NOT EXISTS (
            FROM releases AS r
            WHERE
                r.provider = n.provider
                AND r.series = 'candidate'
                AND month(r.covers_to) > month(r.covers_from)
                AND n.date_start >= r.covers_from
                AND n.date_end <= r.covers_to
                AND n.covers_to <= r.covers_to
                -- Of two cumulative ones the shorter is the earlier.
                AND (n.covers_to < r.covers_to OR n.covers_from > r.covers_from)
        )
    )
