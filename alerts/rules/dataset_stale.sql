-- A dataset went stale: one of its sources is overdue by the schedule, and either it was tried since in vain, or Serai was
-- at work on others for an hour while it was. After days off nothing is stale that only waits for its turn. A source
-- that was never taken in is not stale: nobody has missed it yet.
WITH now AS (
    SELECT max(finished_at) AS at FROM ops.runs
),

stale AS (
    SELECT
        s.dataset,
        list(s.source ORDER BY s.source) AS sources,
        min(s.last_success) AS last_success,
        string_agg(coalesce(s.reason, ''), '; ' ORDER BY s.source) AS why
    FROM standing AS s
    CROSS JOIN now AS n
    WHERE
        s.overdue
        AND s.last_success IS NOT NULL
        AND (
            s.failures > 0
            OR EXISTS (
                FROM ops.runs AS r
                WHERE r.started_at BETWEEN s.owed + INTERVAL 1 HOUR AND n.at - INTERVAL 1 HOUR
            )
        )
    GROUP BY s.dataset
)

SELECT
    s.dataset AS subject, -- The dataset.
    'stale since ' || s.last_success AS happened, -- When its overdue source was last taken in.
    s.last_success::DATE AS happened_on, -- The same day.
    s.dataset || ' is overdue: last taken in on ' || strftime(s.last_success, '%-d %B %Y, %H:%M') || ' UTC' AS title, -- How old it is, in one line.
    concat_ws(
        ' ',
        'By the schedule it should have been taken in again from ' || array_to_string(s.sources, ', ') || '.',
        nullif(trim(s.why, '; '), '')
    ) AS text, -- Which sources are overdue, and why.
    list_transform(s.sources, lambda one: {'dataset': 'ops.sources', 'key': 'source', 'value': one}) AS rows -- The overdue sources.
FROM stale AS s
