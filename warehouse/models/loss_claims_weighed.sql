-- Claims of lost trade beside the trade there normally is: what is claimed for a day, what normally passes in a day on
-- the same route, and how many times the one is the other. A claim of more than all normal trade is no error of ours: it
-- is the finding. What the closure cost by a model stands in analysis.losses.
WITH claims AS (
    SELECT
        c.*,
        CASE
            WHEN c.crossing_id IS NULL THEN 'AFG'
            WHEN c.crossing_id LIKE '*%' THEN c.crossing_id[2:]
            ELSE array_to_string(list_sort([g.country_a, g.country_b]), '-')
        END AS border,
        -- A claimant's exports leave his side: what Pakistan exports, Afghanistan imports.
        CASE
            WHEN c.measure = 'trade_lost' THEN 'cargo'
            WHEN c.measure IN ('exports_lost', 'imports_lost') AND (c.claimant_side IS NULL OR c.claimant_side = 'both') THEN NULL
            WHEN (c.measure = 'exports_lost') = (c.claimant_side = 'AFG') THEN 'exports'
            WHEN c.measure IN ('exports_lost', 'imports_lost') THEN 'imports'
        END AS flow,
        -- Where no end is named, the claim is for the days until it was published.
        coalesce(c.period_end, c.published_on) AS until,
        date_diff('day', c.period_start, until) + 1 AS days
    FROM loss_claims AS c
    LEFT JOIN crossings AS g ON c.crossing_id = g.crossing_id
    WHERE c.measure IN ('trade_lost', 'exports_lost', 'imports_lost')
),

-- Rupees and afghanis by the official rate of the newest period that had begun, at most two years before.
rates AS (
    SELECT
        c.claim_id,
        arg_max(r.per_usd, r.period_start) AS per_usd,
        arg_max(r.row_key, r.period_start) AS row_key
    FROM claims AS c
    INNER JOIN exchange_rates AS r
        ON
            r.kind = 'official_average'
            AND r.currency = c.unit[:3]
            AND r.period_start BETWEEN c.period_start - INTERVAL 2 YEAR AND c.period_start
    GROUP BY c.claim_id
),

-- What is claimed for a day, in millions of dollars.
daily AS (
    SELECT
        c.*,
        r.per_usd,
        r.row_key AS rate_row,
        CASE
            WHEN c.unit = 'USD_million' THEN c.value
            WHEN c.unit = 'USD' THEN c.value / 1e6
            WHEN c.unit IN ('PKR_million', 'AFN_million') THEN c.value / r.per_usd
            WHEN c.unit = 'PKR' THEN c.value / 1e6 / r.per_usd
        END AS usd_million,
        CASE c.per
            WHEN 'day' THEN usd_million
            WHEN 'month' THEN usd_million * 12 / 365
            WHEN 'year' THEN usd_million / 365
            WHEN 'total' THEN usd_million / c.days
        END AS claimed_a_day
    FROM claims AS c
    LEFT JOIN rates AS r ON c.claim_id = r.claim_id
),

-- A crossing's part of what passes its border that way, or both ways.
parts AS (
    SELECT
        crossing_id,
        border,
        flow,
        weight / sum(weight) OVER (PARTITION BY border, flow) AS part
    FROM crossing_weights
    WHERE weight IS NOT NULL
    UNION ALL
    SELECT crossing_id, border, 'cargo', sum(weight)
    FROM crossing_weights
    WHERE weight IS NOT NULL
    GROUP BY crossing_id, border
),

normal AS (
    SELECT border, flow, valid_from, valid_to, normal, lowest, highest, row_keys FROM border_weights
    UNION ALL
    -- The country as a whole: its borders with a figure on that day.
    SELECT
        'AFG',
        flow,
        day,
        lead(day, 1, DATE '9999-12-31') OVER (PARTITION BY flow ORDER BY day),
        normal,
        lowest,
        highest,
        row_keys
    FROM (
        SELECT
            d.flow,
            d.valid_from AS day,
            sum(w.normal) AS normal,
            sum(w.lowest) AS lowest,
            sum(w.highest) AS highest,
            flatten(list(w.row_keys ORDER BY w.border)) AS row_keys
        FROM (SELECT DISTINCT flow, valid_from FROM border_weights) AS d
        INNER JOIN border_weights AS w
            ON d.flow = w.flow AND w.valid_from <= d.valid_from AND d.valid_from < w.valid_to
        GROUP BY d.flow, d.valid_from
    )
),

-- What was traded there in each year on record, by the highest figure printed, whoever counted it and whatever for: seen
-- from Afghanistan. A year of which one way alone is on record counts with that way.
years AS (
    SELECT
        'AFG-' || CASE WHEN reporter = 'AFG' THEN partner ELSE reporter END AS border,
        reporter,
        basis,
        period_start,
        period_end,
        max(highest) FILTER (flow <> 'total' AND (flow = 'export') = (reporter = 'AFG')) AS exports,
        max(highest) FILTER (flow <> 'total' AND (flow = 'export') <> (reporter = 'AFG')) AS imports,
        greatest(max(highest) FILTER (flow = 'total'), coalesce(exports, 0) + coalesce(imports, 0)) AS cargo,
        flatten(list(row_keys ORDER BY flow)) AS row_keys
    FROM trade_partner_years
    WHERE 'AFG' IN (reporter, partner) AND flow IN ('total', 'export', 'import')
    GROUP BY ALL
),

