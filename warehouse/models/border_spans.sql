-- Spans of days in which the share of a border's normal cargo capacity that is shut stays the same, each with its
-- bounds. Cargo moves both ways: exports leave Afghanistan, imports enter it. Transit rides in the same trucks and
-- nobody counts it apart, so where it is known to fare otherwise it widens the bounds of cargo and moves nothing else.
WITH borders AS (
    SELECT DISTINCT country_a || '-' || country_b AS border FROM crossings
    WHERE country_a = 'AFG'
),

gates AS (SELECT DISTINCT border, crossing_id, valid_from FROM crossing_weights),

states AS (
    SELECT
        g.border,
        s.crossing_id,
        s.flow,
        s.from_day,
        s.to_day,
        s.status,
        s.contested,
        s.basis
    FROM crossing_spans AS s
    INNER JOIN gates AS g ON s.crossing_id = g.crossing_id
    WHERE s.flow IN ('exports', 'imports', 'transit')
),

marks AS (
    SELECT border, from_day AS day FROM states
    UNION
    SELECT border, valid_from FROM gates
    UNION
    SELECT border, DATE '2014-01-01' FROM borders
),

pieces AS (
    SELECT
        border,
        day AS from_day,
        lead(day, 1, DATE '9999-12-31') OVER (PARTITION BY border ORDER BY day) AS to_day
    FROM marks
),

-- Before it opened a crossing weighs nothing.
on_piece AS (
    SELECT
        p.border,
        p.from_day,
        g.crossing_id,
        f.flow,
        s.status,
        s.contested,
        s.basis
    FROM pieces AS p
    INNER JOIN gates AS g ON p.border = g.border AND p.from_day >= g.valid_from
    CROSS JOIN (VALUES ('exports'), ('imports'), ('transit')) AS f (flow)
    INNER JOIN states AS s
        ON
            g.crossing_id = s.crossing_id
            AND f.flow = s.flow
            AND p.from_day >= s.from_day
            AND p.from_day < s.to_day
),

judged AS (
    SELECT
        *,
        CASE status WHEN 'closed' THEN 1 WHEN 'open' THEN 0 END AS point,
        (status = 'closed' AND NOT contested)::INT AS low,
        (status <> 'open' OR contested)::INT AS high
    FROM on_piece
),

-- Of what each flow is made: exports and imports of the one way, cargo of both, transit of both with its own state.
parts AS (
    SELECT
        j.*,
        w.normal,
        w.measure
    FROM judged AS j
    INNER JOIN crossing_weights AS w
        ON j.crossing_id = w.crossing_id AND (j.flow = w.flow OR j.flow = 'transit')
    UNION ALL BY NAME
    SELECT
        j.* REPLACE (
            'cargo' AS flow,
            CASE WHEN t.contested OR t.status IN ('open', 'restricted') THEN 0 ELSE j.low END AS low,
            CASE WHEN t.contested OR t.status IN ('closed', 'restricted') THEN 1 ELSE j.high END AS high
        ),
        w.normal,
        w.measure
    FROM judged AS j
    INNER JOIN judged AS t
        ON j.crossing_id = t.crossing_id AND j.from_day = t.from_day AND t.flow = 'transit'
    INNER JOIN crossing_weights AS w ON j.crossing_id = w.crossing_id AND j.flow = w.flow
),

