-- A published version was found damaged on disk.
SELECT
    version AS subject, -- The version.
    'damaged' AS happened, -- What became of it.
    current_date AS happened_on, -- Day on which it is told.
    'Version ' || version || ' of the warehouse is damaged on disk' AS title, -- The damage in one line.
    reason AS text, -- What is wrong with it.
    []::STRUCT(dataset VARCHAR, "key" VARCHAR, "value" VARCHAR)[] AS rows -- None: it concerns all of them.
FROM damaged
