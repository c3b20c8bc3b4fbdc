-- Kilometres of pipelines and railways built by date: one row a project, part and day on which a source gives a figure.
WITH printed AS (
    SELECT
        p.commitment_id,
        p.observed_on,
        -- "Turkmen section complete": the kilometres of a part say nothing of the rest.
        nullif(lower(regexp_extract(p.event, '(?i)(\w+) (?:section|part|side)\b', 1)), '') AS part,
        p.value AS km_built,
        bool_or(p.qualifier = 'exact') AS exact,
        count(DISTINCT coalesce(v.voice, p.source_name)) AS voices,
        count(DISTINCT p.source_url) AS pages,
        min(p.known_from) AS known_from,
        any_value(p.event ORDER BY p.source_name) AS event,
        list(DISTINCT p.source_name ORDER BY p.source_name) AS source_names,
        list(p.row_key ORDER BY p.row_key) AS row_keys
    FROM commitment_progress AS p
    LEFT JOIN voices AS v ON p.source_name = v.publisher
    WHERE p.metric = 'km_built' AND p.unit = 'km'
    GROUP BY ALL
),

daily AS (
    SELECT
        c.commitment_id,
        c.length_km,
        p.* EXCLUDE (commitment_id),
        -- More kilometres than the longest length printed are those of another line.
        coalesce(p.km_built <= c.length_highest, true) AS of_this_line,
        min(p.km_built) OVER same_day AS lowest_printed,
        max(p.km_built) OVER same_day AS highest_printed
    FROM printed AS p
    INNER JOIN construction_projects AS c USING (commitment_id)
    WINDOW same_day AS (PARTITION BY p.commitment_id, p.part, p.observed_on)
    QUALIFY
        row_number() OVER (
            PARTITION BY p.commitment_id, p.part, p.observed_on, of_this_line
            ORDER BY p.exact DESC, p.voices DESC, p.known_from DESC, p.km_built DESC
        ) = 1
)

SELECT
    commitment_id, -- The project.
    observed_on, -- Day of which the source speaks.
    part, -- The part of the line that the figure is of (turkmen, iranian, …); empty = the line.
    km_built, -- Kilometres built by then, not since [km]: exact before rounded, then what most voices print, then the later.
    lowest_printed, -- Lowest figure printed for that day [km].
    highest_printed, -- Highest figure printed for that day [km].
    length_km, -- Length of the whole line [km].
    CASE WHEN part IS NULL AND of_this_line THEN round(km_built / length_km, 4) END AS share_built, -- Built over length; empty for a part, whose own length is unknown.
    of_this_line, -- Whether the figure can be of this line: no more than its longest length printed.
    lag(observed_on) OVER in_order AS observed_before, -- Day of the figure before it, of the same line and part.
    round(km_built - lag(km_built) OVER in_order, 3) AS km_since_before, -- Built since [km]; negative = the two count differently, for no line is unbuilt.
    known_from, -- Day from which it was known.
    voices, -- Independent voices that print it.
    pages, -- Addresses that print it.
    event, -- What the figure covers, as told.
    source_names, -- Who published it.
    row_keys -- The rows of commitment_progress that print it.
FROM daily
WINDOW in_order AS (PARTITION BY commitment_id, part, of_this_line ORDER BY observed_on)
