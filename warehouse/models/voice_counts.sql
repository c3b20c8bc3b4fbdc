-- How many voices say a thing of a crossing and flow: each row holds from its day to the next row of the same kind.
WITH steps AS (
    SELECT
        crossing_id,
        flow,
        state,
        kind,
        own_crossing,
        unnest([from_day, to_day]) AS day,
        unnest([1, -1]) AS step
    FROM voice_spans
),

by_day AS (
    SELECT
        crossing_id,
        flow,
        state,
        kind,
        day,
        sum(step) AS step,
        sum(step) FILTER (own_crossing) AS own_step
    FROM steps
    GROUP BY ALL
)

SELECT
    crossing_id, -- The crossing.
    flow, -- The flow.
    state, -- open, closed or restricted.
    kind, -- asserts, begins, ends or opposes, or one of them by name, as in voice_spans.
    ends_with(kind, '_by_name') AS by_name, -- Whether only reports that name this flow (or cargo) are counted.
    day, -- First day on which so many voices say it.
    (sum(step) OVER so_far)::INT AS voices, -- Independent voices.
    coalesce(sum(own_step) OVER so_far, 0)::INT AS own_voices -- Those of them that name this crossing, not its whole border.
FROM by_day
WINDOW so_far AS (PARTITION BY crossing_id, flow, state, kind ORDER BY day)
