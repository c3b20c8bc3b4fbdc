-- Trade by period, and what the monthly series make of it: every figure for a period of whole months, whether it is
-- used and why not, and what remains of it when the shorter periods within it are taken off. "January to August" less
-- "January to July" leaves August. Solar months are not calendar months: each calendar has figures of its own.
WITH RECURSIVE year_numbers AS (
    SELECT unnest(generate_series(min(year(period_start)) - 1, max(year(period_end)) + 1)) AS year
    FROM trade_periods
),

-- Months are numbered, so that periods are whole numbers of them.
month_starts AS (
    SELECT
        'gregorian' AS calendar,
        12 * y.year + m.month AS number,
        make_date(y.year, 1 + m.month, 1) AS starts_on
    FROM year_numbers AS y
    CROSS JOIN range(12) AS m (month)
    UNION ALL
    -- The solar year of Afghanistan and Iran begins on 20 March in leap years, else on the 21st (so from 1996 to
    -- 2028): six months of 31 days, then months of 30.
    SELECT
        'solar' AS calendar,
        12 * y.year + m.month AS number,
        make_date(y.year, 3, if(y.year % 4 = 0, 20, 21))
        + (31 * least(m.month, 6) + 30 * greatest(m.month - 6, 0))::INT AS starts_on
    FROM year_numbers AS y
    CROSS JOIN range(12) AS m (month)
),

-- A page, or its reader, may be a day or two off.
near_starts AS (
    SELECT
        m.calendar,
        m.number,
        m.starts_on + d.days AS day
    FROM month_starts AS m
    CROSS JOIN (SELECT unnest([-2, -1, 0, 1, 2]) AS days) AS d
),

-- `first` is the number of the first month of a period, `after` that of the month after its last.
printed AS (
    SELECT
        concat_ws(' ', p.reporter, p.partner, p.flow, coalesce(p.basis, 'unstated'), p.unit, f.calendar) AS series,
        f.number AS first,
        t.number AS after,
        t.number - f.number AS months,
        f.calendar,
        p.*,
        p.qualifier IN ('exact', 'about') AS is_total,
        -- The least and the most that it can mean: rounding may have moved it; over and under are bounds.
        CASE p.qualifier
            WHEN 'under' THEN 0
            WHEN 'over' THEN p.value
            ELSE p.value - p.last_digit / 2
        END AS least,
        CASE p.qualifier
            WHEN 'over' THEN 'infinity'::DOUBLE
            WHEN 'under' THEN p.value
            ELSE p.value + p.last_digit / 2
        END AS most
    FROM trade_periods AS p
    INNER JOIN near_starts AS f ON p.period_start = f.day
    INNER JOIN near_starts AS t ON p.period_end + 1 = t.day AND f.calendar = t.calendar AND f.number < t.number
    WHERE NOT p.to_date
    QUALIFY
        row_number() OVER (
            PARTITION BY series, first, after
            ORDER BY
                p.qualifier = 'exact' DESC, is_total DESC, p.voices DESC, p.last_digit, p.period_start, p.period_end
        ) = 1
),

numbered AS (
    SELECT
        *,
        row_number() OVER (ORDER BY series, first, after) AS figure,
        -- How many figures of its series are of its length and begin in its month: the kind of year that is usual.
        count(*) OVER (PARTITION BY series, months, first % 12) AS alike
    FROM printed
),

within AS (
    SELECT
        w.figure AS whole,
        p.figure AS part,
        w.months AS whole_months,
        CASE
            -- A part that is more than its whole: one of the two is wrong, and nothing says which.
            WHEN p.least > w.most THEN 'contradicted'
            -- A whole that rounding cannot tell from its part: the coarser of the two says nothing of the rest.
            WHEN w.is_total AND p.is_total AND w.value <> p.value AND w.least <= p.most THEN 'too_coarse'
        END AS trouble,
        w.last_digit >= p.last_digit AS whole_is_coarser
    FROM numbered AS w
    INNER JOIN numbered AS p
        ON w.series = p.series AND w.first <= p.first AND p.after <= w.after AND p.months < w.months
),

