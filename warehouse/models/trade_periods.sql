-- Trade by period: of all figures that pages print for a reporter's trade with a partner in a period, the one that the
-- series by month and by year use. Totals of all goods, by basis and unit. Periods are as printed, and overlap.
WITH totals AS (
    SELECT
        t.*,
        coalesce(v.voice, t.source_name) AS voice,
        coalesce(t.published_on < t.period_end, false) AS to_date,
        round(t.value) AS rounded,
        CASE
            WHEN t.value = 0 THEN 1
            WHEN t.value <> trunc(t.value) THEN pow(10, -length(split_part(t.value::VARCHAR, '.', 2)))
            ELSE pow(10, length(t.value::BIGINT::VARCHAR) - length(rtrim(t.value::BIGINT::VARCHAR, '0')))
        END AS last_digit
    FROM trade_flows AS t
    LEFT JOIN voices AS v ON t.source_name = v.publisher
    WHERE t.commodity = 'total'
),

printed AS (
    SELECT
        reporter,
        partner,
        flow,
        basis,
        unit,
        period_start,
        period_end,
        to_date,
        value,
        rounded,
        last_digit,
        count(DISTINCT source_url) AS pages,
        -- The most exact wording of the same figure.
        min_by(qualifier, list_position(['exact', 'about', 'over', 'under'], qualifier)) AS qualifier,
        min(known_from) AS known_from,
        max(known_from) AS last_printed,
        list(row_key ORDER BY known_from, row_key) AS row_keys
    FROM totals
    GROUP BY ALL
),

agreeing AS (
    SELECT
        reporter,
        partner,
        flow,
        basis,
        unit,
        period_start,
        period_end,
        rounded,
        count(DISTINCT voice) AS voices
    FROM totals
    GROUP BY ALL
),

ranked AS (
    SELECT
        p.*,
        a.voices,
        -- Final before to date, exact before about, about before over or under; then what most voices print; then the
        -- figure with more digits: 1192 and 1192.559 are one figure. Then the later.
        (
            NOT p.to_date,
            p.qualifier = 'exact',
            p.qualifier = 'about',
            a.voices,
            -p.last_digit,
            p.last_printed,
            p.value
        ) AS weight
    FROM printed AS p
    INNER JOIN agreeing AS a
        ON
            p.reporter = a.reporter
            AND p.partner = a.partner
            AND p.flow = a.flow
            AND p.basis IS NOT DISTINCT FROM a.basis
            AND p.unit = a.unit
            AND p.period_start = a.period_start
            AND p.period_end = a.period_end
            AND p.rounded = a.rounded
),

chosen AS (
    SELECT *
    FROM ranked
    QUALIFY
        row_number() OVER (
            PARTITION BY reporter, partner, flow, basis, unit, period_start, period_end ORDER BY weight DESC
        ) = 1
)

SELECT
    c.reporter, -- Country whose statistics these are.
    c.partner, -- Partner; WLD and Central Asia are groups.
    c.flow, -- export, import, total or transit, seen from the reporter.
    c.basis, -- balance_of_payments or customs; empty = the page does not say.
    c.unit, -- Unit of the values: USD_million, PKR_million, tonnes.
    c.period_start, -- First day, as printed.
    c.period_end, -- Last day, as printed.
    c.value, -- The figure: final before to date, exact before about, about before over and under, then what most voices print, then the one with more digits, then the latest.
    c.qualifier, -- How it is worded: exact, about, over, under.
    c.last_digit, -- What one more in its last digit other than 0 is worth: 1 for 1192, 0.001 for 1192.559, 100 for 1400. Rounding may have moved the figure by half of it.
    c.to_date, -- Whether it was printed before the period ended, and so counts a part of it.
    c.voices, -- Independent voices that print it, rounded or not.
    min(r.value) AS lowest, -- Lowest figure printed for the period.
    max(r.value) AS highest, -- Highest figure printed for the period.
    sum(r.pages)::BIGINT AS pages, -- Pages that print a figure for the period.
    c.known_from, -- First day on which this figure could be known.
    max(r.last_printed) AS last_printed, -- Day on which a figure for the period last became known.
    c.row_keys, -- The rows of trade_flows that print it.
    flatten(list(r.row_keys ORDER BY r.known_from, r.value)) AS all_row_keys, -- The rows that print any figure for the period.
    coalesce(
        flatten(
            list(r.row_keys ORDER BY r.known_from, r.value) FILTER (
                r.to_date = c.to_date
                AND abs(r.value - c.value) >= greatest(r.last_digit, c.last_digit)
                AND abs(r.value - c.value) > 0.01 * c.value
            )
        ),
        []
    ) AS dissenting_rows -- The rows that print another figure: not the same one rounded or cut off, and more than one in a hundred away.
FROM chosen AS c
INNER JOIN ranked AS r
    ON
        c.reporter = r.reporter
        AND c.partner = r.partner
        AND c.flow = r.flow
        AND c.basis IS NOT DISTINCT FROM r.basis
        AND c.unit = r.unit
        AND c.period_start = r.period_start
        AND c.period_end = r.period_end
GROUP BY ALL
