-- On how many days of a period a crossing was closed, a row for each flow, and what these days rest on. Days closed,
-- restricted, open and unknown add up to the period; days before 2014-01-01 and days to come are unknown.
CREATE MACRO closed_days(
    crossing, -- Its id, its name or another spelling, as in crossing_names; capitals make no difference.
    first_day, -- First day of the period.
    day_after -- First day after the period, as in valid_to: for all of March, DATE '2025-04-01'.
) AS TABLE
WITH counted AS (
    SELECT
        d.flow,
        count(*) FILTER (d.status = 'closed') AS closed,
        count(*) FILTER (d.status = 'closed' AND d.basis = 'reported') AS reported,
        count(*) FILTER (d.status = 'closed' AND d.disputed) AS disputed,
        count(*) FILTER (d.status = 'restricted') AS restricted,
        count(*) FILTER (d.status = 'open') AS opened,
        min(d.day) FILTER (d.status = 'closed') AS first_closed,
        max(d.day) FILTER (d.status = 'closed') AS last_closed
    FROM crossing_days AS d
    WHERE
        d.crossing_id = crossing_named(crossing)
        AND d.day >= first_day::DATE
        AND d.day < day_after::DATE
    GROUP BY d.flow
)

SELECT
    crossing_named(crossing) AS crossing_id, -- The crossing.
    f.flow, -- exports, imports, transit, pedestrians, returnees, humanitarian, patients or stranded_cargo.
    coalesce(c.closed, 0) AS days_closed, -- Days closed. [days]
    coalesce(c.reported, 0) AS days_closed_reported, -- Those of them that a report asserts; on the rest the closure is carried on. [days]
    coalesce(c.disputed, 0) AS days_closed_disputed, -- Those of them on which a report asserts another state. [days]
    coalesce(c.restricted, 0) AS days_restricted, -- Days restricted. [days]
    coalesce(c.opened, 0) AS days_open, -- Days open, those on which that is only assumed among them. [days]
    CASE
        WHEN first_day::DATE < day_after::DATE THEN date_diff('day', first_day::DATE, day_after::DATE)
        ELSE error(format(
            'no day lies from {} to {}: day_after is the first day after the period',
            coalesce(first_day::VARCHAR, 'NULL'), coalesce(day_after::VARCHAR, 'NULL')
        ))
    END
    - coalesce(c.closed + c.restricted + c.opened, 0) AS days_unknown, -- Days of which nothing is known. [days]
    c.first_closed, -- First day closed in the period; empty = none.
    c.last_closed -- Last day closed in the period.
FROM flows AS f
LEFT JOIN counted AS c ON f.flow = c.flow
ORDER BY f.flow
