-- What Serai did: every run, every judgement, every row held back or corrected, how fresh each dataset is.
CREATE SCHEMA IF NOT EXISTS facts;
CREATE SCHEMA IF NOT EXISTS ops;
CREATE SCHEMA IF NOT EXISTS as_of;

CREATE TABLE IF NOT EXISTS ops.runs (
    run_id VARCHAR PRIMARY KEY, -- One source taken in once.
    source VARCHAR NOT NULL, -- Name of the source (ingest/sources/<source>.yaml).
    dataset VARCHAR NOT NULL, -- Dataset that the source feeds.
    started_at TIMESTAMP NOT NULL, -- When the run began, UTC.
    finished_at TIMESTAMP NOT NULL, -- When it ended, UTC.
    seconds DOUBLE NOT NULL, -- How long it took. [seconds]
    outcome VARCHAR NOT NULL CHECK (outcome IN ('loaded', 'unchanged', 'refused', 'error')), -- loaded; unchanged = same bytes, same rules as last time; refused = the batch broke a rule for whole batches; error = a rule could not be judged.
    reason VARCHAR, -- Why the batch was refused, or what went wrong.
    snapshot VARCHAR, -- SHA-256 of the bytes as they came; of several answers, of their hashes in order.
    fingerprint VARCHAR, -- SHA-256 over the snapshot and the rules it was judged by.
    rows_seen BIGINT NOT NULL, -- Rows in the batch, without those that a correction dropped.
    rows_added BIGINT NOT NULL, -- Rows with a key not seen before.
    rows_corrected BIGINT NOT NULL, -- Rows whose old version was closed and a new one added.
    rows_withdrawn BIGINT NOT NULL, -- Rows gone from the source, marked as such.
    rows_unchanged BIGINT NOT NULL, -- Rows that stand as they stood.
    rows_quarantined BIGINT NOT NULL, -- Rows held back, with the reason in ops.quarantine.
    warnings BIGINT NOT NULL, -- Expectations of severity warning that some row failed.
    first_day DATE, -- First day that a backfill asked for; empty = what is new.
    last_day DATE, -- Last day that a backfill asked for (inclusive).
    clock_at TIMESTAMP, -- What the clock said when the run began, UTC; before started_at where the clock was set back. Of a run rebuilt from its record, when it was first made.
    due_at TIMESTAMP, -- The scheduled moment that the run was for, UTC: the first one missed; empty = by hand.
    late BOOLEAN -- Whether a scheduled run came later after its moment than is tolerated.
);
ALTER TABLE ops.runs ADD COLUMN IF NOT EXISTS first_day DATE;
ALTER TABLE ops.runs ADD COLUMN IF NOT EXISTS last_day DATE;
ALTER TABLE ops.runs ADD COLUMN IF NOT EXISTS clock_at TIMESTAMP;
ALTER TABLE ops.runs ADD COLUMN IF NOT EXISTS due_at TIMESTAMP;
ALTER TABLE ops.runs ADD COLUMN IF NOT EXISTS late BOOLEAN;
COMMENT ON TABLE ops.runs IS 'The run ledger: one row is one source taken in once, whatever came of it. Runs since this version that found nothing new stand in the table unpublished, which serai sql and the dashboard have.';

CREATE TABLE IF NOT EXISTS ops.sources (
    source VARCHAR PRIMARY KEY, -- Name of the source (ingest/sources/<source>.yaml).
    title VARCHAR NOT NULL, -- What it is.
    dataset VARCHAR NOT NULL, -- Dataset that it feeds.
    publisher VARCHAR NOT NULL, -- Who publishes it.
    side VARCHAR NOT NULL, -- The side that it stands on: a country's ISO 3166-1 alpha-3 code, INT or none.
    licence VARCHAR NOT NULL, -- Licence of its data.
    licence_url VARCHAR NOT NULL, -- Where the licence stands.
    citation VARCHAR NOT NULL, -- The words to cite it by: print them wherever its data are shown or passed on.
    address VARCHAR NOT NULL, -- Where it is fetched, or its file below data/raw.
    cadence VARCHAR NOT NULL, -- How often it changes.
    live BOOLEAN NOT NULL, -- Whether it is fetched from the network; else it is shipped with Serai.
    cron VARCHAR, -- When the schedule looks at it: minute, hour, day of the month, month, day of the week (0 = Sunday).
    zone VARCHAR -- The time zone of cron (IANA).
);
ALTER TABLE ops.sources ADD COLUMN IF NOT EXISTS cron VARCHAR;
ALTER TABLE ops.sources ADD COLUMN IF NOT EXISTS zone VARCHAR;
COMMENT ON TABLE ops.sources IS 'Every source as it is declared: publisher, licence, and the words to cite it by. The column source of each fact names its line here.';

