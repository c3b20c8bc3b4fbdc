-- View: Conflict events near crossings, day by day: those in a crossing's catchment, and those that may have been, told apart
-- in `catchment`. Crossings without coordinates have none, which says nothing of what happened there.
SELECT
    e.crossing_id, -- Crossing.
    c.name AS crossing, -- Its name.
    e.date_start AS day, -- Day of the event; where it has several, the first.
    e.date_end, -- Last day on which it can have happened.
    e.date_precision, -- How well the day is known.
    e.catchment, -- in = in the crossing's catchment; maybe = in a district or on a line near it.
    e.km, -- Distance of the point to the crossing. [km]
    e.country, -- Country in which the provider has it.
    e.admin1, -- Province as the provider writes it.
    e.place, -- Name of the point.
    e.place_precision, -- How well the place is known.
    e.provider, -- Who counts it: UCDP or ACLED; the same clash may stand in both.
    e.status, -- final or provisional.
    e.event_type, -- The provider's type.
    e.actor_a, -- First actor.
    e.actor_b, -- Second actor.
    e.deaths_best, -- Best estimate of the dead. [persons]
    e.deaths_low, -- Lowest estimate. [persons]
    e.deaths_high, -- Highest estimate. [persons]
    e.deaths_civilians, -- Civilians among deaths_best. [persons]
    e.event_id, -- The provider's id.
    e.row_key -- The row of conflict_events.
FROM conflict_event_places AS e
INNER JOIN crossings AS c USING (crossing_id)
WHERE e.catchment IN ('in', 'maybe')
