-- The starts of a state that reports give, and whether each stands: no fewer independent voices give it, within two
-- days, than voices that assert another state well before and after it. Who names the flow is opposed by those only who
-- name it too: "the border is shut" does not deny that aid was let through. What two voices or more say of the crossing
-- itself is not outweighed by reports on its whole border; and what is only announced for the border does not stand
-- where reports of this crossing and flow gave another state within the week.
WITH starts AS (
    SELECT
        crossing_id,
        flow,
        status,
        valid_from AS day,
        bool_or(NOT announced OR own_crossing) AS told,
        bool_or(NOT announced AND own_flow AND own_crossing) AS by_name
    FROM flow_reports
    WHERE weekdays IS NULL
    GROUP BY ALL
),

-- What another state's reports on the crossing itself say of the week before.
other_of_own AS (
    SELECT DISTINCT
        s.crossing_id,
        s.flow,
        s.status,
        s.day
    FROM starts AS s
    INNER JOIN flow_reports AS r
        ON
            s.crossing_id = r.crossing_id
            AND s.flow = r.flow
            AND s.status <> r.status
            AND r.own_crossing
            AND r.own_flow
            AND r.weekdays IS NULL
            AND r.valid_from BETWEEN s.day - 7 AND s.day
    WHERE NOT s.told
),

counted AS (
    SELECT
        o.day IS NULL AS free,
        s.by_name,
        s.crossing_id,
        s.flow,
        s.status,
        s.day,
        coalesce(f.voices, 0) AS voices_for,
        coalesce(f.own_voices, 0) AS own_for,
        coalesce(a.voices, 0) AS voices_against,
        coalesce(a.own_voices, 0) AS own_against
    FROM starts AS s
    ASOF LEFT JOIN (FROM voice_counts WHERE starts_with(kind, 'begins')) AS f
        ON
            s.crossing_id = f.crossing_id
            AND s.flow = f.flow
            AND s.status = f.state
            AND s.by_name = f.by_name
            AND s.day >= f.day
    ASOF LEFT JOIN (FROM voice_counts WHERE starts_with(kind, 'opposes')) AS a
        ON
            s.crossing_id = a.crossing_id
            AND s.flow = a.flow
            AND s.status = a.state
            AND s.by_name = a.by_name
            AND s.day >= a.day
    LEFT JOIN other_of_own AS o
        ON s.crossing_id = o.crossing_id AND s.flow = o.flow AND s.status = o.status AND s.day = o.day
)

SELECT
    crossing_id, -- The crossing.
    flow, -- The flow.
    status, -- What begins: open, closed or restricted.
    day, -- First day of the state, as some report gives it.
    by_name, -- Whether a report gives it that names this flow (or cargo): then only such reports are counted.
    voices_for, -- Independent voices that give it within two days.
    voices_against, -- Independent voices that assert another state before and after the day.
    voices_for >= voices_against AND (own_for >= own_against OR own_against < 2) AND free AS stands -- Whether the start stands.
FROM counted