troubled AS (
    SELECT
        whole AS figure,
        trouble
    FROM within
    WHERE trouble = 'contradicted' OR (trouble = 'too_coarse' AND whole_is_coarser)
    UNION ALL
    SELECT
        part,
        trouble
    FROM within
    WHERE trouble = 'contradicted' OR (trouble = 'too_coarse' AND NOT whole_is_coarser)
    UNION ALL
    -- Of two that overlap, neither within the other, the shorter is used, and of two years the usual kind.
    SELECT
        a.figure,
        'overlaps'
    FROM numbered AS a
    INNER JOIN numbered AS b
        ON
            a.series = b.series
            AND a.first < b.after
            AND b.first < a.after
            AND (a.first < b.first AND a.after < b.after OR b.first < a.first AND b.after < a.after)
            AND (b.months, -b.alike, b.first % 12, b.first) < (a.months, -a.alike, a.first % 12, a.first)
    WHERE a.is_total AND b.is_total
),

troubles AS (
    SELECT
        figure,
        min(trouble) AS trouble
    FROM troubled
    GROUP BY figure
),

-- A month is kept as it is given; its trouble is told.
kept AS (
    SELECT
        n.*,
        t.trouble
    FROM numbered AS n
    LEFT JOIN troubles AS t USING (figure)
    WHERE n.is_total AND (n.months = 1 OR t.trouble IS NULL)
),

-- What is kept lies apart or one within another, like boxes. The outermost boxes are looked at after each length of
-- period, from the shortest: a figure takes the place of those within it if it leaves something for the months that
-- none of them holds. One that holds no such month, or does not add up with those within it, is passed over.
outermost AS (
    SELECT
        1::BIGINT AS length,
        figure
    FROM kept
    WHERE figure NOT IN (SELECT i.whole FROM within AS i INNER JOIN kept AS p ON i.part = p.figure)
    UNION ALL
    SELECT
        length + 1,
        unnest(if(adds_up, [whole], parts))
    FROM (
        SELECT
            o.length,
            w.figure AS whole,
            list(p.figure) AS parts,
            w.value - sum(p.value) AS rest,
            w.months > sum(p.months)
            AND (
                rest > (w.last_digit + sum(p.last_digit)) / 2
                -- Two exact figures that are equal: nothing was added.
                OR (abs(rest) < 0.000001 AND w.qualifier = 'exact' AND bool_and(p.qualifier = 'exact'))
            ) AS adds_up
        FROM outermost AS o
        INNER JOIN kept AS p ON o.figure = p.figure
        LEFT JOIN kept AS w
            ON p.series = w.series AND w.first <= p.first AND p.after <= w.after AND w.months = o.length + 1
        WHERE o.length < (SELECT max(months) FROM kept)
        GROUP BY o.length, w.figure, w.value, w.months, w.last_digit, w.qualifier
    )
),

used AS (
    SELECT *
    FROM kept
    WHERE figure IN (SELECT figure FROM outermost)
),

-- The smallest used figure around each.
boxes AS (
    SELECT
        p.figure,
        min(i.whole_months) AS box_months
    FROM used AS p
    LEFT JOIN (within AS i INNER JOIN used AS w ON i.whole = w.figure) ON p.figure = i.part
    GROUP BY ALL
),

parts AS (
    SELECT
        i.whole AS figure,
        sum(p.value) AS value,
        sum(p.last_digit) AS last_digit,
        sum(p.lowest - p.last_digit / 2) AS lowest,
        sum(p.highest + p.last_digit / 2) AS highest,
        bool_and(p.qualifier = 'exact') AS exact,
        min(p.voices) AS voices,
        max(p.known_from) AS known_from,
        flatten(list(p.row_keys ORDER BY p.first)) AS row_keys,
        flatten(list(p.dissenting_rows ORDER BY p.first)) AS dissenting_rows
    FROM within AS i
    INNER JOIN used AS p ON i.part = p.figure
    INNER JOIN boxes AS b ON p.figure = b.figure
    WHERE i.whole_months <= coalesce(b.box_months, i.whole_months)
    GROUP BY ALL
),

-- Does a figure that was passed over add up with its parts? A gap of one in a hundred is a revision, more a dispute.
settled AS (
    SELECT
        k.figure,
        u.figure IS NOT NULL
        OR abs(k.value - p.value) <= greatest(0.01 * k.value, (k.last_digit + p.last_digit) / 2) AS adds_up
    FROM kept AS k
    LEFT JOIN used AS u USING (figure)
    LEFT JOIN parts AS p USING (figure)
),

-- What remains of the smallest figure around a dispute that adds up itself depends on who is right, so nobody knows it.
undivided AS (
    SELECT arg_min(i.whole, i.whole_months) AS figure
    FROM within AS i
    INNER JOIN settled AS d ON i.part = d.figure AND NOT d.adds_up
    INNER JOIN settled AS w ON i.whole = w.figure AND w.adds_up
    GROUP BY d.figure
),

