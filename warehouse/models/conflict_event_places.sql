-- View: Where conflict events happened: each event of `conflict_event_latest` with its nearest crossing, as far as the provider
-- knew the place. `in`: it knew it exactly or nearly, and the point lies in the crossing's catchment. `maybe`: only the
-- district or a line such as the border is known, and the point that stands for it lies within 45 km of the crossing.
-- `unknown`: the point stands for a province, a country or the sea, and belongs to no crossing.
WITH known AS (
    SELECT
        e.*,
        p.country AS point_country,
        p.admin1 AS point_admin1,
        CASE
            WHEN e.place_precision IN ('province', 'country', 'sea') OR p.crossing_id IS NULL THEN 'unknown'
            WHEN e.place_precision IN ('exact', 'near') THEN CASE WHEN p.in_catchment THEN 'in' ELSE 'out' END
            -- The catchment's 20 km, and 25 for the width of a district.
            ELSE CASE WHEN p.on_its_border AND p.km <= 45 THEN 'maybe' ELSE 'out' END
        END AS catchment,
        p.crossing_id AS nearest,
        p.km AS nearest_km
    FROM conflict_event_latest AS e
    LEFT JOIN geo.places AS p USING (lat, lon)
)

SELECT
    provider, -- Who counts it: UCDP or ACLED; never to be added.
    event_id, -- The provider's id.
    status, -- final or provisional; not to be mixed unsaid.
    date_start, -- First day on which it can have happened.
    date_end, -- Last day (inclusive).
    date_precision, -- How well the day is known.
    place_precision, -- How well the place is known.
    country, -- Country in which the provider has it, ISO 3166-1 alpha-3.
    point_country, -- Country whose shape holds the point; empty = none of those at the crossings.
    admin1, -- Province as the provider writes it.
    point_admin1, -- Province whose shape holds the point; empty = `areas` not taken in, or none there.
    place, -- Name of the point.
    CASE WHEN catchment <> 'unknown' THEN nearest END AS crossing_id, -- Nearest crossing that has coordinates; empty = the place is not known well enough.
    CASE WHEN catchment <> 'unknown' THEN nearest_km END AS km, -- Distance of the point to it. [km]
    catchment, -- in, maybe, out (of the catchment of crossing_id), unknown.
    event_type, -- The provider's type.
    actor_a, -- First actor.
    actor_b, -- Second actor.
    deaths_best, -- Best estimate of the dead. [persons]
    deaths_low, -- Lowest estimate. [persons]
    deaths_high, -- Highest estimate. [persons]
    deaths_civilians, -- Civilians among deaths_best. [persons]
    lat, -- Latitude of the point. [degrees]
    lon, -- Longitude of the point. [degrees]
    row_key -- The row of conflict_events.
FROM known
