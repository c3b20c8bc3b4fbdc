-- Trade by year: what a reporter counted with a partner in twelve months, by basis. Balance of payments and customs
-- are two series. Years are calendar years, Pakistan's fiscal years (from July), India's (from April), or Afghan and
-- Iranian ones (from 20 or 21 March), never mixed. Both mirrors are kept.
WITH ranked AS (
    SELECT
        *,
        (NOT to_date, qualifier = 'exact', qualifier = 'about', voices, -last_digit, last_printed, value) AS weight
    FROM trade_periods
    WHERE unit = 'USD_million'
),

whole_years AS (
    SELECT
        reporter,
        partner,
        flow,
        basis,
        year(period_start) AS start_year,
        CASE
            WHEN month(period_start) = 1 AND day(period_start) = 1 THEN 'calendar'
            WHEN month(period_start) = 7 AND day(period_start) = 1 THEN 'july'
            WHEN month(period_start) = 4 AND day(period_start) = 1 THEN 'april'
            WHEN month(period_start) = 3 AND day(period_start) BETWEEN 19 AND 22 THEN 'march'
            ELSE 'other'
        END AS year_kind,
        -- Twelve months that are no one's year stand for themselves.
        CASE WHEN year_kind = 'other' THEN period_start END AS own_start,
        min(period_start) AS period_start,
        max(period_end) AS period_end,
        arg_max(value, weight) AS value,
        bool_and(to_date) AS to_date,
        min(lowest) AS lowest,
        max(highest) AS highest,
        sum(pages) AS pages,
        flatten(list(all_row_keys ORDER BY known_from, value)) AS row_keys
    FROM ranked
    WHERE date_diff('day', period_start, period_end) + 1 BETWEEN 364 AND 367
    GROUP BY ALL
),

months AS (
    SELECT
        reporter,
        partner,
        flow,
        basis,
        period_start AS month,
        arg_max(value, weight) AS value,
        min(lowest) AS lowest,
        max(highest) AS highest,
        sum(pages) AS pages,
        flatten(list(all_row_keys ORDER BY known_from, value)) AS row_keys
    FROM ranked
    WHERE day(period_start) = 1 AND period_end = last_day(period_start)
    GROUP BY ALL
),

-- Each month belongs to its calendar year and to Pakistan's fiscal year.
month_years AS (
    SELECT
        *,
        'calendar' AS year_kind,
        year(month) AS start_year
    FROM months
    UNION ALL
    SELECT
        *,
        'july' AS year_kind,
        year(month - INTERVAL 6 MONTH) AS start_year
    FROM months
    WHERE reporter = 'PAK'
),

summed AS (
    SELECT
        reporter,
        partner,
        flow,
        basis,
        start_year,
        year_kind,
        min(month) AS period_start,
        last_day(max(month)) AS period_end,
        sum(value) AS value,
        sum(lowest) AS lowest,
        sum(highest) AS highest,
        sum(pages) AS pages,
        flatten(list(row_keys ORDER BY month)) AS row_keys
    FROM month_years
    GROUP BY ALL
    HAVING count(*) = 12
)

SELECT
    coalesce(y.reporter, s.reporter) AS reporter, -- Country whose statistics these are.
    coalesce(y.partner, s.partner) AS partner, -- Partner; WLD and Central Asia are groups.
    coalesce(y.flow, s.flow) AS flow, -- export, import, total or transit, seen from the reporter.
    coalesce(y.basis, s.basis) AS basis, -- balance_of_payments or customs; empty = the page does not say.
    coalesce(y.year_kind, s.year_kind) AS year_kind, -- calendar, july (Pakistan's fiscal year), april (India's), march (Afghan, Iranian), other (each such period is a row of its own).
    coalesce(y.start_year, s.start_year) AS start_year, -- Year in which it begins.
    coalesce(y.period_start, s.period_start) AS period_start, -- First day.
    coalesce(y.period_end, s.period_end) AS period_end, -- Last day.
    coalesce(y.value, s.value) AS value, -- Millions of US dollars: the figure of trade_periods.
    CASE
        WHEN y.reporter IS NULL THEN 'summed_from_months'
        WHEN y.to_date THEN 'given_to_date'
        WHEN y.pages > 1 THEN 'given_by_several'
        ELSE 'given'
    END AS derivation, -- given by one page; given_by_several; given_to_date = printed before the year ended; summed_from_months.
    coalesce(y.lowest, s.lowest) AS lowest, -- Lowest figure printed for it.
    coalesce(y.highest, s.highest) AS highest, -- Highest figure printed for it.
    coalesce(y.pages, s.pages)::BIGINT AS pages, -- Pages that print it.
    s.value AS months_sum, -- Sum of its twelve months, where all are known.
    coalesce(y.row_keys, s.row_keys) AS row_keys -- The rows of trade_flows behind the value.
FROM whole_years AS y
FULL JOIN summed AS s
    ON
        y.reporter = s.reporter
        AND y.partner = s.partner
        AND y.flow = s.flow
        AND y.basis IS NOT DISTINCT FROM s.basis
        AND y.year_kind = s.year_kind
        AND y.start_year = s.start_year