-- The months of each used figure that no part of it holds.
held AS (
    SELECT
        m.series,
        m.calendar,
        m.number,
        arg_min(m.figure, m.months) AS figure
    FROM (SELECT series, calendar, figure, months, unnest(range(first, after)) AS number FROM used) AS m
    GROUP BY ALL
),

rests AS (
    SELECT
        h.figure,
        list(m.starts_on ORDER BY m.number) AS months
    FROM held AS h
    INNER JOIN month_starts AS m ON h.calendar = m.calendar AND h.number = m.number
    GROUP BY ALL
),

joined AS (
    SELECT
        n.*,
        s.starts_on AS first_month,
        e.starts_on - 1 AS last_day,
        coalesce(r.months, []) AS rest_months,
        t.trouble,
        -- Figures have few digits: the seventh after the point and what follows is the computer's.
        round(n.value - coalesce(p.value, 0), 6) + 0 AS rest,
        coalesce(d.adds_up, false) AS adds_up,
        u.figure IS NOT NULL AS is_used,
        n.figure IN (FROM undivided) AS is_undivided,
        p.figure IS NOT NULL AS has_parts,
        coalesce(p.lowest, 0) AS parts_lowest,
        coalesce(p.highest, 0) AS parts_highest,
        if(n.qualifier = 'exact' AND coalesce(p.exact, true), 'exact', 'about') AS rest_qualifier,
        least(n.voices, p.voices) AS rest_voices,
        greatest(n.known_from, p.known_from) AS rest_known_from,
        list_concat(n.row_keys, coalesce(p.row_keys, [])) AS source_rows,
        list_concat(n.dissenting_rows, coalesce(p.dissenting_rows, [])) AS rest_dissenting_rows
    FROM numbered AS n
    INNER JOIN month_starts AS s ON n.calendar = s.calendar AND n.first = s.number
    INNER JOIN month_starts AS e ON n.calendar = e.calendar AND n.after = e.number
    LEFT JOIN troubles AS t ON n.figure = t.figure
    LEFT JOIN settled AS d ON n.figure = d.figure
    LEFT JOIN used AS u ON n.figure = u.figure
    LEFT JOIN parts AS p ON n.figure = p.figure
    LEFT JOIN rests AS r ON n.figure = r.figure
)

SELECT
    reporter, -- Country whose statistics these are.
    partner, -- Partner; WLD and Central Asia are groups.
    flow, -- export, import, total or transit, seen from the reporter.
    basis, -- balance_of_payments or customs; empty = the page does not say.
    unit, -- Unit of the values: USD_million, PKR_million, tonnes.
    calendar, -- gregorian; or solar: the months of Afghanistan and Iran, which begin between the 19th and the 23rd.
    first_month, -- First day of its first month.
    last_day, -- Last day of its last month.
    months, -- How many months it spans.
    value, -- The figure, as chosen in trade_periods.
    qualifier, -- How it is worded: exact, about, over, under.
    CASE
        WHEN NOT is_total THEN 'bound'
        WHEN months = 1 THEN 'given'
        WHEN is_used AND is_undivided THEN 'undivided'
        WHEN len(rest_months) = 1 THEN 'difference'
        WHEN len(rest_months) > 1 THEN 'estimate'
        WHEN trouble IS NOT NULL THEN trouble
        WHEN adds_up THEN 'not_needed'
        ELSE 'contradicted'
    END AS use, -- given, difference, estimate: what its rest_months are. undivided: what is left for them depends on a dispute within it. not_needed: its parts make it up. Left out: contradicted (by its parts, or by a longer figure), too_coarse (rounding hides the rest), overlaps (crosses a shorter one), bound (over or under).
    if(is_total, rest, NULL) AS rest, -- The figure less its parts, the largest used figures within it.
    if(has_parts, greatest(0, round(lowest - last_digit / 2 - parts_highest, 6)), lowest) AS rest_lowest, -- The least that the rest can be, by any figure printed for these periods and by their rounding.
    if(has_parts, round(highest + last_digit / 2 - parts_lowest, 6), highest) AS rest_highest, -- The most that it can be.
    rest_months, -- First days of the months that no part holds; none where the figure is not used.
    rest_qualifier, -- about, where the figure or a part of it is worded so; else exact.
    rest_voices, -- Independent voices behind the rest: the fewest that the figure and its parts have.
    rest_known_from, -- Day on which the last of them could be known.
    source_rows, -- The rows of trade_flows that print the figure and its parts.
    rest_dissenting_rows AS dissenting_rows -- The rows that print other figures for the same periods.
FROM joined
