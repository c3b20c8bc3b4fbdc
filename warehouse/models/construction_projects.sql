-- Pipelines and railways that are promised, and their lengths as printed: one row a project.
WITH printed AS (
    SELECT
        commitment_id,
        value AS length_km,
        qualifier = 'exact' AS exact,
        known_from,
        source_name,
        row_key
    FROM commitment_progress
    WHERE
        metric = 'km_total'
        AND unit = 'km'
        AND NOT regexp_matches(event, '(?i)\b(first|last|part|segment|in afghanistan|afghan section)\b')
    UNION ALL
    SELECT
        commitment_id,
        target_value AS length_km,
        true AS exact,
        known_from,
        source_name,
        row_key
    FROM commitment_statements
    INNER JOIN (SELECT row_key, known_from FROM commitments) USING (row_key)
    WHERE unit = 'km' AND NOT part
),

lengths AS (
    SELECT
        p.commitment_id,
        p.length_km,
        bool_or(p.exact) AS exact,
        count(DISTINCT coalesce(v.voice, p.source_name)) AS voices,
        max(p.known_from) AS known_from,
        list(p.row_key ORDER BY p.row_key) AS row_keys
    FROM printed AS p
    LEFT JOIN voices AS v ON p.source_name = v.publisher
    GROUP BY ALL
),

chosen AS (
    SELECT
        commitment_id,
        arg_max(length_km, (exact, voices, coalesce(known_from, DATE '0001-01-01'), length_km)) AS length_km,
        min(length_km) AS length_lowest,
        max(length_km) AS length_highest,
        list_sort(flatten(list(row_keys))) AS row_keys
    FROM lengths
    GROUP BY commitment_id
)

SELECT
    s.commitment_id, -- The project.
    any_value(s.kind) AS kind, -- pipeline or railway.
    any_value(c.length_km) AS length_km, -- Its length [km]: exact before rounded, then what most voices print, then the later; lengths of a part left out; empty = unknown.
    any_value(c.length_lowest) AS length_lowest, -- Lowest length printed [km].
    any_value(c.length_highest) AS length_highest, -- Highest length printed [km].
    any_value(c.row_keys) AS length_row_keys -- The rows of commitment_progress and commitments that print a length.
FROM commitment_statements AS s
LEFT JOIN chosen AS c USING (commitment_id)
WHERE s.kind IN ('pipeline', 'railway')
GROUP BY s.commitment_id