best AS (
    SELECT
        border,
        unnest(['exports', 'imports', 'cargo']) AS flow,
        unnest([max(exports), max(imports), max(cargo)]) AS most,
        unnest([arg_max(row_keys, exports), arg_max(row_keys, imports), arg_max(row_keys, cargo)]) AS row_keys
    FROM years
    WHERE border IN (SELECT border FROM border_weights)
    GROUP BY border
),

-- Of the country as a whole the best years of its borders together, whichever they were.
ever AS (
    FROM best
    UNION ALL
    SELECT
        'AFG',
        flow,
        sum(most),
        flatten(list(row_keys ORDER BY border))
    FROM best
    GROUP BY flow
)

SELECT
    d.claim_id, -- The claim, in loss_claims.
    d.claimant, -- Who claims it.
    d.claimant_side, -- Side of the claimant; empty = unknown.
    d.border, -- The border meant; AFG = the country as a whole, where no crossing or border is named.
    d.crossing_id, -- The crossing, or * and a border, as claimed.
    d.measure, -- trade_lost, exports_lost or imports_lost.
    d.flow, -- What that is on this border: exports leave Afghanistan, imports enter it; cargo = both; empty = of whose exports is not said.
    d.period_start, -- First day of the claim's period.
    d.until AS period_end, -- Its last day: as claimed, else the day of publication.
    d.days, -- Days from first to last. [days]
    d.value, -- The figure as claimed, in unit, per.
    d.unit, -- Its unit.
    d.per, -- Span it is for.
    d.per_usd, -- Rupees or afghanis to the dollar that it was converted by; empty = it is in dollars, or no rate is known.
    round(d.claimed_a_day, 4) AS claimed_a_day, -- Claimed for a day; empty = no period, no rate, or no amount of money. [USD million]
    round(n.normal / 365 * coalesce(p.part, 1), 4) AS normal_a_day, -- What normally passes in a day, by what is traded in a year. [USD million]
    round(n.lowest / 365 * coalesce(p.part, 1), 4) AS normal_lowest, -- By the lowest yearly figure. [USD million]
    round(n.highest / 365 * coalesce(p.part, 1), 4) AS normal_highest, -- By the highest yearly figure. [USD million]
    round(p.part, 3) AS part_of_border, -- The crossing's part of the border, by trucks or tonnes; empty = the claim is for the border, or the part is unknown.
    round(d.claimed_a_day / (n.normal / 365 * coalesce(p.part, 1)), 2) AS factor, -- claimed_a_day / normal_a_day: 1 = all that normally passes.
    round(e.most / 365, 4) AS best_a_day, -- What passed the whole border in the best year on record, over 365: a mean, no maximum of a day. [USD million]
    CASE WHEN n.normal IS NOT NULL THEN d.claimed_a_day > e.most / 365 END AS exceeds_all, -- Whether more is claimed for a day than passed the whole border in the best year on record, over 365; empty where not weighed.
    CASE
        WHEN d.flow IS NULL THEN 'whose exports or imports is not said'
        WHEN d.usd_million IS NULL AND d.unit NOT IN ('USD_million', 'USD', 'PKR_million', 'PKR', 'AFN_million') THEN 'not an amount of money'
        WHEN d.usd_million IS NULL THEN 'no exchange rate is known: serai ingest worldbank_rates'
        WHEN d.claimed_a_day IS NULL THEN 'for how many days is not said'
        WHEN n.normal IS NULL THEN 'what is normal there is not known'
        WHEN d.crossing_id NOT LIKE '*%' AND p.part IS NULL THEN 'the crossing''s part of its border is not known'
    END AS why_not, -- Why the claim is not weighed; empty where it is.
    d.source_name, -- Who published it.
    d.source_url, -- The page.
    d.row_key, -- Its row in loss_claims.
    n.row_keys AS normal_rows, -- The rows of trade_flows behind what is normal.
    e.row_keys AS best_rows, -- The rows of trade_flows behind the best year.
    d.rate_row -- The row of exchange_rates.
FROM daily AS d
LEFT JOIN parts AS p ON d.crossing_id = p.crossing_id AND d.flow = p.flow
LEFT JOIN ever AS e ON d.border = e.border AND d.flow = e.flow
LEFT JOIN normal AS n
    ON
        d.border = n.border
        AND d.flow = n.flow
        AND n.valid_from <= d.period_start
        AND d.period_start < n.valid_to
        -- Of a crossing whose part is not known nobody can say what is normal.
        AND (d.crossing_id IS NULL OR d.crossing_id LIKE '*%' OR p.part IS NOT NULL)
