-- What is asked of the panel, and what it answers. The file holds three scripts: the tables that all questions need,
-- the question for the reports in left_out, and the answer.
CREATE TABLE voices AS FROM published.voices;
CREATE TABLE all_flow_reports AS FROM published.flow_reports;
CREATE TABLE all_reports AS
SELECT
    r.report_id,
    r.note,
    v.outlet,
    v.agency
FROM published.status_reports AS r
INNER JOIN published.voices AS v ON r.source_name = v.publisher;
CREATE TEMP TABLE left_out (report_id VARCHAR);
CREATE TEMP TABLE asked_of (crossing_id VARCHAR);
-- The models read these two by name: the reports that are left, of the crossings that are asked of.
CREATE VIEW crossing_reports AS
SELECT r.*
FROM published.crossing_reports AS r
WHERE r.report_id NOT IN (FROM temp.left_out) AND r.crossing_id IN (FROM temp.asked_of);
CREATE VIEW crossings AS
SELECT c.*
FROM published.crossings AS c
WHERE c.crossing_id IN (FROM temp.asked_of);
-- Next query.
CREATE OR REPLACE TEMP TABLE asked AS
WITH others AS (
    SELECT
        crossing_id,
        flow,
        voice,
        unnest([valid_from, known_from]) AS day
    FROM all_flow_reports
    WHERE report_id NOT IN (FROM left_out)
),

said AS (
    SELECT
        r.*,
        unnest(generate_series(r.valid_from, greatest(r.asserted_to - 1, r.valid_from), INTERVAL 1 DAY))::DATE AS day
    FROM all_flow_reports AS r
    WHERE r.report_id IN (FROM left_out) AND r.weekdays IS NULL
)

SELECT
    s.report_id,
    s.crossing_id,
    s.flow,
    s.cause,
    s.status AS said,
    s.day,
    s.day = s.valid_from AS at_start
FROM said AS s
WHERE
    s.day >= DATE '2014-01-02'
    AND EXISTS (
        FROM others AS o
        WHERE
            o.crossing_id = s.crossing_id
            AND o.flow = s.flow
            AND o.voice <> s.voice
            AND abs(date_diff('day', o.day, s.day)) <= 3
    );
DELETE FROM asked_of;
INSERT INTO asked_of SELECT DISTINCT crossing_id FROM asked;
-- Next query.
WITH panel AS MATERIALIZED ($panel),

latest AS (
    SELECT
        a.report_id,
        a.crossing_id,
        a.flow,
        a.day,
        arg_max(r.status, (r.valid_from, r.known_from, r.report_id)) AS status
    FROM asked AS a
    INNER JOIN all_flow_reports AS r
        ON
            a.crossing_id = r.crossing_id
            AND a.flow = r.flow
            AND a.day >= r.valid_from
            AND a.day < coalesce(r.valid_to, DATE '9999-12-31')
            AND r.report_id NOT IN (FROM left_out)
    GROUP BY ALL
)

SELECT
    a.report_id,
    any_value(n.note) AS note,
    a.crossing_id,
    a.flow,
    a.cause,
    year(a.day) AS year,
    a.said,
    a.day,
    a.at_start,
    any_value(p.status) FILTER (p.from_day <= a.day AND p.to_day > a.day) AS panel,
    any_value(p.basis) FILTER (p.from_day <= a.day AND p.to_day > a.day) AS basis,
    list(DISTINCT p.status ORDER BY p.status) AS near,
    coalesce(any_value(l.status), 'open') AS latest
FROM asked AS a
INNER JOIN all_reports AS n ON a.report_id = n.report_id
LEFT JOIN panel AS p
    ON
        a.crossing_id = p.crossing_id
        AND a.flow = p.flow
        AND a.day + a.at_start::INT >= p.from_day
        AND a.day - a.at_start::INT < p.to_day
LEFT JOIN latest AS l
    ON a.report_id = l.report_id AND a.crossing_id = l.crossing_id AND a.flow = l.flow AND a.day = l.day
GROUP BY ALL
