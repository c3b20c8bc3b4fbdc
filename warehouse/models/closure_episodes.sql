-- Closure episodes: each unbroken stretch in which a crossing was closed to a flow, with the days that sources give for
-- its start and end, its cause, how it ended, and what was let through. Days are those of crossing_days.
WITH closed AS (
    SELECT
        *,
        lag(to_day) OVER (PARTITION BY crossing_id, flow ORDER BY from_day) IS DISTINCT FROM from_day AS begins
    FROM crossing_spans
    WHERE status = 'closed' AND from_day <= current_date
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (begins) OVER (PARTITION BY crossing_id, flow ORDER BY from_day) AS number
    FROM closed
),

stretches AS (
    SELECT
        crossing_id,
        flow,
        min(from_day) AS started_on,
        max(to_day) AS known_to,
        bool_or(disputed) AS disputed,
        max(CASE WHEN voices > 0 THEN least(to_day, current_date + 1) - 1 END) AS last_reported_on,
        arg_min(report_id, from_day) AS report_id
    FROM numbered
    GROUP BY crossing_id, flow, number
),

-- Where a closure was last heard of and nothing is known, or only assumed, of the day after, its end is not known.
ended AS (
    SELECT
        c.*,
        lag(c.known_to) OVER (PARTITION BY c.crossing_id, c.flow ORDER BY c.started_on) AS closed_before_to,
        CASE WHEN c.known_to <= current_date AND s.status <> 'unknown' AND s.basis <> 'assumed' THEN c.known_to END AS ended_on
    FROM stretches AS c
    LEFT JOIN crossing_spans AS s
        ON c.crossing_id = s.crossing_id AND c.flow = s.flow AND c.known_to = s.from_day
),

-- The reports of an episode: closed within it, and begun no more than a week before it.
told AS (
    SELECT
        e.crossing_id,
        e.flow,
        e.started_on,
        min(r.valid_from) FILTER (r.precision_days = 1 AND r.valid_from <= e.started_on + 5) AS started_earliest,
        max(r.valid_from) FILTER (r.precision_days = 1 AND r.valid_from <= e.started_on + 5) AS started_latest,
        -- Whoever dates the start of this closure may end it whenever: Kharlachi 2017 in March, or only in June. Of one
        -- that goes on no end is given, whoever announced one.
        min(r.valid_to) FILTER (
            e.known_to <= current_date AND r.valid_from <= e.started_on + 5 AND r.valid_to > e.started_on
        ) AS ended_earliest,
        max(r.valid_to) FILTER (e.known_to <= current_date AND r.valid_from <= e.started_on + 5) AS ended_latest,
        -- A closure that goes on is told again for other reasons: its own is what those say who tell of its first month.
        coalesce(
            mode(r.cause ORDER BY r.cause) FILTER (r.valid_from <= e.started_on + 31), mode(r.cause ORDER BY r.cause)
        ) AS cause,
        coalesce(
            mode(r.actor ORDER BY r.actor) FILTER (r.valid_from <= e.started_on + 31), mode(r.actor ORDER BY r.actor)
        ) AS imposed_by,
        count(DISTINCT r.voice) AS voices,
        list(r.report_id ORDER BY r.known_from, r.report_id) AS report_ids
    FROM ended AS e
    INNER JOIN flow_reports AS r
        ON
            e.crossing_id = r.crossing_id
            AND e.flow = r.flow
            AND r.status = 'closed'
            AND r.valid_from >= greatest(e.started_on - 7, coalesce(e.closed_before_to, DATE '0001-01-01'))
            AND r.valid_from < e.known_to
    GROUP BY ALL
),