sums AS (
    SELECT
        border,
        from_day,
        flow,
        count(DISTINCT crossing_id) AS crossings,
        count(DISTINCT crossing_id) FILTER (status = 'closed') AS crossings_shut,
        count(DISTINCT crossing_id) FILTER (status IN ('unknown', 'restricted')) AS crossings_unknown,
        count(DISTINCT crossing_id) FILTER (contested) AS crossings_disputed,
        count(DISTINCT crossing_id) FILTER (normal IS NULL) AS crossings_unweighed,
        any_value(measure) AS weighed_by,
        -- A crossing that nobody counted weighs at most what the least of those counted does.
        coalesce(min(normal), 1) AS most,
        coalesce(sum(normal), 0) AS total,
        coalesce(sum(normal * point), 0) AS shut,
        coalesce(sum(normal) FILTER (point IS NOT NULL), 0) AS known,
        coalesce(sum(normal) FILTER (basis = 'reported'), 0) AS reported,
        coalesce(sum(normal * low), 0) AS low,
        coalesce(sum(normal * high), 0) AS high,
        coalesce(sum(normal) FILTER (point IS NULL), 0) AS unsettled,
        -- The uncounted, which may weigh anything from nothing to that most, for each bound.
        count(*) FILTER (normal IS NULL) * most AS uncounted,
        count(*) FILTER (normal IS NULL AND low = 0) * most AS uncounted_not_low,
        count(*) FILTER (normal IS NULL AND high = 1) * most AS uncounted_high,
        count(*) FILTER (normal IS NULL AND point IS DISTINCT FROM 1) * most AS uncounted_not_shut,
        count(*) FILTER (normal IS NULL AND point IS DISTINCT FROM 0) * most AS uncounted_not_open
    FROM parts
    GROUP BY border, from_day, flow
),

bounds AS (
    SELECT
        *,
        -- Where nothing that weighs for sure is left to divide by, all that is there says the same. Rounded, for
        -- sums of fractions depend on their order in the last digits.
        round(coalesce(low / nullif(total + uncounted_not_low, 0), 1), 6) AS least_shut,
        round(coalesce((high + uncounted_high) / nullif(total + uncounted_high, 0), 0), 6) AS most_shut,
        round(coalesce(shut / nullif(total + uncounted_not_shut, 0), 1), 6) AS settled_low,
        round(
            coalesce((shut + unsettled + uncounted_not_open) / nullif(total + uncounted_not_open, 0), 0), 6
        ) AS settled_high
    FROM sums
)

SELECT
    p.border, -- The border: AFG-PAK and the like.
    f.flow, -- cargo, exports, imports or transit.
    p.from_day, -- First day.
    p.to_day, -- First day after; 9999-12-31 = going on.
    -- Of what weighs and is known. Were the bounds further apart than a half, the unknown could turn the answer round.
    CASE
        WHEN b.settled_high - b.settled_low <= 0.5 THEN round(coalesce(b.shut / nullif(b.known, 0), b.settled_low), 6)
    END AS share_shut, -- Share of the normal capacity known that is shut; empty where unknown states and weights leave more than a half open. [share]
    b.least_shut AS low, -- The least it can be: unknown, restricted and contested count as open. [share]
    b.most_shut AS high, -- The most it can be: they count as shut. [share]
    b.settled_low, -- The least, taking disputes and transit as the panel decides them: what is not known counts as open. [share]
    b.settled_high, -- The most, likewise. [share]
    round(coalesce(b.known / nullif(b.total + b.uncounted, 0), 0), 6) AS weight_known, -- Share of the normal capacity, those uncounted taken at their most, whose weight and state are known. [share]
    round(coalesce(b.reported / nullif(b.total, 0), 0), 6) AS weight_reported, -- Share of the weight known whose state a report asserts; the rest is carried on or assumed. [share]
    coalesce(b.crossings, 0)::INT AS crossings, -- Formal trade crossings that had opened.
    coalesce(b.crossings_shut, 0)::INT AS crossings_shut, -- Of them shut, one way or both.
    coalesce(b.crossings_unknown, 0)::INT AS crossings_unknown, -- Of them unknown or restricted, one way or both.
    coalesce(b.crossings_disputed, 0)::INT AS crossings_disputed, -- Of them contested: a voice that is believed says otherwise.
    coalesce(b.crossings_unweighed, 0)::INT AS crossings_unweighed, -- Of them without any capacity figure: they are in the bounds only.
    b.weighed_by -- What the crossings are weighed by: truck_crossings, vehicle_crossings or rail_volume; empty = none was counted.
FROM pieces AS p
CROSS JOIN (VALUES ('cargo'), ('exports'), ('imports'), ('transit')) AS f (flow)
LEFT JOIN bounds AS b ON p.border = b.border AND p.from_day = b.from_day AND f.flow = b.flow
