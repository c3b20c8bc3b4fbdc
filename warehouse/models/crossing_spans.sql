-- The daily panel before it is spelt out by days: spans of days in which a crossing's state for one flow, what the
-- state rests on, and who agrees and disagrees stay the same. Every crossing and flow is covered from 2014-01-01 on.
WITH asserted AS (
    SELECT *
    FROM flow_reports
    WHERE asserted_to > valid_from AND weekdays IS NULL
),

steps AS (
    SELECT
        crossing_id,
        flow,
        state,
        'asserted' AS kind,
        unnest([from_day, to_day]) AS day,
        unnest([1, -1]) AS step
    FROM voice_spans
    WHERE kind = 'asserts'
    UNION ALL
    SELECT
        crossing_id,
        flow,
        state,
        if(by_name, 'by_name', 'believed'),
        unnest([from_day, to_day]),
        unnest([1, -1])
    FROM believed_spans
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

-- How many voices assert each state, how many of them are believed, and the last day that any of them asserts.
so_far AS (
    SELECT
        crossing_id,
        flow,
        day,
        sum(step) FILTER (kind = 'asserted' AND state = 'open') OVER until_now AS open_voices,
        sum(step) FILTER (kind = 'asserted' AND state = 'closed') OVER until_now AS closed_voices,
        sum(step) FILTER (kind = 'asserted' AND state = 'restricted') OVER until_now AS restricted_voices,
        sum(step) FILTER (kind = 'believed' AND state = 'open') OVER until_now AS open_believed,
        sum(step) FILTER (kind = 'believed' AND state = 'closed') OVER until_now AS closed_believed,
        sum(step) FILTER (kind = 'believed' AND state = 'restricted') OVER until_now AS restricted_believed,
        sum(step) FILTER (kind = 'by_name' AND state = 'closed') OVER until_now AS closed_by_name,
        max(day) FILTER (step = -1) OVER until_now AS last_asserted_to,
        max(day) FILTER (step = -1 AND kind = 'believed' AND state = 'closed') OVER until_now AS last_closed_to,
        max(day) FILTER (step = -1 AND kind = 'believed' AND state = 'restricted') OVER until_now AS last_restricted_to
    FROM steps
    WINDOW until_now AS (PARTITION BY crossing_id, flow ORDER BY day)
),

-- Which state began after each.
changes AS (
    SELECT
        crossing_id,
        flow,
        status,
        since,
        lead(status) OVER (PARTITION BY crossing_id, flow ORDER BY since, min(from_day)) AS next_status,
        lead(since) OVER (PARTITION BY crossing_id, flow ORDER BY since, min(from_day)) AS next_since
    FROM flow_spans
    GROUP BY crossing_id, flow, status, since
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
        coalesce(s.cause IN ('election', 'holiday', 'infrastructure', 'weather'), false) AS passing,
        -- Who is let through where nothing is told: goods at gates for trade, people at every formal one.
        c.category = 'formal_trade'
        OR c.category = 'formal_pedestrian' AND p.flow IN ('pedestrians', 'returnees', 'patients', 'humanitarian') AS formal,
        p.from_day < c.opened_on AS before_opening,
        coalesce(v.open_voices, 0) AS open_voices,
        coalesce(v.closed_voices, 0) AS closed_voices,
        coalesce(v.restricted_voices, 0) AS restricted_voices,
        coalesce(v.open_believed, 0) AS open_believed,
        coalesce(v.closed_believed, 0) AS closed_believed,
        coalesce(v.restricted_believed, 0) AS restricted_believed,
        coalesce(v.closed_by_name, 0) AS closed_by_name,
        v.last_asserted_to,
        CASE s.status WHEN 'closed' THEN v.last_closed_to WHEN 'restricted' THEN v.last_restricted_to END AS last_told_to,
        v.day IS NOT NULL AS after_a_report,
        coalesce(c.category LIKE 'formal%' AND s.status = 'closed' AND n.next_status = 'closed', false) AS closed_again,
        coalesce(p.from_day >= n.next_since - 3, false) AS on_the_eve
    FROM pieces AS p
    INNER JOIN crossings AS c ON p.crossing_id = c.crossing_id
    ASOF LEFT JOIN (SELECT DISTINCT * FROM so_far) AS v
        ON p.crossing_id = v.crossing_id AND p.flow = v.flow AND p.from_day >= v.day
    LEFT JOIN flow_spans AS s
        ON
            p.crossing_id = s.crossing_id
            AND p.flow = s.flow
            AND p.from_day >= s.from_day
            AND p.from_day < s.to_day
    LEFT JOIN changes AS n
        ON s.crossing_id = n.crossing_id AND s.flow = n.flow AND s.status = n.status AND s.since = n.since
    WHERE p.to_day IS NOT NULL AND p.to_day > DATE '2014-01-01'
),

judged AS (
    SELECT
        *,
        -- Where no report holds, a formal crossing is taken for open to those that it is for; of others nothing is known.
        CASE
            WHEN before_opening THEN 'unknown'
            WHEN told IS NOT NULL THEN told
            WHEN formal THEN 'open'
            ELSE 'unknown'
        END AS status
    FROM known
),

-- A closure that lasts is reported again. Unsaid, or said only by voices that nobody believes, it is carried on for as
-- long as it had been asserted, but for thirty days at least and ninety at most; for a week at least where its cause
-- passes by itself. Some let through while others say that the gate is shut are told of while it lasts: a week, or no
-- longer than it is told where others say by name that the flow is shut. An open crossing makes no news and stays open.
aged AS (
    SELECT
        *,
        greatest(coalesce(last_told_to, since), since) AS told_until,
        CASE
            WHEN status = 'restricted' AND restricted_believed = 0 AND closed_believed > 0
                THEN greatest(from_day, told_until + if(closed_by_name > 0, 0, 7))
            WHEN status = 'closed' AND closed_believed = 0 OR status = 'restricted' AND restricted_believed = 0
                THEN told_until
                    + greatest(if(passing, 7, 30), least(90, coalesce(date_diff('day', since, last_told_to), 0)))::INT
            ELSE DATE '9999-12-31'
        END AS stale_from
    FROM judged
),

-- Once it has lapsed, an old closure decides nothing any more: only a new change does.
lapsed AS (
    SELECT
        * EXCLUDE (stale_from, told_until),
        min(stale_from) OVER (PARTITION BY crossing_id, flow, told, since) AS stale_from
    FROM aged
),

-- What comes after it is what most voices assert then, of those that are believed; else nobody knows. But whoever says
-- later that the crossing was closed from a day on says that it had been open again: that is its normal state, assumed.
settled AS (
    SELECT
        * REPLACE (least(to_day, stale_from) AS to_day),
        NOT after_a_report AS normal
    FROM lapsed
    WHERE from_day < stale_from
    UNION ALL
    SELECT
        * REPLACE (
            greatest(from_day, stale_from) AS from_day,
            CASE
                WHEN closed_again THEN 'open'
                -- Who gives the next change a day early does not bring it forward.
                WHEN on_the_eve OR greatest(closed_believed, restricted_believed, open_believed) = 0 THEN 'unknown'
                WHEN closed_believed >= greatest(restricted_believed, open_believed) THEN 'closed'
                WHEN restricted_believed >= open_believed THEN 'restricted'
                ELSE 'open'
            END AS status,
            NULL AS report_id,
            NULL AS since
        ),
        true
    FROM lapsed
    WHERE to_day > stale_from
),

agreeing AS (
    SELECT
        *,
        CASE status
            WHEN 'open' THEN open_voices
            WHEN 'closed' THEN closed_voices
            WHEN 'restricted' THEN restricted_voices
            ELSE 0
        END AS voices,
        CASE status
            WHEN 'open' THEN open_believed
            WHEN 'closed' THEN closed_believed
            WHEN 'restricted' THEN restricted_believed
            ELSE 0
        END AS believed
    FROM settled
),

-- The reports that assert anything on these days: those that agree, the first of them deciding where none has decided,
-- and those that do not.
reports AS (
    SELECT
        g.crossing_id,
        g.flow,
        g.from_day,
        arg_max(a.report_id, (a.own_crossing, a.own_flow, a.known_from, a.report_id)) FILTER (a.status = g.status) AS report_id,
        arg_max(a.valid_from, (a.own_crossing, a.own_flow, a.known_from, a.report_id)) FILTER (a.status = g.status) AS since,
        list(a.report_id ORDER BY a.report_id) FILTER (a.status <> g.status) AS dissenting
    FROM agreeing AS g
    INNER JOIN asserted AS a
        ON
            g.crossing_id = a.crossing_id
            AND g.flow = a.flow
            AND g.from_day >= a.valid_from
            AND g.from_day < a.asserted_to
    WHERE
        g.status <> 'unknown'
        AND (g.report_id IS NULL OR g.open_voices + g.closed_voices + g.restricted_voices > g.voices)
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
        WHEN g.normal THEN 'assumed'
        ELSE 'carried'
    END AS basis, -- reported = a report asserts these days; carried = the last one did and nothing newer does; assumed = the normal state, before any report or between two closures; unknown.
    CASE WHEN g.voices = 0 THEN g.last_asserted_to - 1 END AS last_report_day, -- Last day that any report asserts, where none asserts these.
    g.voices::INT AS voices, -- Independent voices that assert the state on these days.
    r.dissenting IS NOT NULL AS disputed, -- Whether any report asserts another state on these days.
    g.open_believed + g.closed_believed + g.restricted_believed > g.believed AS contested, -- Whether any voice that is believed (believed_spans) asserts another state on these days.
    coalesce(g.since, r.since) AS since, -- Day of the change that began the state; empty where no report tells.
    coalesce(g.report_id, r.report_id) AS report_id, -- The report that decides; empty where none does.
    coalesce(r.dissenting, []) AS dissenting_report_ids -- The reports that assert another state.
FROM agreeing AS g
LEFT JOIN reports AS r ON g.crossing_id = r.crossing_id AND g.flow = r.flow AND g.from_day = r.from_day
