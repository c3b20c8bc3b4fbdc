-- The daily panel before it is spelt out by days: spans of days in which a crossing's state for one flow, what the
-- state rests on, and who agrees and disagrees stay the same. Every crossing and flow is covered from 2014-01-01 on.
WITH asserted AS (
    SELECT
        crossing_id,
        flow,
        report_id,
        status,
        voice,
        valid_from AS from_day,
        asserted_to AS to_day
    FROM flow_reports
    WHERE asserted_to > valid_from AND weekdays IS NULL
),

-- A voice counts once on a day: its spans are merged before they are counted.
begun AS (
    SELECT
        *,
        from_day > max(to_day) OVER (
            PARTITION BY crossing_id, flow, status, voice
            ORDER BY from_day, to_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS apart
    FROM asserted
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (coalesce(apart, true)) OVER (
            PARTITION BY crossing_id, flow, status, voice
            ORDER BY from_day, to_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS island
    FROM begun
),

merged AS (
    SELECT
        crossing_id,
        flow,
        status,
        min(from_day) AS from_day,
        max(to_day) AS to_day
    FROM numbered
    GROUP BY crossing_id, flow, status, voice, island
),

steps AS (
    SELECT
        crossing_id,
        flow,
        status,
        unnest([from_day, to_day]) AS day,
        unnest([1, -1]) AS step
    FROM merged
),

-- Every day on which anything begins or ends, the first day of the panel, and the day that a crossing opened.
marks AS (
    SELECT crossing_id, flow, day FROM steps
    UNION
    SELECT crossing_id, flow, from_day FROM flow_spans
    UNION
    SELECT crossing_id, flow, to_day FROM flow_spans
    UNION
    SELECT
        crossing_id,
        flow,
        unnest([DATE '2014-01-01', coalesce(opened_on, DATE '2014-01-01'), DATE '9999-12-31'])
    FROM crossings
    CROSS JOIN flows
),

pieces AS (
    SELECT
        crossing_id,
        flow,
        day AS from_day,
        lead(day) OVER (PARTITION BY crossing_id, flow ORDER BY day) AS to_day
    FROM marks
),

voices AS (
    SELECT
        crossing_id,
        flow,
        day,
        sum(step) FILTER (status = 'open') OVER so_far AS open_voices,
        sum(step) FILTER (status = 'closed') OVER so_far AS closed_voices,
        sum(step) FILTER (status = 'restricted') OVER so_far AS restricted_voices,
        max(day) FILTER (step = -1) OVER so_far AS last_asserted_to
    FROM steps
    WINDOW so_far AS (PARTITION BY crossing_id, flow ORDER BY day)
),

on_day AS (
    SELECT
        crossing_id,
        flow,
        day,
        any_value(coalesce(open_voices, 0)) AS open_voices,
        any_value(coalesce(closed_voices, 0)) AS closed_voices,
        any_value(coalesce(restricted_voices, 0)) AS restricted_voices,
        any_value(last_asserted_to) AS last_asserted_to
    FROM voices
    GROUP BY crossing_id, flow, day
),

known AS (
    SELECT
        p.crossing_id,
        p.flow,
        p.from_day,
        p.to_day,
        s.status AS told,
        s.since,
        s.report_id,
        c.category LIKE 'formal%' AS formal,
        p.from_day < c.opened_on AS before_opening,
        coalesce(v.open_voices, 0) AS open_voices,
        coalesce(v.closed_voices, 0) AS closed_voices,
        coalesce(v.restricted_voices, 0) AS restricted_voices,
        v.last_asserted_to,
        v.day IS NOT NULL AS after_a_report
    FROM pieces AS p
    INNER JOIN crossings AS c ON p.crossing_id = c.crossing_id
    ASOF LEFT JOIN on_day AS v
        ON p.crossing_id = v.crossing_id AND p.flow = v.flow AND p.from_day >= v.day
    LEFT JOIN flow_spans AS s
        ON
            p.crossing_id = s.crossing_id
            AND p.flow = s.flow
            AND p.from_day >= s.from_day
            AND p.from_day < s.to_day
    WHERE p.to_day IS NOT NULL AND p.to_day > DATE '2014-01-01'
),

judged AS (
    SELECT
        *,
        -- Where no report holds, a formal crossing is taken for open, as it is normally; of others nothing is known.
        CASE
            WHEN before_opening THEN 'unknown'
            WHEN told IS NOT NULL THEN told
            WHEN formal THEN 'open'
            ELSE 'unknown'
        END AS status
    FROM known
),

counted AS (
    SELECT
        *,
        CASE status
            WHEN 'open' THEN open_voices
            WHEN 'closed' THEN closed_voices
            WHEN 'restricted' THEN restricted_voices
            ELSE 0
        END AS voices
    FROM judged
),

-- A closure that lasts is reported again. Unsaid, it is carried on for as long as it had been asserted, but for a week
-- at least and ninety days at most; then nobody knows. An open crossing makes no news and stays open.
aged AS (
    SELECT
        *,
        CASE
            WHEN voices = 0 AND status IN ('closed', 'restricted') AND after_a_report
                THEN last_asserted_to + greatest(7, least(90, date_diff('day', since, last_asserted_to)))::INT
            ELSE DATE '9999-12-31'
        END AS stale_from
    FROM counted
),

-- Once it has lapsed, an old closure decides nothing any more: only a new change does.
lapsed AS (
    SELECT
        * EXCLUDE (stale_from),
        min(stale_from) OVER (PARTITION BY crossing_id, flow, told, since) AS stale_from
    FROM aged
),

agreeing AS (
    SELECT * REPLACE (least(to_day, stale_from) AS to_day)
    FROM lapsed
    WHERE from_day < stale_from
    UNION ALL
    SELECT
        * REPLACE (
            greatest(from_day, stale_from) AS from_day,
            'unknown' AS status,
            0 AS voices,
            NULL AS report_id,
            NULL AS since
        )
    FROM lapsed
    WHERE to_day > stale_from
),

dissents AS (
    SELECT
        g.crossing_id,
        g.flow,
        g.from_day,
        list(a.report_id ORDER BY a.report_id) AS report_ids
    FROM agreeing AS g
    INNER JOIN asserted AS a
        ON
            g.crossing_id = a.crossing_id
            AND g.flow = a.flow
            AND g.from_day >= a.from_day
            AND g.from_day < a.to_day
            AND g.status <> a.status
    WHERE g.status <> 'unknown' AND g.open_voices + g.closed_voices + g.restricted_voices > g.voices
    GROUP BY ALL
)

SELECT
    g.crossing_id, -- The crossing.
    g.flow, -- The flow.
    greatest(g.from_day, DATE '2014-01-01') AS from_day, -- First day.
    g.to_day, -- First day after; 9999-12-31 = going on.
    g.status, -- open, closed, restricted or unknown.
    CASE
        WHEN g.status = 'unknown' THEN 'unknown'
        WHEN g.voices > 0 THEN 'reported'
        WHEN g.after_a_report THEN 'carried'
        ELSE 'assumed'
    END AS basis, -- reported = a report asserts these days; carried = the last one did and nothing newer does; assumed = no report yet, the normal state; unknown.
    CASE WHEN g.voices = 0 THEN g.last_asserted_to - 1 END AS last_report_day, -- Last day that any report asserts, where none asserts these.
    g.voices::INT AS voices, -- Independent voices that assert the state on these days.
    d.report_ids IS NOT NULL AS disputed, -- Whether any report asserts another state on these days.
    g.since, -- Day of the change that began the state; empty where no report tells.
    g.report_id, -- The report that decides; empty where none does.
    coalesce(d.report_ids, []) AS dissenting_report_ids -- The reports that assert another state.
FROM agreeing AS g
LEFT JOIN dissents AS d ON g.crossing_id = d.crossing_id AND g.flow = d.flow AND g.from_day = d.from_day
