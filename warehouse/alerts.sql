-- What was worth telling of each version against the one before. The rules are alerts/rules/*.sql.
CREATE TABLE IF NOT EXISTS ops.alerts (
    alert_id VARCHAR PRIMARY KEY, -- A hash over rule, subject and what happened: the same thing is raised once.
    rule VARCHAR NOT NULL, -- The rule that raised it (alerts/rules/<rule>.sql).
    subject VARCHAR NOT NULL, -- What it speaks of: a crossing, commitment, dataset, source or version.
    happened VARCHAR NOT NULL, -- What happened to it, as the hash has it.
    happened_on DATE, -- Day on which it happened in the world, or was stated; empty = not known.
    title VARCHAR NOT NULL, -- The alert in one line.
    text VARCHAR NOT NULL, -- The alert in some more words: what it rests on, and who disagrees.
    rows JSON NOT NULL, -- The rows behind it: for each its dataset, and the column and value by which it is found there.
    sources JSON NOT NULL, -- Who printed these rows: name, url, source, licence, licence_url and citation of each page.
    raised_at TIMESTAMP NOT NULL, -- When it was raised, UTC.
    compared_with VARCHAR NOT NULL -- The version published before, against which it was raised.
);
COMMENT ON TABLE ops.alerts IS 'What was worth telling of each version against the one before, with the rows and sources behind it. Published with its data in one step; delivered apart.';
