-- What was worked out, by which method, from what, and how sure it is.
CREATE SCHEMA IF NOT EXISTS analysis;

CREATE TABLE IF NOT EXISTS analysis.methods (
    method VARCHAR PRIMARY KEY, -- Name of the method (analysis/methods/<method>.py); its tables are analysis.<method> and analysis.<method>_….
    title VARCHAR NOT NULL, -- The question it answers.
    version INTEGER NOT NULL, -- Raised with every change that changes results.
    reference VARCHAR NOT NULL, -- Where the method is described.
    reads VARCHAR[] NOT NULL, -- The tables it is worked out from.
    inputs VARCHAR NOT NULL, -- Hash over what it works from and its code: the same hash, the same results.
    outcome VARCHAR NOT NULL CHECK (outcome IN ('worked_out', 'too_little', 'error')), -- too_little = the data do not carry it; error = it failed; either way its tables are empty.
    reason VARCHAR, -- Why there is no result.
    rows BIGINT NOT NULL, -- Rows in its tables.
    worked_out_at TIMESTAMP NOT NULL, -- When it was worked out, UTC.
    seconds DOUBLE NOT NULL -- How long that took. [seconds]
);
COMMENT ON TABLE analysis.methods IS 'Every method of analysis: what it reads, its version and reference, and what came of it.';
