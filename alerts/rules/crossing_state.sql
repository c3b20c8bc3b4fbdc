-- A crossing's state for a flow on the newest day is another than the version before had it on its own newest day.
-- Flows that changed alike are one alert. Regimes of single weekdays are left out: they would be told every week.
WITH reports_now AS (
    SELECT
        report_id,
        loaded_at,
        struct_pack(crossing_id, valid_from, valid_to, status, scope, goods, weekdays, date_precision, published_on) AS said
    FROM facts.status_reports
    WHERE superseded_at IS NULL
),

reports_then AS (
    SELECT
        report_id,
        loaded_at,
        struct_pack(crossing_id, valid_from, valid_to, status, scope, goods, weekdays, date_precision, published_on) AS said
    FROM before.facts.status_reports
    WHERE superseded_at IS NULL
),

superseded AS (SELECT DISTINCT report_id FROM facts.status_reports WHERE superseded_at IS NOT NULL),

ends AS (
    SELECT
        crossing_id,
        flow,
        status,
        valid_to,
        bool_or(known_from < valid_to) AS announced
    FROM flow_reports
    WHERE valid_to IS NOT NULL
    GROUP BY ALL
),

states AS (
    SELECT
        n.crossing_id,
        n.flow,
        n.status,
        n.basis,
        n.voices,
        n.disputed,
        n.report_id,
        n.dissenting_report_ids,
        n.since,
        o.status AS status_before,
        o.basis AS basis_before,
        o.report_id AS report_id_before,
        CASE WHEN o.status = 'unknown' THEN o.from_day ELSE coalesce(o.since, o.from_day) END AS since_before,
        CASE WHEN n.basis = 'carried' THEN n.last_report_day END AS last_report_day,
        -- The first day on which the panel has the state, unbroken to this day.
        coalesce(max(e.to_day), min(n.from_day)) AS first_day
    FROM crossing_spans AS n
    INNER JOIN before.crossing_spans AS o
        ON
            n.crossing_id = o.crossing_id
            AND n.flow = o.flow
            AND o.from_day <= getvariable('day_before')
            AND o.to_day > getvariable('day_before')
    LEFT JOIN crossing_spans AS e
        ON n.crossing_id = e.crossing_id AND n.flow = e.flow AND n.status <> e.status AND e.to_day <= n.from_day
    WHERE
        n.from_day <= current_date
        AND n.to_day > current_date
        AND n.status <> o.status
        -- From unknown to assumed and back, without a report on either side, is no news.
        AND NOT (n.basis IN ('unknown', 'assumed') AND o.basis IN ('unknown', 'assumed') AND n.report_id IS NULL AND o.report_id IS NULL)
    GROUP BY ALL
),

changes AS (
    SELECT
        s.* EXCLUDE (since, first_day),
        CASE WHEN s.status_before = 'closed' THEN greatest(s.first_day, s.since_before) ELSE s.first_day END AS began,
        -- A reopening is told as one where a report of it begins after the closure did; else the closure is merely over.
        CASE
            WHEN s.status_before <> 'closed' OR s.status = 'unknown' OR s.report_id IS NOT NULL AND s.since > s.since_before THEN NULL
            WHEN s.basis = 'reported' THEN 'no report says that it opened after the closure began'
            WHEN e.announced THEN 'the announced end of the closure has passed; nobody reports that it opened'
            WHEN e.valid_to IS NOT NULL THEN 'a report names the end of the closure; nobody reports that it opened'
            ELSE 'the closure is no longer reported; nobody reports that it opened'
        END AS over,
        -- What comes of a row that was taken back or changed is no news of the world, unless a new report tells of it.
        CASE
            WHEN n.report_id IS NOT NULL AND nt.report_id IS NULL AND u.report_id IS NULL AND s.since > s.since_before THEN NULL
            WHEN ot.report_id IS NOT NULL AND o.report_id IS NULL THEN 'a report was withdrawn'
            WHEN ot.said IS DISTINCT FROM o.said THEN 'a report was corrected'
            WHEN n.report_id IS NOT NULL AND nt.report_id IS NULL AND u.report_id IS NOT NULL THEN 'a report that had been withdrawn is back'
            WHEN nt.report_id IS NOT NULL AND nt.said IS DISTINCT FROM n.said THEN 'a report was corrected'
        END AS correction,
        greatest(o.loaded_at, ot.loaded_at, n.loaded_at) AS loaded_at
    FROM states AS s
    LEFT JOIN ends AS e
        ON s.crossing_id = e.crossing_id AND s.flow = e.flow AND s.status_before = e.status AND s.first_day = e.valid_to
    LEFT JOIN reports_now AS n ON s.report_id = n.report_id
    LEFT JOIN reports_then AS nt ON s.report_id = nt.report_id
    LEFT JOIN superseded AS u ON s.report_id = u.report_id
    LEFT JOIN reports_now AS o ON s.report_id_before = o.report_id
    LEFT JOIN reports_then AS ot ON s.report_id_before = ot.report_id
),

