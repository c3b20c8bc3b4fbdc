-- The corrections in force: what the newest judged batch of each source had dropped, overridden or flagged, and why.
-- Join row_key with the dataset's to see the row. Earlier batches' lines stay in ops.corrections.
WITH newest AS (
    SELECT max_by(run_id, started_at) AS run_id
    FROM ops.runs
    WHERE outcome = 'loaded'
    GROUP BY source
)

SELECT
    done.dataset, -- Dataset of the row.
    done.source, -- Source it came from.
    done.action, -- drop = left out; override = loaded with another value; flag = loaded as printed, with this warning.
    done.row_number, -- Row in the source file; the header is row 1.
    done.row_key, -- Key of the row as loaded; of a row dropped, as printed.
    done.field, -- The column that is wrong or doubtful.
    done.printed, -- What the source has there.
    done.loaded, -- What was loaded; the same for a flag, empty for a row dropped.
    done.decided_on, -- Day on which the correction was decided.
    done.reason, -- Why, in words.
    done.read_at, -- Where the evidence was read.
    done."row", -- The row as it came, JSON.
    runs.started_at AS corrected_at -- When it was last applied anew, UTC.
FROM ops.corrections AS done
INNER JOIN newest USING (run_id)
INNER JOIN ops.runs AS runs USING (run_id)
