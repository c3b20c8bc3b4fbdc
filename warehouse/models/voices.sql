-- Who speaks behind a publisher's name: its agency where it repeats one, else its outlet. Ten papers that print one
-- agency's text are one voice.
SELECT
    publisher, -- Name exactly as the rows print it.
    coalesce(agency, outlet) AS voice, -- The independent voice it counts as.
    outlet, -- Canonical name of the outlet.
    agency, -- The wire or outlet whose text it repeats; empty = its own.
    country, -- Side the outlet belongs to, ISO 3166-1 alpha-3; empty = unknown.
    kind -- What the outlet is.
FROM publishers
