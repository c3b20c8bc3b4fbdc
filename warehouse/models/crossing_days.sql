-- View: The daily panel: each crossing's state for each flow on each day since 2014-01-01, what it rests on, and who
-- disagrees. A carried state grows old: after 30 days without a report say "last known", not "is". Reports that hold
-- on named weekdays hold on those only.
WITH days AS (SELECT unnest(generate_series(DATE '2014-01-01', current_date, INTERVAL 1 DAY))::DATE AS day),

-- A weekly regime that names no end lasts until something else begins.
regimes AS (
    SELECT
        r.crossing_id,
        r.flow,
        r.report_id,
        r.status,
        r.valid_from,
        r.asserted_to,
        string_split(r.weekdays, ';') AS weekdays,
        struct_pack(own_crossing := r.own_crossing, own_flow := r.own_flow, known_from := r.known_from) AS rank,
        coalesce(any_value(r.valid_to), min(s.day), DATE '9999-12-31') AS until_day
    FROM flow_reports AS r
    LEFT JOIN flow_starts AS s
        ON r.crossing_id = s.crossing_id AND r.flow = s.flow AND s.stands AND s.day > r.valid_from + 2
    WHERE r.weekdays IS NOT NULL
    GROUP BY ALL
),

weekly AS (
    SELECT
        r.crossing_id,
        r.flow,
        d.day,
        arg_max(
            struct_pack(status := r.status, report_id := r.report_id, asserted := d.day < r.asserted_to), r.rank
        ) AS told
    FROM regimes AS r
    INNER JOIN days AS d
        ON
            d.day >= r.valid_from
            AND d.day < r.until_day
            AND list_contains(r.weekdays, lower(strftime(d.day, '%a')))
    GROUP BY ALL
)

SELECT
    s.crossing_id, -- The crossing.
    s.flow, -- exports, imports, transit, pedestrians, returnees, humanitarian, patients or stranded_cargo.
    d.day, -- The day.
    coalesce(w.told.status, s.status) AS status, -- open, closed, restricted or unknown.
    CASE WHEN w.told IS NULL THEN s.basis WHEN w.told.asserted THEN 'reported' ELSE 'carried' END AS basis, -- reported = a report asserts the day; carried = the last one did and nothing newer does; assumed = the normal state, before any report or between two closures; unknown.
    CASE WHEN s.voices > 0 OR w.told.asserted THEN 0 ELSE date_diff('day', s.last_report_day, d.day) END AS age_days, -- Days since the last day that a report asserts; 0 where one asserts this day; empty where none did before. [days]
    CASE WHEN w.told.status <> s.status THEN w.told.asserted::INT ELSE s.voices END AS voices, -- Independent voices that assert the state on this day; one agency's text in ten papers is one.
    s.disputed, -- Whether any report asserts another state on this day.
    coalesce(w.told.report_id, s.report_id) AS report_id, -- The report that decides; empty where none does.
    s.dissenting_report_ids -- The reports that assert another state on this day.
FROM crossing_spans AS s
INNER JOIN days AS d ON d.day >= s.from_day AND d.day < s.to_day
LEFT JOIN weekly AS w ON s.crossing_id = w.crossing_id AND s.flow = w.flow AND d.day = w.day
