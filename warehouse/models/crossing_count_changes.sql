-- View: What entered at a port in a month, against the same month of the years before: how a closure looks where
-- nobody reports states and somebody counts. A month without a row is unknown, not nought.
WITH months AS (
    SELECT * FROM crossing_counts
    WHERE period_start = date_trunc('month', period_start) AND period_end = last_day(period_start)
),

-- Each month beside the same month one, two and three years before: joins, for a median over 400,000 groups takes ten
-- seconds.
beside AS (
    SELECT
        m.*,
        one.value AS a,
        two.value AS b,
        three.value AS c,
        (one.value IS NOT NULL)::INT + (two.value IS NOT NULL)::INT + (three.value IS NOT NULL)::INT AS years
    FROM months AS m
    LEFT JOIN months AS one
        ON
            m.entering = one.entering
            AND m.port_code = one.port_code
            AND m.measure = one.measure
            AND m.period_start - INTERVAL 1 YEAR = one.period_start
    LEFT JOIN months AS two
        ON
            m.entering = two.entering
            AND m.port_code = two.port_code
            AND m.measure = two.measure
            AND m.period_start - INTERVAL 2 YEAR = two.period_start
    LEFT JOIN months AS three
        ON
            m.entering = three.entering
            AND m.port_code = three.port_code
            AND m.measure = three.measure
            AND m.period_start - INTERVAL 3 YEAR = three.period_start
),

-- The median of up to three: of three the middle one, of two the mean. least and greatest pass over what is unknown.
compared AS (
    SELECT
        *,
        least(a, b, c) AS lowest,
        greatest(a, b, c) AS highest,
        CASE
            WHEN years = 3 THEN a + b + c - least(a, b, c) - greatest(a, b, c)
            ELSE (least(a, b, c) + greatest(a, b, c)) / 2
        END AS usual
    FROM beside
)

SELECT
    entering, -- Country that is entered and counts.
    coming_from, -- Country on the other side.
    port_code, -- Code of the port, which tells ports of one name apart.
    port_name, -- Its name.
    admin1, -- State or province of the port.
    measure, -- What is counted.
    period_start AS month, -- First day of the month.
    value, -- How many entered. [count]
    usual, -- The median of the same month in up to three years before; empty where none is known. [count]
    years AS usual_years, -- How many of the three are known.
    lowest AS lowest_before, -- The least of them. [count]
    highest AS highest_before, -- The most of them. [count]
    round(value / nullif(usual, 0), 3) AS of_usual, -- What entered as a share of the usual; empty where the usual is unknown or nought. [share]
    value < lowest AS below_all_before, -- Whether fewer entered than in any of those months.
    known_from -- Day on which the month could be known.
FROM compared
