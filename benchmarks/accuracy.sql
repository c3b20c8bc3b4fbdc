-- What is asked of the panel, and what it answers. The file holds three scripts: the tables that all questions need, the
-- worlds in which something is left out, and the answers.
CREATE TABLE flows AS FROM published.flows;
CREATE TABLE all_flow_reports AS FROM published.flow_reports;
CREATE TABLE all_reports AS
SELECT
    r.report_id,
    r.note,
    -- An undated page that names no end speaks of no span, only of its start.
    r.known_from_basis IN ('published', 'address') OR r.valid_to IS NOT NULL AS has_span,
    r.goods IS NOT NULL AS of_goods,
    v.outlet AS publisher,
    v.agency
FROM published.status_reports AS r
INNER JOIN published.voices AS v ON r.source_name = v.publisher;
-- Next script.
CREATE OR REPLACE TABLE groups AS
SELECT $way AS left_out, report_id FROM all_reports WHERE $way IS NOT NULL;
-- Each report left out, on each day that it asserts or at least its first, where another voice that is left has a
-- report that begins or was published within three days.
CREATE OR REPLACE TABLE asked AS
WITH said AS (
    SELECT
        g.left_out,
        r.*,
        unnest(generate_series(r.valid_from, greatest(r.asserted_to - 1, r.valid_from), INTERVAL 1 DAY))::DATE AS day
    FROM all_flow_reports AS r
    INNER JOIN groups AS g USING (report_id)
    WHERE r.weekdays IS NULL
),

told AS (
    SELECT
        r.crossing_id,
        r.flow,
        r.voice,
        g.left_out,
        unnest([r.valid_from, r.known_from]) AS day
    FROM all_flow_reports AS r
    LEFT JOIN groups AS g USING (report_id)
),

near AS (
    SELECT DISTINCT crossing_id, flow, voice, left_out, (day + unnest(range(-3, 4))::INT)::DATE AS day
    FROM told
)

SELECT
    left_out,
    report_id,
    crossing_id,
    flow,
    cause,
    own_crossing,
    own_flow,
    status AS said,
    day,
    day = valid_from AS at_start,
    n.has_span AS in_span,
    n.of_goods
FROM said AS s
INNER JOIN all_reports AS n USING (report_id)
WHERE
    day >= DATE '2014-01-02'
    AND EXISTS (
        FROM near AS n
        WHERE
            n.crossing_id = s.crossing_id
            AND n.flow = s.flow
            AND n.day = s.day
            AND n.voice <> s.voice
            AND n.left_out IS DISTINCT FROM s.left_out
    );
-- A world is a crossing without the reports left out. All are worked out at once, each as a crossing.
CREATE OR REPLACE TABLE worlds AS
SELECT DISTINCT crossing_id, left_out, crossing_id || ' without ' || left_out AS world FROM asked;
-- The models read these two by name.
CREATE OR REPLACE TABLE flow_reports AS
SELECT r.* REPLACE (w.world AS crossing_id)
FROM all_flow_reports AS r
INNER JOIN worlds AS w USING (crossing_id)
WHERE NOT EXISTS (FROM groups AS g WHERE g.left_out = w.left_out AND g.report_id = r.report_id);
CREATE OR REPLACE TABLE crossings AS
SELECT DISTINCT c.* REPLACE (w.world AS crossing_id)
FROM published.crossings AS c
INNER JOIN worlds AS w USING (crossing_id);
-- Next script.
-- The plain rule: of the reports that are left and have not ended by then, the one whose state began last.
WITH days AS (
    SELECT DISTINCT
        left_out,
        crossing_id,
        flow,
        day + unnest([-1, 0, 1]) AS day
    FROM asked
),

latest AS (
    SELECT
        d.left_out,
        d.crossing_id,
        d.flow,
        d.day,
        coalesce(arg_max(r.status, (r.valid_from, r.known_from, r.report_id)), 'open') AS status
    FROM days AS d
    INNER JOIN worlds AS w USING (crossing_id, left_out)
    LEFT JOIN flow_reports AS r
        ON
            w.world = r.crossing_id
            AND d.flow = r.flow
            AND d.day >= r.valid_from
            AND d.day < coalesce(r.valid_to, DATE '9999-12-31')
    GROUP BY ALL
),

latest_near AS (
    SELECT
        a.left_out,
        a.report_id,
        a.crossing_id,
        a.flow,
        a.day,
        any_value(l.status) FILTER (l.day = a.day) AS status,
        list(DISTINCT l.status ORDER BY l.status) AS near
    FROM asked AS a
    INNER JOIN latest AS l USING (left_out, crossing_id, flow)
    WHERE l.day BETWEEN a.day - 1 AND a.day + 1
    GROUP BY ALL
),

answered AS (
    SELECT
        a.*,
        any_value(p.status) FILTER (p.from_day <= a.day AND p.to_day > a.day) AS panel,
        any_value(p.basis) FILTER (p.from_day <= a.day AND p.to_day > a.day) AS basis,
        any_value(p.report_id) FILTER (p.from_day <= a.day AND p.to_day > a.day) AS decided_by,
        list(DISTINCT p.status ORDER BY p.status) AS panel_near
    FROM asked AS a
    INNER JOIN worlds AS w USING (crossing_id, left_out)
    LEFT JOIN crossing_spans AS p
        ON
            w.world = p.crossing_id
            AND a.flow = p.flow
            AND a.day + 1 >= p.from_day
            AND a.day - 1 < p.to_day
    GROUP BY ALL
)

SELECT
    -- A gate shut to all is shut to the goods that a report speaks of.
    a.* REPLACE (
        if(a.of_goods AND a.panel = 'closed', a.said, a.panel) AS panel,
        if(a.of_goods AND list_contains(a.panel_near, 'closed'), [a.said], a.panel_near) AS panel_near
    ),
    year(a.day) AS year,
    n.note,
    if(a.of_goods AND l.status = 'closed', a.said, l.status) AS latest,
    if(a.of_goods AND list_contains(l.near, 'closed'), [a.said], l.near) AS latest_near,
    CASE
        WHEN a.panel = a.said OR (a.of_goods AND a.panel = 'closed') THEN ''
        WHEN list_contains(a.panel_near, a.said) THEN 'a day apart: the panel says the same on the day before or after'
        WHEN a.own_flow < d.own_flow THEN 'it speaks of all traffic, the report that decides of this flow'
        WHEN a.own_crossing < d.own_crossing THEN 'it speaks of the whole border, the report that decides of this crossing'
        WHEN a.basis = 'reported' THEN 'other reports assert otherwise for the day'
        WHEN a.basis = 'unknown' THEN 'nobody else tells, and an older state has lapsed'
        ELSE 'nobody else tells: an older state is carried on, or the normal one assumed'
    END AS why
FROM answered AS a
INNER JOIN all_reports AS n USING (report_id)
INNER JOIN latest_near AS l USING (left_out, report_id, crossing_id, flow, day)
LEFT JOIN all_flow_reports AS d
    ON a.decided_by = d.report_id AND a.crossing_id = d.crossing_id AND a.flow = d.flow
