-- The crossing_id of a crossing that is given by any of its names. A name that is no crossing's, or that of several,
-- is an error that lists those that come nearest.
CREATE MACRO crossing_named(
    crossing -- Its id, its name or another spelling, as in crossing_names; capitals make no difference.
) AS (
    SELECT
        CASE len(found.meant)
            WHEN 1 THEN found.meant[1]
            ELSE error(concat(
                'no one crossing is called ', coalesce(crossing, 'NULL'),
                ': is it ', array_to_string(found.nearest, ', '), '? FROM crossing_names lists all names'
            ))
        END
    FROM (
        SELECT
            list(c.crossing_id) FILTER (c.meant) AS meant,
            list(c.crossing_id ORDER BY c.nearness DESC, c.crossing_id)[:3] AS nearest
        FROM (
            SELECT
                n.known_id AS crossing_id,
                bool_or(lower(n.known_name) = lower(trim(crossing))) AS meant,
                max(jaro_winkler_similarity(lower(n.known_name), lower(trim(coalesce(crossing, ''))))) AS nearness
            -- Columns of other names: the caller's may be called name and crossing_id.
            FROM crossing_names AS n (known_name, known_id)
            GROUP BY n.known_id
        ) AS c
    ) AS found
)
