-- Targets of trade against what was reached: the growth a year that each stated target needs, and the growth held.
-- One row is one statement of a target, with how it differs from the one before. Growth is compound, by year, from the
-- last known calendar year. Pipelines and railways are in construction_pace.
WITH stated AS (
    SELECT
        *,
        array_to_string(list_sort(string_split(parties, ';')), '-') AS pair
    FROM commitment_statements
    WHERE kind = 'trade_target' AND unit = 'USD_million' AND len(string_split(parties, ';')) = 2
),

-- A target for exports or for single goods is not measured by turnover.
targets AS (
    SELECT *
    FROM stated
    WHERE NOT regexp_matches(title, '(?i)export|import|agri|farm|food')
),

-- What the two countries had aimed at before, under whatever name: 1 billion, then 3, then 5.
earlier_targets AS (
    SELECT
        t.row_key,
        max(o.stated_on) AS stated_on,
        arg_max(o.target_value, (o.stated_on, o.target_value)) AS target_value
    FROM targets AS t
    INNER JOIN targets AS o
        ON t.pair = o.pair AND t.commitment_id <> o.commitment_id AND o.stated_on < t.stated_on
    GROUP BY t.row_key
),

-- The two sides count differently, so a pace is that of one side: the one that more pages quote for the latest years.
counting AS (
    SELECT
        pair,
        arg_max(reporter, (year, pages, reporter)) AS reporter
    FROM (
        SELECT
            pair,
            reporter,
            year,
            count(DISTINCT source_url) AS pages
        FROM turnover_years
        WHERE reporter IS NOT NULL
        GROUP BY ALL
    )
    GROUP BY pair
),

-- The figure of a year: what most pages print, a bound ("under 1.3 billion") only where nothing else is printed; the range
-- of all beside it.
years AS (
    SELECT
        t.pair,
        t.year,
        any_value(c.reporter) AS reporter,
        arg_max(t.value, (t.is_figure, t.pages, t.value)) AS value,
        min(t.value) AS lowest,
        max(t.value) AS highest,
        list_sort(flatten(list(t.row_keys))) AS row_keys
    FROM (
        SELECT
            pair,
            year,
            reporter,
            value,
            bool_or(qualifier IN ('exact', 'about')) AS is_figure,
            count(DISTINCT source_url) AS pages,
            list(row_key) AS row_keys
        FROM turnover_years
        GROUP BY ALL
    ) AS t
    LEFT JOIN counting AS c ON t.pair = c.pair
    WHERE t.reporter IS NULL OR t.reporter = c.reporter
    GROUP BY t.pair, t.year
),

-- The first year that met the target, of those over after it was stated: by the figure that stands, by the highest and
-- by the lowest printed.
met AS (
    SELECT
        t.row_key,
        min(y.year) FILTER (y.value >= t.target_value) AS year,
        min(y.year) FILTER (y.highest >= t.target_value) AS earliest,
        min(y.year) FILTER (y.lowest >= t.target_value) AS latest
    FROM targets AS t
    INNER JOIN years AS y ON t.pair = y.pair AND y.year >= coalesce(year(t.stated_on), 0)
    GROUP BY t.row_key
),

latest AS (
    SELECT *
    FROM years
    QUALIFY row_number() OVER (PARTITION BY pair ORDER BY year DESC) = 1
),

-- The year the promise starts from: the last one over when it was made.
baseline AS (
    SELECT
        t.row_key,
        y.year,
        y.value,
        y.row_keys
    FROM targets AS t
    INNER JOIN years AS y ON t.pair = y.pair
    WHERE y.year < year(t.stated_on)
    QUALIFY row_number() OVER (PARTITION BY t.row_key ORDER BY y.year DESC) = 1
),

-- The pace held is measured over the five known years up to the latest, or as many as there are.
earlier AS (
    SELECT
        y.pair,
        min(y.year) AS year,
        arg_min(y.value, y.year) AS value,
        arg_min(y.lowest, y.year) AS lowest,
        arg_min(y.highest, y.year) AS highest,
        count(*) AS years
    FROM years AS y
    INNER JOIN latest AS l ON y.pair = l.pair
    WHERE y.year BETWEEN l.year - 5 AND l.year - 1
    GROUP BY y.pair
),

-- Growth a year from there to the latest, and what it may be by the lowest and highest figures printed for the two years.
paces AS (
    SELECT
        l.*,
        e.year AS from_year,
        l.year - e.year AS pace_years,
        e.years + 1 AS figures,
        pow(l.value / e.value, 1.0 / pace_years) - 1 AS growth,
        pow(l.lowest / e.highest, 1.0 / pace_years) - 1 AS growth_lowest,
        pow(l.highest / e.lowest, 1.0 / pace_years) - 1 AS growth_highest
    FROM latest AS l
    LEFT JOIN earlier AS e ON l.pair = e.pair
)

