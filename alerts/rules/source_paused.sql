-- The schedule paused a source that kept failing, and had not when the version before was made.
SELECT
    n.source AS subject, -- The source.
    'paused after ' || coalesce(n.last_started::VARCHAR, 'no run') AS happened, -- Its last run before the pause.
    n.last_started::DATE AS happened_on, -- Day of that run.
    n.source || ': paused after ' || n.failures || ' failures in a row' AS title, -- The pause in one line.
    coalesce(n.reason, 'No reason was recorded.') AS text, -- Why.
    [{'dataset': 'ops.sources', 'key': 'source', 'value': n.source}] AS rows -- The source's declaration.
FROM standing AS n
WHERE n.paused AND n.source NOT IN (SELECT source FROM standing_before WHERE paused)
