-- What normally passes each formal trade crossing of Afghanistan, for each way: the one place for the weights within a
-- border. Median over pages, each page one voice; figures from days on which the crossing was not known to be open, or
-- from the week after it reopened, are left out. Of each border the measure that most of its crossings have is taken.
WITH gates AS (
    SELECT
        crossing_id,
        country_a || '-' || country_b AS border,
        greatest(coalesce(opened_on, DATE '2014-01-01'), DATE '2014-01-01') AS valid_from
    FROM crossings
    WHERE country_a = 'AFG' AND category = 'formal_trade'
),

figures AS (
    SELECT
        f.crossing_id,
        g.border,
        f.measure,
        f.unit,
        f.direction,
        f.source_url,
        f.row_key,
        f.period_start,
        coalesce(f.period_end, f.period_start) + 1 AS period_to,
        -- per is a span ("month") or several ("5 months").
        f.value / (coalesce(try_cast(split_part(f.per, ' ', 1) AS INT), 1) * CASE
            WHEN contains(f.per, 'day') THEN 1
            WHEN contains(f.per, 'week') THEN 7
            WHEN contains(f.per, 'month') THEN 365.25 / 12
            WHEN contains(f.per, 'quarter') THEN 365.25 / 4
            ELSE 365.25
        END) AS a_day
    FROM crossing_capacity AS f
    INNER JOIN gates AS g ON f.crossing_id = g.crossing_id
    WHERE f.measure IN ('truck_crossings', 'vehicle_crossings', 'rail_volume') AND f.per IS NOT NULL AND f.value > 0
),

-- Days on which a crossing was not known to be open; a reopening is followed by a week of clearing the queue.
not_normal AS (
    SELECT
        crossing_id,
        flow,
        status,
        from_day,
        to_day + CASE WHEN lead(status) OVER following = 'open' THEN 7 ELSE 0 END AS to_day
    FROM crossing_spans
    WHERE flow IN ('exports', 'imports')
    WINDOW following AS (PARTITION BY crossing_id, flow ORDER BY from_day)
),

-- A figure for a period of which more than a quarter was such is no figure of what is normal.
disturbed AS (
    SELECT f.row_key
    FROM figures AS f
    INNER JOIN not_normal AS n
        ON
            f.crossing_id = n.crossing_id
            AND n.status <> 'open'
            AND n.from_day < f.period_to
            AND n.to_day > f.period_start
    GROUP BY f.row_key, f.period_start, f.period_to, n.flow
    HAVING
        sum(date_diff('day', greatest(n.from_day, f.period_start), least(n.to_day, f.period_to)))
        > 0.25 * date_diff('day', f.period_start, f.period_to)
),

-- A figure for both ways counts half each way: trucks return.
one_way AS (
    SELECT
        * EXCLUDE (a_day),
        unnest(CASE direction
            WHEN 'out_of_afg' THEN ['exports']
            WHEN 'into_afg' THEN ['imports']
            ELSE ['exports', 'imports']
        END) AS flow,
        CASE direction WHEN 'both' THEN a_day / 2 ELSE a_day END AS a_day
    FROM figures
    WHERE row_key NOT IN (SELECT row_key FROM disturbed)
),

pages AS (
    SELECT
        border,
        crossing_id,
        measure,
        unit,
        flow,
        source_url,
        median(a_day) AS a_day,
        min(a_day) AS lowest,
        max(a_day) AS highest,
        list(row_key ORDER BY row_key) AS row_keys
    FROM one_way
    GROUP BY border, crossing_id, measure, unit, flow, source_url
),

-- Only figures of one measure can be compared, so each border has one.
measures AS (
    SELECT
        border,
        measure
    FROM pages
    GROUP BY border, measure
    QUALIFY row_number() OVER (
        PARTITION BY border
        ORDER BY count(DISTINCT crossing_id) DESC, measure = 'truck_crossings' DESC, count(*) DESC, measure
    ) = 1
),

normal AS (
    SELECT
        p.crossing_id,
        p.flow,
        p.measure,
        p.unit,
        median(p.a_day) AS normal,
        min(p.lowest) AS lowest,
        max(p.highest) AS highest,
        count(*) AS pages,
        flatten(list(p.row_keys ORDER BY p.source_url)) AS row_keys
    FROM pages AS p
    INNER JOIN measures AS m ON p.border = m.border AND p.measure = m.measure
    GROUP BY p.crossing_id, p.flow, p.measure, p.unit
),

known AS (
    SELECT
        g.*,
        w.flow,
        coalesce(n.measure, back.measure) AS measure,
        coalesce(n.unit, back.unit) AS unit,
        coalesce(n.normal, back.normal) AS normal,
        coalesce(n.lowest, back.lowest) AS lowest,
        coalesce(n.highest, back.highest) AS highest,
        coalesce(n.pages, back.pages, 0) AS pages,
        coalesce(n.row_keys, back.row_keys, []) AS row_keys,
        CASE
            WHEN n.normal IS NOT NULL THEN 'counted'
            WHEN back.normal IS NOT NULL THEN 'other_way'
            ELSE 'unknown'
        END AS derivation
    FROM gates AS g
    CROSS JOIN (VALUES ('exports', 'imports'), ('imports', 'exports')) AS w (flow, other)
    LEFT JOIN normal AS n ON g.crossing_id = n.crossing_id AND w.flow = n.flow
    LEFT JOIN normal AS back ON g.crossing_id = back.crossing_id AND w.other = back.flow
)

SELECT
    crossing_id, -- The crossing.
    border, -- Its border: AFG-PAK and the like.
    flow, -- exports (out of Afghanistan) or imports (into it). Transit rides both ways in the same trucks and has no weight of its own.
    measure, -- What was counted; one measure for all crossings of a border.
    normal, -- What normally passes a day, in unit; empty = unknown, which is not 0. [a day]
    unit, -- trucks, vehicles or tonnes.
    lowest, -- Lowest figure behind it. [a day]
    highest, -- Highest figure behind it. [a day]
    round(normal / sum(normal) OVER (PARTITION BY border), 6) AS weight, -- Share of all that is known of its border, both ways together. [share]
    derivation, -- counted = from figures for this way, those for both ways halved; other_way = from the way back, for trucks return; unknown = no figure.
    valid_from, -- First day on which it weighs anything: 2014-01-01, or the day it opened.
    pages::INT AS pages, -- Pages that give a figure.
    row_keys -- The rows of crossing_capacity behind it.
FROM known
