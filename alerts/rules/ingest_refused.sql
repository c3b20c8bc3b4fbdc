-- A source was refused, or could not be judged, after a run that was not: of failures in a row the first is told. One
-- that was taken in after it, in the same version, is no news: a killed ingest leaves an error for each of its sources.
WITH in_order AS (
    SELECT
        *,
        lag(outcome) OVER (PARTITION BY source ORDER BY started_at, run_id) AS outcome_before,
        max(started_at) FILTER (outcome IN ('loaded', 'unchanged')) OVER (PARTITION BY source) AS last_success
    FROM ops.runs
)

SELECT
    r.source AS subject, -- The source.
    r.run_id AS happened, -- The run.
    r.started_at::DATE AS happened_on, -- Day of the run.
    r.source || ': ' || if(r.outcome = 'refused', 'the newest batch was refused', 'an error kept it from being taken in') AS title, -- The failure in one line.
    concat_ws(
        ' ',
        coalesce(rtrim(r.reason, '.'), 'No reason was recorded') || '.',
        'What was loaded of ' || r.dataset || ' before stays as it was.'
    ) AS text, -- Why, and what becomes of the data.
    [{'dataset': 'ops.runs', 'key': 'run_id', 'value': r.run_id}] AS rows -- The run's line in the ledger.
FROM in_order AS r
LEFT JOIN before.ops.runs AS o ON r.run_id = o.run_id
WHERE
    o.run_id IS NULL
    AND r.outcome IN ('refused', 'error')
    AND r.outcome_before IS DISTINCT FROM 'refused'
    AND r.outcome_before IS DISTINCT FROM 'error'
    AND coalesce(r.started_at > r.last_success, true)
