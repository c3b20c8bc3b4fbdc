-- The state of a crossing on a day, a row for each flow: what it rests on, whose report decides, and who says otherwise.
-- Days are those of crossing_days; a day that it does not have is an error.
CREATE MACRO status_on(
    crossing, -- Its id, its name or another spelling, as in crossing_names; capitals make no difference.
    on_day -- The day, from 2014-01-01 to today.
) AS TABLE
SELECT
    d.crossing_id, -- The crossing.
    d.day, -- The day.
    d.flow, -- exports, imports, transit, pedestrians, returnees, humanitarian, patients or stranded_cargo.
    d.status, -- open, closed, restricted or unknown.
    d.basis, -- reported = a report asserts the day; carried = the last one did and nothing newer does; assumed = no report yet, the normal state; unknown.
    CASE WHEN d.basis IN ('reported', 'carried') THEN d.age_days END AS age_days, -- Days since the last day that a report asserts; empty where the state rests on none. [days]
    d.voices, -- Independent voices that assert the state on this day.
    d.disputed, -- Whether any report asserts another state on this day.
    r.source_name, -- Who published the report that decides; empty where none does.
    r.source_url, -- Its page.
    coalesce(
        (
            SELECT list_sort(list(DISTINCT o.status || ': ' || o.source_name))
            FROM status_reports AS o
            WHERE list_contains(d.dissenting_report_ids, o.report_id)
        ),
        []
    ) AS dissent, -- Who asserts another state on this day, and which.
    d.report_id, -- The report that decides; empty where none does.
    d.dissenting_report_ids -- The reports that assert another state on this day.
FROM crossing_days AS d
LEFT JOIN status_reports AS r ON d.report_id = r.report_id
WHERE
    d.crossing_id = crossing_named(crossing)
    AND d.day = CASE
        WHEN on_day::DATE BETWEEN DATE '2014-01-01' AND current_date THEN on_day::DATE
        ELSE error(format('{} is not in the panel: ask for a day from 2014-01-01 to {}', coalesce(on_day::VARCHAR, 'NULL'), current_date))
    END
ORDER BY d.flow
