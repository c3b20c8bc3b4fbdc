-- The changes of state that reports speak of, and whether each stands. A change stands when no fewer independent
-- voices speak for it than voices that, published later, say that the earlier state went on. Starts within two days
-- of each other are one change. The end of a state that a report names is a change too: to "not closed", say. An
-- announcement is no voice for what it announces.
WITH states AS (SELECT unnest(['open', 'closed', 'restricted']) AS status),

reports AS (
    SELECT *
    FROM flow_reports
    WHERE weekdays IS NULL
),

voices_for AS (
    -- A voice speaks for a change to its state near the start that it gives, and so for the end of any other state.
    SELECT
        r.crossing_id,
        r.flow,
        CASE WHEN r.status = s.status THEN r.status ELSE 'not ' || s.status END AS change,
        r.voice,
        'for' AS side,
        r.valid_from - 2 AS from_day,
        r.valid_from + 3 AS to_day
    FROM reports AS r
    CROSS JOIN states AS s
    WHERE NOT r.announced
    UNION ALL
    SELECT
        crossing_id,
        flow,
        'not ' || status,
        voice,
        'for',
        valid_to - 2,
        valid_to + 3
    FROM reports
    WHERE valid_to IS NOT NULL
),

voices_against AS (
    -- And against the start of any other state while it asserts its own: from three days after its start, when the
    -- two are no longer one day told in two ways, to two days before its last. Against an end, from the day after.
    SELECT
        r.crossing_id,
        r.flow,
        CASE WHEN r.status = s.status THEN 'not ' || r.status ELSE s.status END AS change,
        r.voice,
        'against' AS side,
        CASE WHEN r.status = s.status THEN r.valid_from + 1 ELSE r.valid_from + 3 END AS from_day,
        r.asserted_to - 2 AS to_day
    FROM reports AS r
    CROSS JOIN states AS s
    WHERE (CASE WHEN r.status = s.status THEN r.valid_from + 1 ELSE r.valid_from + 3 END) < r.asserted_to - 2
),

spans AS (
    FROM voices_for
    UNION ALL
    FROM voices_against
),

-- A voice counts once on a day, however many of its pages speak: its spans are merged before they are counted.
begun AS (
    SELECT
        *,
        from_day > max(to_day) OVER (
            PARTITION BY crossing_id, flow, change, side, voice
            ORDER BY from_day, to_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS apart
    FROM spans
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (coalesce(apart, true)) OVER (
            PARTITION BY crossing_id, flow, change, side, voice
            ORDER BY from_day, to_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS island
    FROM begun
),

merged AS (
    SELECT
        crossing_id,
        flow,
        change,
        side,
        min(from_day) AS from_day,
        max(to_day) AS to_day
    FROM numbered
    GROUP BY crossing_id, flow, change, side, voice, island
),

steps AS (
    SELECT
        crossing_id,
        flow,
        change,
        unnest([from_day, to_day]) AS day,
        unnest([1, -1]) * (side = 'for')::INT AS for_step,
        unnest([1, -1]) * (side = 'against')::INT AS against_step
    FROM merged
),

changes AS (
    SELECT crossing_id, flow, status AS change, valid_from AS day FROM reports
    UNION
    SELECT crossing_id, flow, 'not ' || status, valid_to FROM reports WHERE valid_to IS NOT NULL
),

counted AS (
    SELECT
        crossing_id,
        flow,
        change,
        day,
        asked,
        sum(for_step) OVER so_far AS voices_for,
        sum(against_step) OVER so_far AS voices_against
    FROM (
        SELECT
            *,
            false AS asked
        FROM steps
        UNION ALL
        SELECT
            *,
            0,
            0,
            true
        FROM changes
    )
    WINDOW so_far AS (PARTITION BY crossing_id, flow, change ORDER BY day)
)

SELECT
    crossing_id, -- The crossing.
    flow, -- The flow.
    change, -- What begins: open, closed, restricted; or not open, not closed, not restricted, where a state ends.
    day, -- The day of the change, as some report gives it.
    voices_for::INT AS voices_for, -- Independent voices that give it within two days.
    voices_against::INT AS voices_against, -- Independent voices that assert the earlier state before and after the day.
    voices_for >= voices_against AS stands -- Whether the change stands.
FROM counted
WHERE asked