-- Whoever says that another state began near the end names the end too.
reopened AS (
    SELECT
        e.crossing_id,
        e.flow,
        e.started_on,
        min(r.valid_from) FILTER (r.precision_days = 1) AS earliest,
        max(r.valid_from) FILTER (r.precision_days = 1) AS latest,
        bool_or(r.cause = 'agreement') AS by_agreement,
        bool_or(r.cause = 'humanitarian_exemption') AS by_exemption
    FROM ended AS e
    INNER JOIN flow_reports AS r
        ON
            e.crossing_id = r.crossing_id
            AND e.flow = r.flow
            AND r.status <> 'closed'
            AND abs(date_diff('day', r.valid_from, e.ended_on)) <= 3
            AND r.valid_from > e.started_on
    GROUP BY ALL
),

exemptions AS (
    SELECT
        e.crossing_id,
        e.flow,
        e.started_on,
        list(DISTINCT s.flow ORDER BY s.flow) AS flows
    FROM ended AS e
    INNER JOIN crossing_spans AS s
        ON
            e.crossing_id = s.crossing_id
            AND e.flow <> s.flow
            AND s.flow IN ('returnees', 'humanitarian', 'patients', 'stranded_cargo')
            AND s.status IN ('open', 'restricted')
            AND s.basis = 'reported'
            AND s.since > e.started_on
            AND s.from_day < e.known_to
            AND s.to_day > e.started_on
    GROUP BY ALL
)

SELECT
    e.crossing_id, -- The crossing.
    e.flow, -- The flow that it was closed to.
    e.started_on, -- First day closed; 2014-01-01 where it was closed before.
    e.ended_on, -- First day no longer closed; empty = still shut, or the end is not known (how_ended says which).
    CASE
        WHEN e.known_to > current_date THEN date_diff('day', e.started_on, current_date) + 1
        ELSE date_diff('day', e.started_on, e.ended_on)
    END AS days, -- Days closed, to today where still shut; empty where the end is not known. [days]
    e.last_reported_on, -- Last day on which a report asserts it: days after that are carried on.
    least(e.known_to, current_date + 1) AS known_to, -- First day after those on which it is known, or carried on, as closed.
    least(t.started_earliest, e.started_on) AS started_earliest, -- Earliest first day that a source gives.
    greatest(t.started_latest, e.started_on) AS started_latest, -- Latest first day that a source gives, within five days.
    least(t.ended_earliest, o.earliest, e.ended_on) AS ended_earliest, -- Earliest end that a source gives, who dates the start too or tells of the reopening.
    greatest(t.ended_latest, o.latest, e.ended_on) AS ended_latest, -- Latest end that a source gives, likewise.
    t.cause, -- Why, as most reports of its first month say.
    t.imposed_by, -- Side that imposed it, as most reports of its first month say.
    CASE
        WHEN e.known_to > current_date THEN 'still_shut'
        WHEN e.ended_on IS NULL THEN 'unknown'
        WHEN o.by_agreement THEN 'agreement'
        WHEN o.by_exemption THEN 'exemption'
        WHEN o.earliest IS NOT NULL THEN 'reopened'
        ELSE 'unknown'
    END AS how_ended, -- agreement; exemption = some let through; reopened = a report tells of it, not how it came; unknown; still_shut = not known to have ended, however old the last report.
    coalesce(x.flows, []) AS exemptions, -- Flows let through on the way: returnees, humanitarian, patients, stranded_cargo.
    coalesce(t.voices, 0)::INT AS voices, -- Independent voices that report the closure.
    e.disputed, -- Whether on some of its days a report says otherwise.
    e.report_id, -- The report that decides its first day.
    coalesce(t.report_ids, [e.report_id]) AS report_ids -- The reports that tell of it.
FROM ended AS e
LEFT JOIN told AS t ON e.crossing_id = t.crossing_id AND e.flow = t.flow AND e.started_on = t.started_on
LEFT JOIN reopened AS o ON e.crossing_id = o.crossing_id AND e.flow = o.flow AND e.started_on = o.started_on
LEFT JOIN exemptions AS x ON e.crossing_id = x.crossing_id AND e.flow = x.flow AND e.started_on = x.started_on
