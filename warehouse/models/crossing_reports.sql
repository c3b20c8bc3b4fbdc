-- Status reports by single crossing: a report on all crossings of a border stands once for each
-- formal crossing of it that had been opened by then.
WITH of_border AS (
    SELECT
        r.report_id,
        c.crossing_id
    FROM status_reports AS r
    INNER JOIN crossings AS c
        ON
            r.crossing_id = '*' || c.country_a || '-' || c.country_b
            AND c.category IN ('formal_trade', 'formal_pedestrian')
            AND coalesce(c.opened_on <= coalesce(r.valid_to - 1, r.valid_from), true)
    UNION ALL
    SELECT
        report_id,
        crossing_id
    FROM status_reports
    WHERE NOT starts_with(crossing_id, '*')
)

SELECT
    b.crossing_id, -- The crossing.
    r.report_id, -- The report.
    r.crossing_id AS reported_of, -- What the report names: the crossing, or * and its border.
    r.valid_from, -- First day the state held, by this source.
    r.valid_to, -- First day it no longer held (exclusive); empty = no end named.
    r.status, -- open, closed or restricted.
    r.scope, -- To whom it applies, ; between.
    list_has_any(string_split(r.scope, ';'), ['all', 'cargo', 'exports', 'imports', 'transit']) AS on_cargo, -- Whether it speaks of goods traffic.
    list_has_any(string_split(r.scope, ';'), ['all', 'pedestrians']) AS on_pedestrians, -- Whether it speaks of people on foot.
    r.goods, -- Filled: only these goods are meant.
    r.weekdays, -- Days it holds on; empty = every day.
    r.date_precision, -- How exact valid_from is: day, week, month.
    r.cause, -- Why, in one word.
    r.actor, -- Side that imposed it.
    r.known_from, -- Day the report could be known.
    r.known_from_basis, -- What known_from rests on.
    coalesce(v.voice, r.source_name) AS voice, -- The independent voice behind it.
    r.source_name, -- Who published the page.
    r.source_url, -- The page.
    r.note -- Our own short paraphrase.
FROM of_border AS b
INNER JOIN status_reports AS r USING (report_id)
LEFT JOIN voices AS v ON r.source_name = v.publisher