alike AS (
    SELECT
        crossing_id,
        status,
        basis,
        status_before,
        basis_before,
        began,
        since_before,
        last_report_day,
        disputed,
        over,
        correction,
        max(loaded_at) AS loaded_at,
        if(min(voices) = max(voices), '', 'at least ') || min(voices) || if(min(voices) = 1, ' voice, ', ' voices, ') AS voices,
        list(flow ORDER BY flow) AS flows,
        list(DISTINCT report_id ORDER BY report_id) AS deciding,
        list(DISTINCT report_id_before ORDER BY report_id_before) AS deciding_before,
        list_sort(list_distinct(flatten(list(dissenting_report_ids)))) AS dissenting
    FROM changes
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
        CASE WHEN a.basis_before = 'assumed' THEN 'assumed ' ELSE '' END || a.status_before AS was,
        -- The words end where a journalist would misread them: what nobody reports is never told as if it were.
        concat_ws('; ', a.correction, a.over, CASE a.basis
            WHEN 'reported' THEN a.voices || if(a.disputed, 'disputed', 'none disagrees')
            WHEN 'carried' THEN 'last known: no report since ' || strftime(a.last_report_day, '%-d %B %Y') || if(a.disputed, ', disputed', '')
            WHEN 'assumed' THEN 'assumed, no report says so' || if(a.disputed, ', disputed', '')
            ELSE 'unknown is neither open nor closed'
        END) AS rests_on
    FROM alike AS a
    INNER JOIN crossings AS c ON a.crossing_id = c.crossing_id
)

SELECT
    crossing_id AS subject, -- The crossing.
    concat_ws(
        ' ',
        array_to_string(flows, ','), status_before, since_before, '>', status, began, CASE WHEN correction IS NOT NULL THEN loaded_at END
    ) AS happened, -- Flows, and the state and its first day before and now; of a correction also when its row was loaded.
    began AS happened_on, -- First day of the state in the panel, never before that of the closure that it follows.
    CASE
        WHEN status = 'unknown' THEN name || ': no longer known whether open to ' || named || ', was ' || was
        WHEN correction IS NOT NULL THEN name || ': ' || if(basis = 'assumed', 'assumed ', '') || status || ' to ' || named || ', was ' || was
        WHEN over IS NOT NULL
            THEN name || ': taken for ' || status || ' to ' || named || ' from ' || strftime(began, '%-d %B %Y') || ', was ' || was
        WHEN basis = 'assumed' THEN name || ': assumed ' || status || ' to ' || named || ', was ' || was
        WHEN status_before = 'unknown' THEN name || ': ' || status || ' to ' || named || ' since ' || strftime(began, '%-d %B %Y') || ', was not known'
        ELSE name || ': ' || status || ' to ' || named || ' since ' || strftime(began, '%-d %B %Y') || ', was ' || was
    END || ' (' || rests_on || ')' AS title, -- The change in one line.
    concat_ws(
        ' ',
        'On ' || strftime(current_date, '%-d %B %Y') || ' the daily panel has ' || name || ' as ' || status || ' to ' || named
        || '; the version before had it as ' || was || ' on ' || strftime(getvariable('day_before')::DATE, '%-d %B %Y') || '.',
        'It rests on: ' || basis || ' (' || rests_on || ').',
        CASE
            WHEN status = 'unknown' AND correction IS NULL THEN 'Nobody reports a reopening: the last report has grown too old to be carried on.'
            WHEN status = 'unknown' THEN 'Nobody reports a reopening.'
        END,
        CASE WHEN correction IS NOT NULL THEN 'The change comes of the record and not of the crossing: ' || correction || '.' END,
        CASE WHEN len(dissenting) > 0 THEN 'Reports that say otherwise: ' || array_to_string(dissenting, ', ') || '.' END
    ) AS text, -- What it rests on, and who disagrees.
    list_transform(
        list_filter(list_concat(deciding, deciding_before, dissenting), lambda id: id IS NOT NULL),
        lambda id: {'dataset': 'status_reports', 'key': 'report_id', 'value': id}
    ) AS rows -- The reports that decide now and decided before, and those that say otherwise.
FROM worded
