-- Trade by month: one monthly series for each reporter, partner, flow, basis and unit. A month is given as such, or
-- follows from the difference of longer figures, or is estimated so that the months add up to what was reported; it is
-- unknown where what is left of the longer figure depends on a dispute within it. Both mirrors are kept. Solar months
-- are no calendar months: they are series of their own, told apart by calendar. What the IMF and the UN collect
-- (bilateral_trade) are series of their own too, by basis: imts, comtrade.
WITH RECURSIVE rest_months AS (
    SELECT
        concat_ws(' ', reporter, partner, flow, coalesce(basis, 'unstated'), unit, calendar) AS series,
        * EXCLUDE (rest_months),
        len(rest_months) AS months_left,
        unnest(rest_months) AS month
    FROM trade_figures
    WHERE len(rest_months) > 0
),

-- Months that follow on one another (none is longer than 31 days) are a stretch; within it those of one figure, a block.
followed AS (
    SELECT
        *,
        coalesce(month - lag(month) OVER by_month > 31, true) AS begins_stretch,
        begins_stretch OR (first_month, last_day) <> lag((first_month, last_day)) OVER by_month AS begins_block
    FROM rest_months
    WHERE use <> 'undivided'
    WINDOW by_month AS (PARTITION BY series ORDER BY month)
),

placed AS (
    SELECT
        *,
        count(*) FILTER (begins_stretch) OVER in_order AS stretch,
        count(*) FILTER (begins_block) OVER in_order AS block,
        row_number() OVER in_order AS place
    FROM followed
    WINDOW in_order AS (ORDER BY series, month)
),

-- What is left of a figure goes to its blocks by their number of months: mostly it has but one.
blocks AS (
    SELECT
        stretch,
        block,
        count(*) AS n,
        min(place) AS first_place,
        any_value(rest) / any_value(months_left) AS mean
    FROM placed
    GROUP BY ALL
),

-- Denton's method without an indicator: of all series that add up to the blocks, the one whose squared changes from
-- month to month are least. In it the changes run in a straight line through each block, so all is known once the
-- change `d` over each border between two blocks is. For the border i between blocks of n and m months:
--     g(n) d[i-1] + (h(n) + 1 + h(m)) d[i] + g(m) d[i+1] = the difference of the means of the two blocks
-- with g(n) = (n - 1)(n + 1) / 6n and h(n) = (n - 1)(2n - 1) / 6n. Before the first block and after the last the change
-- is 0. A block of one month has g = h = 0, so a known month parts the borders before it from those after it.
borders AS (
    SELECT
        stretch,
        block AS before_block,
        lead(block) OVER in_stretch AS after_block,
        (n - 1) * (n + 1) / (6 * n) AS g_before,
        (n - 1) * (2 * n - 1) / (6 * n) AS h_before,
        lead((n - 1) * (n + 1) / (6 * n)) OVER in_stretch AS g_after,
        lead((n - 1) * (2 * n - 1) / (6 * n)) OVER in_stretch AS h_after,
        lead(mean) OVER in_stretch - mean AS step
    FROM blocks
    WINDOW in_stretch AS (PARTITION BY stretch ORDER BY block)
    QUALIFY after_block IS NOT NULL
),

-- Borders that depend on one another are a run, numbered from its start.
runs AS (
    SELECT
        *,
        count(*) FILTER (g_before = 0 OR before_block = first_block) OVER in_order AS run
    FROM (
        SELECT
            *,
            min(before_block) OVER (PARTITION BY stretch) AS first_block
        FROM borders
    )
    WINDOW in_order AS (ORDER BY before_block)
),

equations AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY run ORDER BY before_block) AS i,
        count(*) OVER (PARTITION BY run) AS last
    FROM runs
),

-- Such a system is solved in two passes: forward, each change is written by the next one, d[i] = r[i] - c[i] d[i+1] ...
forward AS (
    SELECT
        run,
        i,
        last,
        before_block,
        after_block,
        g_after / (h_before + 1 + h_after) AS c,
        step / (h_before + 1 + h_after) AS r
    FROM equations
    WHERE i = 1
    UNION ALL
    SELECT
        e.run,
        e.i,
        e.last,
        e.before_block,
        e.after_block,
        e.g_after / (e.h_before + 1 + e.h_after - e.g_before * f.c),
        (e.step - e.g_before * f.r) / (e.h_before + 1 + e.h_after - e.g_before * f.c)
    FROM forward AS f
    INNER JOIN equations AS e ON f.run = e.run AND e.i = f.i + 1
),

-- ... and backward, from the last, after which nothing changes.
changes AS (
    SELECT
        run,
        i,
        before_block,
        after_block,
        r AS d
    FROM forward
    WHERE i = last
    UNION ALL
    SELECT
        f.run,
        f.i,
        f.before_block,
        f.after_block,
        f.r - f.c * b.d
    FROM changes AS b
    INNER JOIN forward AS f ON b.run = f.run AND f.i = b.i - 1
),

