-- View: Conflict events near crossings by month, for each provider, type and status: never to be added across providers, nor
-- final and provisional unsaid. A month without a row: none recorded, if the provider covers it (`conflict_releases`).
SELECT
    crossing_id, -- Crossing.
    crossing, -- Its name.
    date_trunc('month', day)::DATE AS month, -- First day of the month in which the events began.
    provider, -- Who counts.
    status, -- final or provisional.
    event_type, -- The provider's type.
    count(*) FILTER (catchment = 'in') AS events, -- Events in the crossing's catchment.
    count(*) FILTER (catchment = 'maybe') AS events_maybe, -- Events that may have been in it, beside those.
    count(*) FILTER (catchment = 'in' AND date_end > last_day(day)) AS events_into_next, -- Of `events`, those that may have happened in a later month.
    coalesce(sum(deaths_best) FILTER (catchment = 'in'), 0)::BIGINT AS deaths_best, -- Dead of `events`, best estimate. [persons]
    coalesce(sum(deaths_low) FILTER (catchment = 'in'), 0)::BIGINT AS deaths_low, -- Lowest estimate. [persons]
    coalesce(sum(deaths_high) FILTER (catchment = 'in'), 0)::BIGINT AS deaths_high, -- Highest estimate. [persons]
    coalesce(sum(deaths_best) FILTER (catchment = 'maybe'), 0)::BIGINT AS deaths_maybe -- Dead of `events_maybe`, best estimate. [persons]
FROM events_near_crossings
GROUP BY ALL
