-- A published version was found damaged on disk.
SELECT
    version AS subject, -- The version.
    'damaged' AS happened, -- What became of it.
    current_date AS happened_on, -- Day on which it is told.
    'Version ' || version || ' of the warehouse is damaged on disk' AS title, -- The damage in one line.
    concat_ws(
        ' ',
        rtrim(reason, '.') || '.',
        'What was read in its place ends with the run behind this; what the damaged version had beyond it is taken in again from the records, and what `serai analyse` had added is worked out again.'
    ) AS text, -- What is wrong with it, and what is read instead.
    (
        SELECT list({'dataset': 'ops.runs', 'key': 'run_id', 'value': run_id})
        FROM (FROM before.ops.runs ORDER BY started_at DESC, run_id LIMIT 1)
    ) AS rows -- The last run of the version read in its place.
FROM damaged
