-- How much the press wrote of the surroundings of each crossing, day by day, as GDELT read it: attention, not
-- incidents. A day of which GDELT has files and none speaks of a crossing is 0; a day without any file has no row.
WITH covered AS (
    SELECT known_from AS day, count(DISTINCT date_added) AS files
    FROM press_attention
    GROUP BY ALL
),

-- A point that stands for a province or a country lies at no crossing.
near AS (
    SELECT
        p.crossing_id,
        a.known_from AS day,
        a.source_url,
        a.rows_merged,
        a.avg_tone,
        a.quad_class IN ('verbal_conflict', 'material_conflict') AS of_conflict,
        -- The page's host; a citation of what is not on the web has none.
        nullif(regexp_extract(a.source_url, '^[a-z]+://(?:www\.)?([^/:]+)', 1), '') AS outlet
    FROM press_attention AS a
    INNER JOIN geo.places AS p ON a.lat = p.lat AND a.lon = p.lon
    WHERE a.place_precision = 'city' AND p.in_catchment
),

pages AS (
    SELECT
        crossing_id,
        day,
        source_url,
        any_value(outlet) AS outlet,
        bool_or(of_conflict) AS of_conflict,
        -- The tone is the page's, alike in its rows.
        avg(avg_tone) AS tone,
        sum(rows_merged) AS gdelt_rows
    FROM near
    GROUP BY ALL
),

attention AS (
    SELECT
        crossing_id,
        day,
        count(*) AS articles,
        count(DISTINCT outlet) AS outlets,
        count_if(of_conflict) AS conflict_articles,
        sum(gdelt_rows)::BIGINT AS gdelt_rows,
        avg(tone) AS tone
    FROM pages
    GROUP BY ALL
)

SELECT
    c.crossing_id, -- The crossing in whose catchment (geo.places) the places lie; only those with coordinates.
    d.day, -- Day on which GDELT added the pages, UTC; what they speak of may be older.
    coalesce(a.articles, 0) AS articles, -- Pages of the press that speak of something done there; one page a day counts once, however many rows it has. The same agency text on ten sites is ten.
    coalesce(a.outlets, 0) AS outlets, -- Web sites among them.
    coalesce(a.conflict_articles, 0) AS conflict_articles, -- Pages among them with something of conflict, in words or deeds, by GDELT's reading.
    coalesce(a.gdelt_rows, 0) AS gdelt_rows, -- Rows of GDELT behind them: things that pages say were done, repeated and old ones too. No count of incidents.
    a.tone, -- Mean tone of the pages, -100 to 100; empty where there is none.
    d.files -- Files of the day, of 96 (one each quarter of an hour), from which rows are here: fewer = the figures are of a part of the day.
FROM covered AS d
CROSS JOIN crossings AS c
LEFT JOIN attention AS a ON c.crossing_id = a.crossing_id AND d.day = a.day
WHERE c.lat IS NOT NULL AND c.lon IS NOT NULL