SELECT
    s.commitment_id, -- The target; shared by its restatements.
    s.title, -- The target in a few words, as stated.
    s.pair, -- The two countries: AFG-UZB.
    s.stated_on, -- Day it was stated, or could be known; empty = unknown.
    s.restatement, -- 1 for the first day on which it was stated, 2 for the next; pages of one day share a number; empty = day unknown.
    s.target_value, -- What is to be reached, millions of US dollars a year.
    s.target_date, -- Day by which; empty = none named.
    s.change, -- How it differs from the statement before: first, postponed, brought_forward, date_named, date_left_out, repeated; unknown = its day is unknown.
    s.target_date_before, -- Date of the statement of this target before it that names one.
    s.slippage_days, -- Days from that date to this [days]; negative = brought forward.
    s.slippage_from_first_days, -- Days from the date that was named first to this [days].
    o.target_value AS other_target_before, -- The other turnover target of the two countries that was stated last before this, millions of US dollars a year.
    o.stated_on AS other_target_before_on, -- Day it was stated.
    s.status, -- Standing, as recorded; mostly our later reading, so not what was known as of a day.
    s.baseline_value AS stated_baseline, -- Level at the time as the source gives it, for the period in baseline_period.
    s.baseline_period, -- Period of the stated baseline.
    t.row_key IS NOT NULL AS measured_by_turnover, -- Whether it is a target of turnover; of exports or single goods turnover says nothing, and what follows is empty.
    l.reporter AS counted_by, -- Side whose figures these are, ISO 3166-1 alpha-3; empty = only figures told with targets.
    b.year AS baseline_year, -- The last calendar year with a figure that was over when it was stated; empty = none.
    b.value AS baseline, -- Turnover in that year, millions of US dollars.
    l.year AS latest_year, -- Latest calendar year with a figure.
    l.value AS latest, -- Turnover in that year: what most pages print.
    l.lowest AS latest_lowest, -- Lowest figure printed for that year.
    l.highest AS latest_highest, -- Highest figure printed for that year.
    round(l.value / t.target_value, 3) AS share_reached, -- Latest over target.
    l.from_year AS pace_from_year, -- Year from which the held pace is measured, at most five years before the latest.
    l.pace_years, -- Over how many years it is measured: of two years chance makes much. [years]
    l.figures AS pace_figures, -- How many years from there to the latest have a figure, both counted.
    round(l.growth, 4) AS growth_held, -- Growth a year from there to the latest.
    round(l.growth_lowest, 4) AS growth_lowest, -- The same from the highest figure printed for that year to the lowest printed for the latest.
    round(l.growth_highest, 4) AS growth_highest, -- The same from the lowest to the highest.
    CASE
        WHEN year(t.target_date) > l.year AND l.value >= t.target_value THEN 0
        WHEN year(t.target_date) > l.year
            THEN round(pow(t.target_value / l.value, 1.0 / (year(t.target_date) - l.year)) - 1, 4)
    END AS growth_needed, -- Growth a year needed from the latest to the target's year; empty = no date, or a date gone by.
    CASE
        WHEN m.year IS NOT NULL THEN m.year
        WHEN l.value < t.target_value AND l.growth > 0
            THEN l.year + ceil(ln(t.target_value / l.value) / ln(1 + l.growth))::BIGINT
    END AS reached_in, -- First year that met it; else the year in which the held pace meets it; empty = never at that pace.
    CASE
        WHEN m.earliest IS NOT NULL THEN m.earliest
        WHEN l.highest < t.target_value AND l.growth_highest > 0
            THEN l.year + ceil(ln(t.target_value / l.highest) / ln(1 + l.growth_highest))::BIGINT
    END AS reached_earliest, -- The same by the highest figures: from latest_highest at growth_highest.
    CASE
        WHEN m.latest IS NOT NULL THEN m.latest
        WHEN l.lowest < t.target_value AND l.growth_lowest > 0
            THEN l.year + ceil(ln(t.target_value / l.lowest) / ln(1 + l.growth_lowest))::BIGINT
    END AS reached_latest, -- The same by the lowest: from latest_lowest at growth_lowest; empty = never.
    s.note, -- Who said it, and what is inferred or doubtful.
    s.source_name, -- Who published the statement.
    s.source_url, -- The page.
    s.row_key, -- Its row in commitments.
    l.row_keys AS latest_row_keys -- The rows of turnover_years behind the latest figure.
FROM stated AS s
LEFT JOIN targets AS t ON s.row_key = t.row_key
LEFT JOIN earlier_targets AS o ON t.row_key = o.row_key
LEFT JOIN paces AS l ON t.pair = l.pair
LEFT JOIN baseline AS b ON t.row_key = b.row_key
LEFT JOIN met AS m ON t.row_key = m.row_key
