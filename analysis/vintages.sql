-- What the methods would have said on days gone by: the tables of analysis once more, for each day asked for.
CREATE SCHEMA IF NOT EXISTS analysis_as_of;

CREATE TABLE IF NOT EXISTS analysis_as_of.days (
    as_of DATE PRIMARY KEY, -- A day for which every method was worked out from what was known on it.
    known VARCHAR NOT NULL, -- Hash over what was known on it and the code: the same hash, the same results.
    methods INTEGER NOT NULL, -- Methods that gave results.
    methods_without INTEGER NOT NULL, -- Methods that gave none: analysis_as_of.methods says why.
    worked_out_at TIMESTAMP NOT NULL, -- When a result of it last changed, UTC.
    seconds DOUBLE NOT NULL -- How long that took. [seconds]
);
COMMENT ON TABLE analysis_as_of.days IS 'The days for which the analysis was worked out as known on them (serai analyse --as-of DAY).';
