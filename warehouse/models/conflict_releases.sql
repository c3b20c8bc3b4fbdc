-- View: Releases of conflict data that are taken in: what each covers, and how many of its events count today.
SELECT
    e.provider, -- Who counts.
    e.release, -- Version of the data.
    e.series, -- annual, candidate or live.
    e.covers_from, -- First day that it is about.
    e.covers_to, -- Last day that it is about; empty = no end.
    count(*) AS events, -- Its events in the countries at the crossings.
    count(l.row_key) AS events_latest, -- Of these, those that stand in `conflict_event_latest` as this release has them.
    min(e.date_start) AS first_day, -- First day of an event in it.
    max(e.date_end) AS last_day -- Last day of an event in it.
FROM conflict_events AS e
LEFT JOIN conflict_event_latest AS l USING (row_key)
GROUP BY ALL
