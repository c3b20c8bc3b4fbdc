-- The starts of a state that reports give, and whether each stands: no fewer independent voices give it, within two
-- days, than voices that assert another state well before and after it. What two voices or more say of the crossing
-- itself is not outweighed by reports on its whole border.
WITH starts AS (
    SELECT DISTINCT
        crossing_id,
        flow,
        status,
        valid_from AS day
    FROM flow_reports
    WHERE weekdays IS NULL
),

counted AS (
    SELECT
        s.crossing_id,
        s.flow,
        s.status,
        s.day,
        coalesce(f.voices, 0) AS voices_for,
        coalesce(f.own_voices, 0) AS own_for,
        coalesce(a.voices, 0) AS voices_against,
        coalesce(a.own_voices, 0) AS own_against
    FROM starts AS s
    ASOF LEFT JOIN (FROM voice_counts WHERE kind = 'begins') AS f
        ON s.crossing_id = f.crossing_id AND s.flow = f.flow AND s.status = f.state AND s.day >= f.day
    ASOF LEFT JOIN (FROM voice_counts WHERE kind = 'opposes') AS a
        ON s.crossing_id = a.crossing_id AND s.flow = a.flow AND s.status = a.state AND s.day >= a.day
)

SELECT
    crossing_id, -- The crossing.
    flow, -- The flow.
    status, -- What begins: open, closed or restricted.
    day, -- First day of the state, as some report gives it.
    voices_for, -- Independent voices that give it within two days.
    voices_against, -- Independent voices that assert another state before and after the day.
    voices_for >= voices_against AND (own_for >= own_against OR own_against < 2) AS stands -- Whether the start stands.
FROM counted
