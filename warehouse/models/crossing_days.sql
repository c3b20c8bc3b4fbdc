-- View: The daily panel: each crossing's state for each flow on each day since 2014-01-01, what it rests on, and who
-- disagrees. A carried state grows old: after 30 days without a report say "last known", not "is". Reports that hold
-- on named weekdays hold on those only.
WITH days AS (SELECT unnest(generate_series(DATE '2014-01-01', current_date, INTERVAL 1 DAY))::DATE AS day),

weekly AS (
    SELECT
        r.crossing_id,
        r.flow,
        d.day,
        arg_max(struct_pack(status := r.status, report_id := r.report_id), (r.own_crossing, r.own_flow, r.known_from)) AS told
    FROM flow_reports AS r
    INNER JOIN days AS d
        ON
            d.day >= r.valid_from
            AND d.day < coalesce(r.valid_to, DATE '9999-12-31')
            AND list_contains(string_split(r.weekdays, ';'), lower(strftime(d.day, '%a')))
    WHERE r.weekdays IS NOT NULL
    GROUP BY ALL
)

SELECT
    s.crossing_id, -- The crossing.
    s.flow, -- exports, imports, transit, pedestrians, returnees, humanitarian, patients or stranded_cargo.
    d.day, -- The day.
    coalesce(w.told.status, s.status) AS status, -- open, closed, restricted or unknown.
    s.basis, -- reported = a report asserts the day; carried = the last one did and nothing newer does; assumed = the normal state, before any report or between two closures; unknown.
    CASE WHEN s.voices > 0 THEN 0 ELSE date_diff('day', s.last_report_day, d.day) END AS age_days, -- Days since the last day that a report asserts; 0 where one asserts this day; empty where none did before. [days]
    s.voices, -- Independent voices that assert the state on this day; one agency's text in ten papers is one.
    s.disputed, -- Whether any report asserts another state on this day.
    coalesce(w.told.report_id, s.report_id) AS report_id, -- The report that decides; empty where none does.
    s.dissenting_report_ids -- The reports that assert another state on this day.
FROM crossing_spans AS s
INNER JOIN days AS d ON d.day >= s.from_day AND d.day < s.to_day
LEFT JOIN weekly AS w ON s.crossing_id = w.crossing_id AND s.flow = w.flow AND d.day = w.day
