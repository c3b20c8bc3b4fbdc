-- What each voice says of a crossing and flow, by spans of days. A voice counts once on a day, however many of its
-- pages speak: what one voice says of one state is merged where it overlaps.
WITH states AS (SELECT unnest(['open', 'closed', 'restricted']) AS state),

reports AS (
    SELECT *
    FROM flow_reports
    WHERE weekdays IS NULL
),

said AS (
    SELECT
        crossing_id,
        flow,
        status AS state,
        'asserts' AS kind,
        voice,
        own_crossing,
        own_flow,
        valid_from AS from_day,
        asserted_to AS to_day
    FROM reports
    WHERE asserted_to > valid_from
    UNION ALL
    -- An announcement is no voice for what it announces.
    SELECT crossing_id, flow, status, 'begins', voice, own_crossing, own_flow, valid_from - 2, valid_from + 3
    FROM reports
    WHERE NOT announced
    UNION ALL
    SELECT crossing_id, flow, status, 'ends', voice, own_crossing, own_flow, valid_to - 2, valid_to + 3
    FROM reports
    WHERE valid_to IS NOT NULL
    UNION ALL
    -- Who says that a state began says that any other ended.
    SELECT r.crossing_id, r.flow, s.state, 'ends', r.voice, r.own_crossing, r.own_flow, r.valid_from - 2, r.valid_from + 3
    FROM reports AS r
    INNER JOIN states AS s ON r.status <> s.state
    WHERE NOT r.announced
    UNION ALL
    -- Within three days of its start, and in its last two days, a state told may be another's day told in another way.
    SELECT r.crossing_id, r.flow, s.state, 'opposes', r.voice, r.own_crossing, r.own_flow, r.valid_from + 3, r.asserted_to - 2
    FROM reports AS r
    INNER JOIN states AS s ON r.status <> s.state
    WHERE r.valid_from + 3 < r.asserted_to - 2
),

-- What is said of the flow by name is also counted by itself.
spoken AS (
    SELECT * FROM said
    UNION ALL
    SELECT * REPLACE (kind || '_by_name' AS kind) FROM said
    WHERE own_flow AND kind IN ('asserts', 'begins', 'opposes')
),

begun AS (
    SELECT
        *,
        from_day > max(to_day) OVER (
            PARTITION BY crossing_id, flow, state, kind, voice
            ORDER BY from_day, to_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS apart
    FROM spoken
),

-- By range, not by row: of two spans alike either may come first, here as in `begun`.
numbered AS (
    SELECT
        *,
        count(*) FILTER (coalesce(apart, true)) OVER (
            PARTITION BY crossing_id, flow, state, kind, voice
            ORDER BY from_day, to_day
            RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS island
    FROM begun
)

SELECT
    crossing_id, -- The crossing.
    flow, -- The flow.
    state, -- open, closed or restricted.
    kind, -- asserts = it says that the state held; begins, ends = it gives a start or end of the state within two days of these; opposes = it asserts another state well before and after these. With _by_name: in reports that name this flow (or cargo).
    voice, -- The independent voice.
    min(from_day) AS from_day, -- First day.
    max(to_day) AS to_day, -- First day after.
    bool_or(own_crossing) AS own_crossing -- Whether any of its reports names this crossing, not its whole border.
FROM numbered
GROUP BY crossing_id, flow, state, kind, voice, island
