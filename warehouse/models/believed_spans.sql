-- For how long what a voice asserts is believed: to its last day, or to the day on which the start of another state
-- stands against it. A page of October that says "closed since February" is not believed beyond the reopening of March.
-- Some let through do not refute who says that the gate is shut: an exemption is one only while it is told.
WITH asserted AS (
    SELECT
        v.*,
        unnest(
            list_filter(
                ['open', 'closed', 'restricted'],
                lambda other: other <> v.state AND NOT (v.state = 'closed' AND other = 'restricted')
            )
        ) AS other
    FROM voice_spans AS v
    WHERE starts_with(v.kind, 'asserts')
),

refuted AS (
    SELECT
        a.crossing_id,
        a.flow,
        a.state,
        a.kind,
        a.voice,
        a.from_day,
        min(s.day) AS refuted_on
    FROM asserted AS a
    ASOF INNER JOIN (FROM flow_starts WHERE stands) AS s
        ON a.crossing_id = s.crossing_id AND a.flow = s.flow AND a.other = s.status AND a.from_day + 3 <= s.day
    GROUP BY ALL
)

SELECT
    v.crossing_id, -- The crossing.
    v.flow, -- The flow.
    v.state, -- open, closed or restricted.
    v.voice, -- The independent voice.
    v.kind = 'asserts_by_name' AS by_name, -- Whether this is what it says of the flow by name: a part of what it says.
    v.from_day, -- First day.
    least(v.to_day, coalesce(r.refuted_on, v.to_day)) AS to_day -- First day on which it is no longer believed, or asserted.
FROM voice_spans AS v
LEFT JOIN refuted AS r
    ON
        v.crossing_id = r.crossing_id
        AND v.flow = r.flow
        AND v.state = r.state
        AND v.kind = r.kind
        AND v.voice = r.voice
        AND v.from_day = r.from_day
WHERE starts_with(v.kind, 'asserts')
