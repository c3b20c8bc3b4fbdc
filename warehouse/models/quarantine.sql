-- What is in quarantine now: the rows that the newest judged batch of each source held back, a line for each reason.
-- Earlier batches' lines stay in ops.quarantine.
WITH newest AS (
    SELECT max_by(run_id, started_at) AS run_id
    FROM ops.runs
    WHERE outcome = 'loaded'
    GROUP BY source
)

SELECT
    held.dataset, -- Dataset the row was meant for.
    held.source, -- Source it came from.
    held.row_number, -- Row in the source file; the header is row 1.
    held.expectation, -- Short name of the expectation it failed.
    held.reason, -- What is wrong with it, in words.
    held."row", -- The row as it came, JSON.
    runs.started_at AS held_back_at -- When it was held back, UTC.
FROM ops.quarantine AS held
INNER JOIN newest USING (run_id)
INNER JOIN ops.runs AS runs USING (run_id)
