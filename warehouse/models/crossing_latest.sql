-- What the latest report says of each crossing, for cargo and for pedestrians. Not the daily panel (crossing_days):
-- one report decides, the one that became known last; of several known on one day the one on the crossing itself, then the one
-- whose state began last. Announcements of days to come, and reports on single goods, do not count. A report that
-- names its own end says nothing of the days after it.
WITH spoken AS (
    SELECT
        *,
        unnest(
            list_filter(
                ['cargo', 'pedestrians'],
                lambda flow: (flow = 'cargo' AND on_cargo) OR (flow = 'pedestrians' AND on_pedestrians)
            )
        ) AS flow
    FROM crossing_reports
    WHERE goods IS NULL AND valid_from <= known_from
),

latest AS (
    SELECT *
    FROM spoken
    QUALIFY row_number() OVER (
        PARTITION BY crossing_id, flow
        ORDER BY known_from DESC, reported_of = crossing_id DESC, valid_from DESC, report_id
    ) = 1
),

flows AS (SELECT unnest(['cargo', 'pedestrians']) AS flow)

SELECT
    c.crossing_id, -- The crossing.
    c.name, -- Its name.
    c.country_a, -- Country that exports leave.
    c.country_b, -- Country on the other side.
    c.category, -- formal_trade, formal_pedestrian, customs_terminal or informal.
    c.lat, -- Latitude, WGS 84.
    c.lon, -- Longitude, WGS 84.
    f.flow, -- cargo or pedestrians.
    CASE
        WHEN l.report_id IS NULL THEN 'unknown'
        WHEN l.valid_to <= l.known_from THEN 'unknown'
        ELSE l.status
    END AS status, -- open, closed or restricted by the latest report; unknown = no report, or one on a state that had ended.
    l.valid_from AS since, -- First day of that state, by the report.
    l.valid_to AS until, -- First day after it, where the report names one.
    l.known_from AS reported_on, -- Day the report could be known: the state is not older news than that.
    l.known_from_basis, -- What reported_on rests on.
    l.scope, -- To whom the report applies.
    l.cause, -- Why, in one word.
    l.report_id, -- The report that decided.
    l.source_name, -- Who published it.
    l.source_url, -- The page.
    l.note -- Our own short paraphrase.
FROM crossings AS c
CROSS JOIN flows AS f
LEFT JOIN latest AS l ON c.crossing_id = l.crossing_id AND f.flow = l.flow
