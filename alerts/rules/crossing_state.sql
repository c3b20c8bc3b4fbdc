-- A crossing's state for a flow on the newest day is another than the version before had it on its own newest day.
-- Flows that changed alike are one alert. Regimes of single weekdays are left out: they would be told every week.
WITH changes AS (
    SELECT
        n.crossing_id,
        n.flow,
        n.status,
        n.basis,
        n.voices,
        n.disputed,
        n.report_id,
        n.dissenting_report_ids,
        o.status AS status_before,
        o.basis AS basis_before,
        o.report_id AS report_id_before,
        -- The day that is named is that of the change; of an unknown state the first day on which nothing is known.
        CASE WHEN n.status = 'unknown' THEN n.from_day ELSE coalesce(n.since, n.from_day) END AS since,
        CASE WHEN o.status = 'unknown' THEN o.from_day ELSE coalesce(o.since, o.from_day) END AS since_before,
        CASE WHEN n.basis = 'carried' THEN n.last_report_day END AS last_report_day
    FROM crossing_spans AS n
    INNER JOIN before.crossing_spans AS o
        ON
            n.crossing_id = o.crossing_id
            AND n.flow = o.flow
            AND o.from_day <= getvariable('day_before')
            AND o.to_day > getvariable('day_before')
    WHERE n.from_day <= current_date AND n.to_day > current_date AND n.status <> o.status
),

alike AS (
    SELECT
        crossing_id,
        status,
        basis,
        status_before,
        basis_before,
        since,
        since_before,
        last_report_day,
        disputed,
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
        CASE a.basis
            WHEN 'reported' THEN a.voices || if(a.disputed, 'disputed', 'none disagrees')
            WHEN 'carried' THEN 'last known: no report since ' || strftime(a.last_report_day, '%-d %B %Y') || if(a.disputed, ', disputed', '')
            WHEN 'assumed' THEN 'assumed, no report says so' || if(a.disputed, ', disputed', '')
            ELSE 'unknown is neither open nor closed'
        END AS rests_on
    FROM alike AS a
    INNER JOIN crossings AS c ON a.crossing_id = c.crossing_id
)

SELECT
    crossing_id AS subject, -- The crossing.
    concat_ws(' ', array_to_string(flows, ','), status_before, since_before, '>', status, since) AS happened, -- Flows, and the state and its first day before and now.
    since AS happened_on, -- First day of the state.
    CASE
        WHEN status = 'unknown' THEN name || ': no longer known whether open to ' || named || ', was ' || was
        WHEN basis = 'assumed' THEN name || ': assumed ' || status || ' to ' || named || ', was ' || was
        WHEN status_before = 'unknown' THEN name || ': ' || status || ' to ' || named || ' since ' || strftime(since, '%-d %B %Y') || ', was not known'
        ELSE name || ': ' || status || ' to ' || named || ' since ' || strftime(since, '%-d %B %Y') || ', was ' || was
    END || ' (' || rests_on || ')' AS title, -- The change in one line.
    concat_ws(
        ' ',
        'On ' || strftime(current_date, '%-d %B %Y') || ' the daily panel has ' || name || ' as ' || status || ' to ' || named
        || '; the version before had it as ' || was || ' on ' || strftime(getvariable('day_before')::DATE, '%-d %B %Y') || '.',
        'It rests on: ' || basis || ' (' || rests_on || ').',
        CASE WHEN status = 'unknown' THEN 'Nobody reports a reopening: the last report has grown too old to be carried on.' END,
        CASE WHEN len(dissenting) > 0 THEN 'Reports that say otherwise: ' || array_to_string(dissenting, ', ') || '.' END
    ) AS text, -- What it rests on, and who disagrees.
    list_transform(
        list_filter(list_concat(deciding, deciding_before, dissenting), lambda id: id IS NOT NULL),
        lambda id: {'dataset': 'status_reports', 'key': 'report_id', 'value': id}
    ) AS rows -- The reports that decide now and decided before, and those that say otherwise.
FROM worded
