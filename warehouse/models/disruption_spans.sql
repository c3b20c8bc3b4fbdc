-- border_spans, and Afghanistan as a whole (border AFG): its borders weighed by the trade that normally crosses them.
WITH spans AS (SELECT * FROM border_spans WHERE crossings > 0),

-- Transit has no trade figures of its own: it is weighed as cargo is.
weights AS (
    SELECT border, flow, valid_from, valid_to, normal FROM border_weights
    UNION ALL
    SELECT border, 'transit', valid_from, valid_to, normal FROM border_weights WHERE flow = 'cargo'
),

marks AS (
    SELECT from_day AS day FROM spans
    UNION
    SELECT valid_from FROM weights
),

pieces AS (
    SELECT
        day AS from_day,
        lead(day, 1, DATE '9999-12-31') OVER (ORDER BY day) AS to_day
    FROM marks
    WHERE day >= DATE '2014-01-01'
),

parts AS (
    SELECT
        p.from_day,
        p.to_day,
        s.* EXCLUDE (from_day, to_day),
        w.normal
    FROM pieces AS p
    INNER JOIN spans AS s ON p.from_day >= s.from_day AND p.from_day < s.to_day
    LEFT JOIN weights AS w
        ON s.border = w.border AND s.flow = w.flow AND p.from_day >= w.valid_from AND p.from_day < w.valid_to
),

sums AS (
    SELECT
        flow,
        from_day,
        to_day,
        sum(crossings) AS crossings,
        sum(crossings_shut) AS crossings_shut,
        sum(crossings_unknown) AS crossings_unknown,
        sum(crossings_disputed) AS crossings_disputed,
        sum(crossings_unweighed) AS crossings_unweighed,
        -- A border that nobody counted weighs at most what the least of those counted does.
        coalesce(min(normal), 1) AS most,
        coalesce(sum(normal), 0) AS total,
        coalesce(sum(normal * (settled_low + 1 - settled_high)), 0) AS known,
        coalesce(sum(normal * weight_known), 0) AS weight_known,
        coalesce(sum(normal * weight_reported), 0) AS weight_reported,
        coalesce(sum(normal * low), 0) AS low,
        coalesce(sum(normal * high), 0) AS high,
        coalesce(sum(normal * settled_low), 0) AS settled_low,
        coalesce(sum(normal * settled_high), 0) AS settled_high,
        count(*) FILTER (normal IS NULL) * most AS uncounted,
        count(*) FILTER (normal IS NULL AND low < 1) * most AS uncounted_not_low,
        count(*) FILTER (normal IS NULL AND high > 0) * most AS uncounted_high,
        count(*) FILTER (normal IS NULL AND settled_low < 1) * most AS uncounted_not_shut,
        count(*) FILTER (normal IS NULL AND settled_high > 0) * most AS uncounted_not_open
    FROM parts
    GROUP BY flow, from_day, to_day
),

bounds AS (
    SELECT
        *,
        round(coalesce(low / nullif(total + uncounted_not_low, 0), 1), 6) AS least_shut,
        round(coalesce((high + uncounted_high) / nullif(total + uncounted_high, 0), 0), 6) AS most_shut,
        round(coalesce(settled_low / nullif(total + uncounted_not_shut, 0), 1), 6) AS settled_least,
        round(coalesce((settled_high + uncounted_not_open) / nullif(total + uncounted_not_open, 0), 0), 6) AS settled_most
    FROM sums
)

SELECT
    border, -- AFG-PAK and the like; AFG = Afghanistan as a whole.
    flow, -- cargo, exports (out of Afghanistan), imports (into it) or transit.
    from_day, -- First day.
    to_day, -- First day after; 9999-12-31 = going on.
    share_shut, -- Share of the normal capacity known that is shut: of another whole whenever weight_known changes; empty where the unknown leaves more than a half open. [share]
    low, -- The least it can be: unknown, restricted and contested count as open. [share]
    high, -- The most it can be: they count as shut. [share]
    settled_low, -- The least, taking disputes as the panel decides them. [share]
    settled_high, -- The most, taking disputes as the panel decides them. [share]
    weight_known, -- Share of the normal capacity whose weight and state are known. [share]
    weight_reported, -- Share of the weight known whose state a report asserts; the rest is carried on or assumed. [share]
    crossings, -- Formal trade crossings that had opened.
    crossings_shut, -- Of them shut, one way or both.
    crossings_unknown, -- Of them unknown or restricted, one way or both.
    crossings_disputed, -- Of them contested: a voice that is believed says otherwise.
    crossings_unweighed, -- Of them without any capacity figure: they are in the bounds only.
    weighed_by -- By what: truck_crossings, vehicle_crossings or rail_volume for the crossings of a border, trade for the borders of Afghanistan.
FROM border_spans
UNION ALL
SELECT
    'AFG',
    flow,
    from_day,
    to_day,
    CASE
        WHEN settled_most - settled_least <= 0.5
            THEN round(coalesce(settled_low / nullif(known, 0), settled_least), 6)
    END,
    least_shut,
    most_shut,
    settled_least,
    settled_most,
    round(coalesce(weight_known / nullif(total + uncounted, 0), 0), 6),
    round(coalesce(weight_reported / nullif(total, 0), 0), 6),
    crossings::INT,
    crossings_shut::INT,
    crossings_unknown::INT,
    crossings_disputed::INT,
    crossings_unweighed::INT,
    'trade'
FROM bounds
