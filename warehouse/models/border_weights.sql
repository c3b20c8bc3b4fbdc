-- What Afghanistan normally trades across each of its borders, by which the borders weigh against each other. Median of
-- the yearly figures of the last five years, whoever counted them. Years in which the border was shut for more than a
-- tenth are no measure of what is normal, and the balance of payments counts money, not goods: both are left out.
WITH borders AS (
    SELECT DISTINCT
        country_a || '-' || country_b AS border,
        country_b AS partner
    FROM crossings
    WHERE country_a = 'AFG' AND category = 'formal_trade'
),

-- Seen from Afghanistan: what a partner calls its exports are Afghanistan's imports.
told AS (
    SELECT
        b.border,
        t.reporter,
        t.basis,
        t.period_start,
        t.period_end,
        CASE
            WHEN t.flow = 'total' THEN 'cargo'
            WHEN (t.flow = 'export') = (t.reporter = 'AFG') THEN 'exports'
            ELSE 'imports'
        END AS flow,
        t.value,
        t.row_keys
    FROM trade_partner_years AS t
    INNER JOIN borders AS b
        ON (t.reporter = 'AFG' AND t.partner = b.partner) OR (t.reporter = b.partner AND t.partner = 'AFG')
    WHERE
        t.flow IN ('total', 'export', 'import')
        AND t.basis IS DISTINCT FROM 'balance_of_payments'
        AND t.derivation <> 'given_to_date'
),

both_ways AS (
    SELECT
        border,
        reporter,
        basis,
        period_start,
        period_end,
        'cargo' AS flow,
        sum(value) AS value,
        flatten(list(row_keys ORDER BY flow)) AS row_keys
    FROM told
    WHERE flow <> 'cargo'
    GROUP BY border, reporter, basis, period_start, period_end
    HAVING count(DISTINCT flow) = 2
),

figures AS (
    FROM told
    UNION ALL BY NAME
    SELECT *
    FROM both_ways
    WHERE NOT EXISTS (
        SELECT 1 FROM told
        WHERE
            told.flow = 'cargo'
            AND told.border = both_ways.border
            AND told.reporter = both_ways.reporter
            AND told.basis IS NOT DISTINCT FROM both_ways.basis
            AND told.period_start = both_ways.period_start
    )
),

undisturbed AS (
    SELECT f.*
    FROM figures AS f
    INNER JOIN border_spans AS s
        ON f.border = s.border AND f.flow = s.flow AND s.from_day <= f.period_end AND s.to_day > f.period_start
    GROUP BY ALL
    HAVING
        sum(
            coalesce(s.settled_low, 0)
            * date_diff('day', greatest(s.from_day, f.period_start), least(s.to_day, f.period_end + 1))
        ) <= 0.1 * date_diff('day', f.period_start, f.period_end + 1)
    UNION ALL
    -- Of the time before the panel nothing is known against a figure.
    SELECT * FROM figures WHERE period_end < DATE '2014-01-01'
),

-- A border's weight may change on the day after a year that somebody counted.
turns AS (
    SELECT
        border,
        flow,
        day,
        lag(day) OVER (PARTITION BY border, flow ORDER BY day) IS NULL AS first,
        lead(day, 1, DATE '9999-12-31') OVER (PARTITION BY border, flow ORDER BY day) AS next
    FROM (SELECT DISTINCT border, flow, period_end + 1 AS day FROM undisturbed)
)

SELECT
    t.border, -- The border: AFG-PAK and the like. Borders that nobody counted are not here: their weight is unknown.
    t.flow, -- cargo (both ways), exports (out of Afghanistan) or imports (into it).
    CASE WHEN t.first THEN least(t.day, DATE '2014-01-01') ELSE t.day END AS valid_from, -- First day of the weight: the day after the newest year behind it; for the first, 2014-01-01.
    t.next AS valid_to, -- First day after it; 9999-12-31 = still.
    median(u.value) AS normal, -- What is normally traded in a year. [USD million]
    min(u.value) AS lowest, -- Lowest yearly figure behind it. [USD million]
    max(u.value) AS highest, -- Highest yearly figure behind it. [USD million]
    count(*)::INT AS years, -- Yearly figures behind it; two countries that count the same year are two.
    list(DISTINCT u.reporter ORDER BY u.reporter) AS reporters, -- Countries that counted.
    bool_or(t.first AND t.day > DATE '2014-01-01') AS carried_back, -- Whether part of the span is before the first year that anybody counted.
    flatten(list(u.row_keys ORDER BY u.period_end, u.period_start, u.reporter, u.basis, u.value)) AS row_keys -- The rows of trade_flows behind it.
FROM turns AS t
INNER JOIN undisturbed AS u
    ON
        t.border = u.border
        AND t.flow = u.flow
        AND u.period_end < t.day
        AND u.period_end >= t.day - INTERVAL 5 YEAR
GROUP BY t.border, t.flow, t.day, t.first, t.next
