-- The ends of a state that reports name, and whether each stands: no fewer independent voices give it, within two days
-- and be it as the start of another state, than voices that are believed to say that the state went on.
WITH ends AS (
    SELECT DISTINCT
        crossing_id,
        flow,
        status,
        valid_to AS day
    FROM flow_reports
    WHERE weekdays IS NULL AND valid_to IS NOT NULL
),

steps AS (
    SELECT
        crossing_id,
        flow,
        state,
        unnest([from_day + 1, to_day - 2]) AS day,
        unnest([1, -1]) AS step
    FROM believed_spans
    WHERE from_day + 1 < to_day - 2 AND NOT by_name
),

against AS (
    SELECT
        crossing_id,
        flow,
        state,
        day,
        sum(sum(step)) OVER (PARTITION BY crossing_id, flow, state ORDER BY day) AS voices
    FROM steps
    GROUP BY crossing_id, flow, state, day
)

SELECT
    e.crossing_id, -- The crossing.
    e.flow, -- The flow.
    e.status, -- What ends: open, closed or restricted.
    e.day, -- First day on which it no longer holds, as some report names it.
    coalesce(f.voices, 0) AS voices_for, -- Independent voices that give the end within two days.
    coalesce(a.voices, 0)::INT AS voices_against, -- Independent voices that are believed to say that it went on.
    coalesce(a.voices, 0) = 0 OR coalesce(f.voices, 0) > a.voices AS stands -- Whether the end stands.
FROM ends AS e
ASOF LEFT JOIN (FROM voice_counts WHERE kind = 'ends') AS f
    ON e.crossing_id = f.crossing_id AND e.flow = f.flow AND e.status = f.state AND e.day >= f.day
ASOF LEFT JOIN against AS a
    ON e.crossing_id = a.crossing_id AND e.flow = a.flow AND e.status = a.state AND e.day >= a.day
