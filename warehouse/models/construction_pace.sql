-- Kilometres built against every date promised, for pipelines and railways: one row is one statement that names a day.
-- The counterpart of commitment_pace, which measures targets of trade. Kilometres of a part are never set against the
-- whole line, nor those of the line against the promise of a part.
WITH promises AS (
    SELECT
        s.*,
        p.length_km AS line_km,
        -- Figures of the line measure promises to complete it, and no others.
        s.promised = 'completion' AND NOT s.part AS of_line
    FROM commitment_statements AS s
    INNER JOIN construction_projects AS p USING (commitment_id)
    WHERE s.target_date IS NOT NULL
),

line_figures AS (
    SELECT *
    FROM construction_progress
    WHERE part IS NULL AND of_this_line
),

latest AS (
    SELECT *
    FROM line_figures
    QUALIFY row_number() OVER (PARTITION BY commitment_id ORDER BY observed_on DESC) = 1
),

-- The latest figure of a part: of the line it says "at least", and nothing of its pace.
latest_part AS (
    SELECT *
    FROM construction_progress
    WHERE part IS NOT NULL AND of_this_line
    QUALIFY row_number() OVER (PARTITION BY commitment_id ORDER BY observed_on DESC, km_built DESC) = 1
),

-- The pace held is measured over at most five years up to the latest figure, and over a quarter of a year at least.
held AS (
    SELECT
        l.commitment_id,
        min(f.observed_on) AS since,
        arg_min(f.km_built, f.observed_on) AS km_then,
        (l.km_built - km_then) * 365.25 / (l.observed_on - min(f.observed_on)) AS km_a_year
    FROM latest AS l
    INNER JOIN line_figures AS f
        ON l.commitment_id = f.commitment_id AND f.observed_on BETWEEN l.observed_on - 1826 AND l.observed_on - 90
    GROUP BY l.commitment_id, l.km_built, l.observed_on
),

finished AS (
    SELECT
        commitment_id,
        min(observed_on) AS finished_on
    FROM line_figures
    WHERE share_built >= 1
    GROUP BY commitment_id
),

-- What shows a promise unmet: a later figure below the length, or whoever promises later what should have been there.
unmet AS (
    SELECT DISTINCT p.row_key
    FROM promises AS p
    LEFT JOIN line_figures AS f
        ON
            p.of_line AND p.commitment_id = f.commitment_id
            AND f.observed_on > p.target_date AND f.share_built < 1
    LEFT JOIN promises AS later
        ON
            p.commitment_id = later.commitment_id
            AND later.stated_on > p.target_date
            AND later.target_date > later.stated_on
            AND (
                (p.of_line AND later.promised IN ('start', 'completion'))
                OR (p.part AND later.part AND p.target_value = later.target_value AND p.unit = later.unit)
            )
    WHERE f.commitment_id IS NOT NULL OR later.row_key IS NOT NULL
)

SELECT
    p.commitment_id, -- The project; shared by its restatements.
    p.title, -- The promise in a few words, as stated.
    p.kind, -- pipeline or railway.
    p.parties, -- Countries bound, ISO 3166-1 alpha-3, ; between.
    p.promised, -- start of works, completion, or deliveries (what is to flow on the line).
    p.part, -- Whether it is of a part of the line alone.
    p.stated_on, -- Day it was stated, or could be known; empty = unknown.
    p.restatement, -- 1 for the first day on which it was stated, 2 for the next; promises of a part, of a start and of deliveries count apart.
    p.target_date, -- Day promised.
    p.change, -- How it differs from the statement before: first, postponed, brought_forward, repeated, …; unknown = its day is unknown.
    p.target_date_before, -- Day promised by the statement before it that names one.
    p.slippage_days, -- Days from that day to this [days]; negative = brought forward.
    p.first_target_date, -- Day that the first statement named.
    p.slippage_from_first_days, -- Days from that day to this [days].
    CASE WHEN p.of_line THEN p.line_km WHEN p.part AND p.unit = 'km' THEN p.target_value END AS length_km, -- Length of the project, or of the part promised [km]; as printed today, not as thought on the day of the promise; empty = unknown.
    CASE WHEN p.of_line THEN coalesce(l.km_built, b.km_built) END AS km_built, -- Kilometres built by the latest figure [km]; empty = unknown, not 0.
    CASE WHEN p.of_line AND l.km_built IS NULL THEN b.part END AS built_part, -- The part that this figure is of (turkmen): of the line no less is built; empty = the line.
    CASE WHEN p.of_line THEN coalesce(l.observed_on, b.observed_on) END AS built_on, -- Day of that figure.
    CASE WHEN p.of_line THEN l.share_built END AS share_built, -- Built over length; empty for the figure of a part.
    CASE WHEN p.of_line THEN h.since END AS pace_from, -- Day of the figure from which the pace is measured.
    -- No line is unbuilt: where the later figure is lower the two count differently, and there is no pace.
    CASE WHEN p.of_line AND h.km_a_year >= 0 THEN round(h.km_a_year, 2) END AS km_a_year_held, -- Pace from there to the latest figure [km/year]; empty = unknown.
    CASE
        WHEN p.of_line AND l.share_built < 1 AND p.target_date >= current_date AND p.target_date > l.observed_on
            THEN round((p.line_km - l.km_built) * 365.25 / (p.target_date - l.observed_on), 2)
    END AS km_a_year_needed, -- Pace needed from the latest figure to the day promised [km/year]; empty = unknown, or a day gone by.
    CASE
        WHEN NOT p.of_line THEN NULL
        WHEN f.finished_on IS NOT NULL THEN f.finished_on
        WHEN h.km_a_year > 0 THEN l.observed_on + ceil((p.line_km - l.km_built) * 365.25 / h.km_a_year)::INTEGER
    END AS reached_on, -- Day of the first figure that shows it built; else the day on which the held pace ends it; empty = built is not growing, or unknown.
    CASE
        WHEN NOT (p.of_line OR p.part) THEN 'not_measured'
        WHEN p.of_line AND f.finished_on <= p.target_date THEN 'met'
        WHEN p.of_line AND f.finished_on IS NOT NULL THEN 'met_late'
        WHEN p.target_date >= current_date THEN 'to_come'
        WHEN u.row_key IS NOT NULL THEN 'passed_unmet'
        ELSE 'passed_unknown'
    END AS outcome, -- met, met_late (by the first figure that shows it), to_come, passed_unmet (a later figure or promise shows it), passed_unknown (nothing tells), not_measured (kilometres say nothing of a start or of deliveries).
    p.status, -- Standing, as recorded; mostly our later reading, so not what was known as of a day.
    p.note, -- Who said it, and what is inferred or doubtful.
    p.source_name, -- Who published the statement.
    p.source_url, -- The page.
    p.row_key, -- Its row in commitments.
    CASE WHEN p.of_line THEN coalesce(l.row_keys, b.row_keys) END AS built_row_keys -- The rows of commitment_progress behind the kilometres built.
FROM promises AS p
LEFT JOIN latest AS l USING (commitment_id)
LEFT JOIN latest_part AS b USING (commitment_id)
LEFT JOIN held AS h USING (commitment_id)
LEFT JOIN finished AS f USING (commitment_id)
LEFT JOIN unmet AS u USING (row_key)