-- Each block with the changes over its borders, and each month by its place in it.
smoothed AS (
    SELECT
        p.*,
        b.mean,
        p.place - b.first_place AS k,
        coalesce(i.d, 0) AS d_in,
        coalesce(o.d, 0) AS d_out,
        b.mean - d_in * (b.n - 1) * (2 * b.n - 1) / (6 * b.n) - d_out * (b.n - 1) * (b.n + 1) / (6 * b.n)
        + k * d_in + (d_out - d_in) * k * (k + 1) / (2 * b.n) AS smooth
    FROM placed AS p
    INNER JOIN blocks AS b ON p.block = b.block
    LEFT JOIN changes AS i ON b.block = i.after_block
    LEFT JOIN changes AS o ON b.block = o.before_block
),

-- A line that falls below nothing is no estimate: there the months of the block are alike.
fallen AS (
    SELECT block
    FROM smoothed
    GROUP BY block
    HAVING min(smooth) < 0
),

-- Figures that do not add up with the months within them: these are in dispute with them.
disputes AS (
    SELECT
        concat_ws(' ', reporter, partner, flow, coalesce(basis, 'unstated'), unit, calendar) AS series,
        first_month,
        last_day,
        greatest(0, -rest) AS more_within, -- By how much its parts exceed it.
        source_rows
    FROM trade_figures
    WHERE use = 'contradicted'
),

valued AS (
    SELECT
        s.* EXCLUDE (use, value),
        s.use AS derivation,
        CASE
            WHEN s.use <> 'estimate' THEN s.rest
            WHEN f.block IS NOT NULL THEN s.mean
            ELSE s.smooth
        END AS value,
        if(s.use = 'estimate', 0, s.rest_lowest) AS lowest,
        s.rest_highest AS highest
    FROM smoothed AS s
    LEFT JOIN fallen AS f ON s.block = f.block
    UNION ALL BY NAME
    -- If the figure in dispute is right and its parts are not, that much more is left.
    SELECT
        m.* EXCLUDE (use, value),
        'unknown' AS derivation,
        NULL AS value,
        0 AS lowest,
        m.rest_highest + (
            SELECT sum(x.more_within)
            FROM disputes AS x
            WHERE x.series = m.series AND m.first_month <= x.first_month AND x.last_day <= m.last_day
        ) AS highest
    FROM rest_months AS m
    WHERE m.use = 'undivided'
)

SELECT
    s.reporter, -- Country whose statistics these are.
    s.partner, -- Partner; WLD and Central Asia are groups: do not add them to their members.
    s.flow, -- export, import, total or transit, seen from the reporter.
    s.basis, -- balance_of_payments or customs; empty = the page does not say; imts, comtrade = as the IMF or the UN has it, exports FOB, imports CIF where it says so. Never mix them.
    s.unit, -- Unit of value: USD_million, PKR_million, tonnes.
    s.calendar, -- gregorian; or solar: the months of Afghanistan and Iran. Never add up the two.
    s.month, -- First day of the month; of a solar month the 19th to the 23rd.
    s.value, -- Trade in the month; empty where it is unknown.
    s.derivation, -- given; difference = follows from longer figures; estimate = so that months add up to longer figures, as smooth as can be (Denton); unknown = what is left of the longer figure depends on a dispute within it.
    s.lowest, -- given: lowest figure printed. difference: the least that printed figures and their rounding leave. estimate, unknown: 0, for nothing else is certain.
    s.highest, -- given: highest figure printed. difference: the most that they leave. estimate: all that they leave for the months that share it. unknown: the same, whoever is right.
    s.rest_qualifier AS qualifier, -- about, where a figure behind it is worded so, or its provider estimated it or does not say that it was reported; else exact.
    s.months_left AS shared_by, -- How many months share what is left of the figure: 1 where the month is known, or alone unknown.
    s.first_month AS period_start, -- First day of the figure from which it comes; given: of the month.
    s.last_day AS period_end, -- Its last day.
    s.rest_voices AS voices, -- Independent voices behind it: the fewest that any figure behind it has.
    len(s.dissenting_rows) > 0 OR d.rows IS NOT NULL AS disputed, -- Whether pages print another figure, or a longer figure contradicts the months in it, by more than one in a hundred.
    s.rest_known_from AS known_from, -- Day on which the last figure behind it could be known.
    s.source_rows, -- The rows of trade_flows from which it comes; 'imts:' or 'comtrade:' before the key of a row of bilateral_trade.
    list_sort(list_distinct(list_concat(s.dissenting_rows, coalesce(d.rows, [])))) AS dissenting_rows -- The rows that say otherwise.
FROM valued AS s
LEFT JOIN (
    SELECT m.series, m.month, flatten(list(x.source_rows)) AS rows
    FROM rest_months AS m
    INNER JOIN disputes AS x
        ON
            m.series = x.series
            AND (
                m.month BETWEEN x.first_month AND x.last_day
                OR (m.use = 'undivided' AND m.first_month <= x.first_month AND x.last_day <= m.last_day)
            )
    GROUP BY ALL
) AS d ON s.series = d.series AND s.month = d.month
UNION ALL
SELECT
    reporter,
    partner,
    flow,
    provider,
    'USD_million',
    'gregorian',
    period_start,
    value / 1e6,
    'given',
    value / 1e6,
    value / 1e6,
    if(estimated IS NOT DISTINCT FROM false, 'exact', 'about'),
    1,
    period_start,
    period_end,
    1,
    false,
    known_from,
    [provider || ':' || row_key],
    []
FROM bilateral_trade
WHERE frequency = 'monthly'
