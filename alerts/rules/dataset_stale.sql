-- A dataset went stale: one of its sources is overdue by the schedule, and none was when the version before was made.
-- A source that was never taken in is not stale: nobody has missed it yet.
WITH stale AS (
    SELECT
        dataset,
        list(source ORDER BY source) AS sources,
        min(last_success) AS last_success,
        string_agg(coalesce(reason, ''), '; ' ORDER BY source) AS why
    FROM standing
    WHERE overdue AND last_success IS NOT NULL
    GROUP BY dataset
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
WHERE s.dataset NOT IN (SELECT dataset FROM standing_before WHERE overdue AND last_success IS NOT NULL)
