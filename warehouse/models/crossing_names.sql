-- Every name by which a crossing may be asked for in macros: its id, its name and the parts of it, and its other
-- spellings. Capitals make no difference there.
WITH spelt AS (
    SELECT
        crossing_id,
        unnest(
            [crossing_id, name, regexp_extract(name, '\((.*)\)$', 1)]
            || string_split(regexp_replace(name, ' \(.*\)', ''), ' - ')
            || string_split(coalesce(aliases, ''), ';')
        ) AS name
    FROM crossings
)

SELECT DISTINCT
    trim(name) AS name, -- The name.
    crossing_id -- The crossing that it means.
FROM spelt
WHERE trim(name) <> ''
