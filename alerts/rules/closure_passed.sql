-- A closure that goes on has lasted 7, 30, 90 or 365 full days, and had not on the newest day of the version before,
-- which knew of it too (a closure first told of now is a change of state). Of several marks passed the longest is told.
WITH marks AS (SELECT unnest([7, 30, 90, 365]) AS mark),

passed AS (
    SELECT
        n.crossing_id,
        n.flow,
        n.started_on,
        max(m.mark) AS mark
    FROM closure_episodes AS n
    INNER JOIN before.closure_episodes AS o
        ON
            n.crossing_id = o.crossing_id
            AND n.flow = o.flow
            AND o.known_to > getvariable('day_before')
    INNER JOIN marks AS m
        ON date_diff('day', n.started_on, current_date) >= m.mark
            AND date_diff('day', o.started_on, getvariable('day_before')::DATE) < m.mark
    WHERE n.how_ended = 'still_shut'
    GROUP BY ALL
),

alike AS (
    SELECT
        p.crossing_id,
        p.started_on,
        p.mark,
        s.basis,
        s.disputed,
        CASE WHEN s.basis = 'carried' THEN s.last_report_day END AS last_report_day,
        if(min(s.voices) = max(s.voices), '', 'at least ') || min(s.voices) || if(min(s.voices) = 1, ' voice, ', ' voices, ')
            AS voices,
        list(p.flow ORDER BY p.flow) AS flows,
        list_sort(list_distinct(flatten(list(e.report_ids)))) AS reports,
        list_sort(list_distinct(flatten(list(s.dissenting_report_ids)))) AS dissenting
    FROM passed AS p
    INNER JOIN closure_episodes AS e
        ON p.crossing_id = e.crossing_id AND p.flow = e.flow AND p.started_on = e.started_on
    INNER JOIN crossing_spans AS s
        ON p.crossing_id = s.crossing_id AND p.flow = s.flow AND s.from_day <= current_date AND s.to_day > current_date
    GROUP BY ALL
),

worded AS (
    SELECT
        a.*,
        c.name,
        CASE
            WHEN len(a.flows) = (SELECT count(*) FROM flows) THEN 'all traffic'
            ELSE array_to_string(list_transform(a.flows, lambda flow: replace(flow, '_', ' ')), ', ')
        END AS named,
        CASE
            WHEN a.basis = 'reported' THEN a.voices || if(a.disputed, 'disputed', 'none disagrees')
            ELSE concat('last known: no report since ', strftime(a.last_report_day, '%-d %B %Y'), if(a.disputed, ', disputed', ''))
        END AS rests_on
    FROM alike AS a
    INNER JOIN crossings AS c ON a.crossing_id = c.crossing_id
)

SELECT
    crossing_id AS subject, -- The crossing.
    concat_ws(' ', array_to_string(flows, ','), 'closed', started_on, mark) AS happened, -- Flows, first day closed and days passed.
    (started_on + mark)::DATE AS happened_on, -- Day on which that many full days had gone by.
    name || ': closed to ' || named || ' since ' || strftime(started_on, '%-d %B %Y') || ' passed ' || mark || ' days (' || rests_on || ')' AS title, -- The closure in one line.
    concat_ws(
        ' ',
        name || ' has been closed to ' || named || ' since ' || strftime(started_on, '%-d %B %Y') || ': '
        || date_diff('day', started_on, current_date) || ' full days to ' || strftime(current_date, '%-d %B %Y') || '.',
        'It rests on: ' || basis || ' (' || rests_on || ').',
        CASE WHEN len(dissenting) > 0 THEN 'Reports that say otherwise: ' || array_to_string(dissenting, ', ') || '.' END
    ) AS text, -- How long, what it rests on, and who disagrees.
    list_transform(
        list_concat(reports, dissenting),
        lambda id: {'dataset': 'status_reports', 'key': 'report_id', 'value': id}
    ) AS rows -- The reports that tell of the closure, and those that say otherwise.
FROM worded