CREATE TABLE IF NOT EXISTS ops.validations (
    run_id VARCHAR NOT NULL, -- The run it belongs to.
    dataset VARCHAR NOT NULL, -- Dataset that was judged.
    expectation VARCHAR NOT NULL, -- Short name of the expectation.
    promise VARCHAR NOT NULL, -- What it promises, in words.
    severity VARCHAR NOT NULL CHECK (severity IN ('critical', 'warning')), -- critical holds rows back; warning only reports.
    outcome VARCHAR NOT NULL CHECK (outcome IN ('pass', 'fail', 'error')), -- error = the expectation itself raised: neither pass nor fail.
    rows_judged BIGINT, -- Rows it was asked of.
    rows_failed BIGINT, -- Rows that failed it.
    observed VARCHAR, -- What was found, or the error's words.
    report VARCHAR, -- The HTML report, relative to the reports folder.
    PRIMARY KEY (run_id, dataset, expectation)
);
COMMENT ON TABLE ops.validations IS 'Every judgement of every run: one row is one expectation asked of one batch.';

CREATE TABLE IF NOT EXISTS ops.quarantine (
    run_id VARCHAR NOT NULL, -- The run that held the row back.
    dataset VARCHAR NOT NULL, -- Dataset the row was meant for.
    source VARCHAR NOT NULL, -- Source it came from.
    row_number BIGINT NOT NULL, -- Row in the source file; the header is row 1.
    expectation VARCHAR NOT NULL, -- Short name of the expectation it failed.
    reason VARCHAR NOT NULL, -- What is wrong with it, in words.
    row JSON NOT NULL, -- The row as it came.
    PRIMARY KEY (run_id, dataset, row_number, expectation)
);
COMMENT ON TABLE ops.quarantine IS 'Rows held back, one line for each expectation that a row failed. The newest run of a source replaces its older lines in the view quarantine.';

CREATE TABLE IF NOT EXISTS ops.corrections (
    run_id VARCHAR NOT NULL, -- The run that applied it.
    dataset VARCHAR NOT NULL, -- Dataset of the row.
    source VARCHAR NOT NULL, -- Source it came from; the entry stands in ingest/sources/<source>.corrections.yaml.
    entry BIGINT NOT NULL, -- Position of the entry in that file, from 1.
    action VARCHAR NOT NULL CHECK (action IN ('drop', 'override', 'flag')), -- drop = the row is left out; override = it is loaded with another value; flag = it is loaded as printed, with this warning.
    row_number BIGINT NOT NULL, -- Row in the source file; the header is row 1.
    row_key VARCHAR NOT NULL, -- Key of the row as loaded: row_key of its dataset. Of a row dropped, as printed.
    field VARCHAR NOT NULL, -- The column that is wrong or doubtful.
    printed VARCHAR, -- What the source has there.
    loaded VARCHAR, -- What was loaded; the same for a flag, empty for a row dropped.
    decided_on DATE NOT NULL, -- Day on which the correction was decided.
    reason VARCHAR NOT NULL, -- Why, in words.
    read_at VARCHAR NOT NULL, -- Where the evidence was read.
    row JSON NOT NULL, -- The row as it came.
    PRIMARY KEY (run_id, entry, field)
);
COMMENT ON TABLE ops.corrections IS 'Known errors of sources, as each run met them: one line for each column of a row that was dropped, overridden or flagged. The view corrections has those in force.';

CREATE TABLE IF NOT EXISTS ops.schema_parts (
    name VARCHAR PRIMARY KEY, -- A table, or a view with its comments.
    made_by VARCHAR NOT NULL -- The SQL that made it.
);
COMMENT ON TABLE ops.schema_parts IS 'What each table and view was made by: a changed contract rebuilds its table, the rows kept.';

CREATE TABLE IF NOT EXISTS ops.freshness (
    dataset VARCHAR PRIMARY KEY, -- Dataset.
    rows BIGINT NOT NULL, -- Current rows.
    rows_quarantined BIGINT NOT NULL, -- Rows held back by the newest judged run.
    newest_published DATE, -- Newest day of publication among its rows.
    newest_known_from DATE, -- Newest day on which a row became known, by any basis.
    last_change_at TIMESTAMP, -- When a row last changed, UTC.
    last_run_at TIMESTAMP, -- When its source was last looked at, UTC.
    last_outcome VARCHAR -- What came of that run.
);
COMMENT ON TABLE ops.freshness IS 'How fresh each dataset is, made anew by every publish.';
