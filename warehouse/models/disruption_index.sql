-- The disruption index: on each day since 2014-01-01, for each border and for Afghanistan as a whole, the share of
-- normal cargo capacity that is shut, with the least and the most it can be. disruption_spans has exports, imports and
-- transit with their bounds; crossing_weights and border_weights say what normal is, with every source row.
WITH days AS (SELECT unnest(generate_series(DATE '2014-01-01', current_date, INTERVAL 1 DAY))::DATE AS day),

-- The flows of a border have the same spans.
spans AS (
    SELECT
        cargo.*,
        exports.share_shut AS exports_shut,
        imports.share_shut AS imports_shut,
        transit.share_shut AS transit_shut
    FROM disruption_spans AS cargo
    INNER JOIN disruption_spans AS exports USING (border, from_day)
    INNER JOIN disruption_spans AS imports USING (border, from_day)
    INNER JOIN disruption_spans AS transit USING (border, from_day)
    WHERE cargo.flow = 'cargo' AND exports.flow = 'exports' AND imports.flow = 'imports' AND transit.flow = 'transit'
)

SELECT
    d.day, -- The day.
    s.border, -- AFG-PAK and the like; AFG = Afghanistan as a whole.
    s.share_shut, -- Share of the normal cargo capacity known that is shut: of another whole whenever weight_known changes, so compare days by low and high; empty where the unknown leaves more than a half open, and where a border has no trade crossing. [share]
    s.low, -- The least it can be: unknown, restricted and contested count as open. [share]
    s.high, -- The most it can be: they count as shut. [share]
    s.exports_shut, -- The same for exports alone (out of Afghanistan). [share]
    s.imports_shut, -- The same for imports alone (into Afghanistan). [share]
    s.transit_shut, -- The same for transit alone. [share]
    s.weight_known, -- Share of the normal capacity whose weight and state are known. [share]
    s.weight_reported, -- Share of the weight known whose state a report asserts that day; the rest is carried on or assumed. [share]
    s.crossings, -- Formal trade crossings that had opened.
    s.crossings_shut, -- Of them shut, one way or both.
    s.crossings_unknown, -- Of them unknown or restricted, one way or both.
    s.crossings_disputed, -- Of them contested: a voice that is believed says otherwise.
    s.crossings_unweighed, -- Of them without any capacity figure: they are in the bounds only.
    s.weighed_by -- By what: truck_crossings, vehicle_crossings or rail_volume for the crossings of a border (rows in crossing_weights), trade for the borders of Afghanistan (border_weights).
FROM spans AS s
INNER JOIN days AS d ON d.day >= s.from_day AND d.day < s.to_day
