-- Turnover of two countries by calendar year, from both places that speak of it: trade_flows (flow total) and the
-- measured steps of trade targets. One row is one figure as printed on one page. The two sides count differently:
-- Afghanistan had 266 million with Uzbekistan in 2023, Uzbekistan 867.5.
WITH target_pairs AS (
    SELECT DISTINCT
        commitment_id,
        list_sort(string_split(parties, ';')) AS pair
    FROM commitments
    WHERE kind = 'trade_target'
)

SELECT
    array_to_string(p.pair, '-') AS pair, -- The two countries in alphabetical order: AFG-UZB.
    NULL AS reporter, -- Country that counted it, ISO 3166-1 alpha-3; empty = told with the target, counted by whoever set it.
    year(s.observed_on) AS year, -- Calendar year.
    s.value, -- Millions of US dollars.
    s.qualifier, -- How the page words it.
    s.known_from, -- Day it could be known.
    s.source_name, -- Who published it.
    s.source_url, -- The page.
    'commitment_progress' AS dataset, -- Dataset the figure stands in.
    s.row_key -- Its row there.
FROM commitment_progress AS s
INNER JOIN target_pairs AS p USING (commitment_id)
WHERE
    s.metric = 'trade_turnover'
    AND s.unit = 'USD_million'
    AND s.observed_on = make_date(year(s.observed_on), 12, 31)
    -- A year's figure told before the year's end is a forecast or one to date.
    AND (s.published_on IS NULL OR s.published_on >= s.observed_on)
    AND NOT regexp_matches(s.event, '(?i)month|half|quarter')
UNION ALL
SELECT
    array_to_string(list_sort([reporter, partner]), '-'),
    reporter,
    year(period_start),
    value,
    qualifier,
    known_from,
    source_name,
    source_url,
    'trade_flows',
    row_key
FROM trade_flows
WHERE
    flow = 'total'
    AND commodity = 'total'
    AND unit = 'USD_million'
    AND period_start = make_date(year(period_start), 1, 1)
    AND period_end = make_date(year(period_start), 12, 31)
    AND (published_on IS NULL OR published_on >= period_end)
