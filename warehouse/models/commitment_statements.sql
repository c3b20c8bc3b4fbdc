-- Every statement of a commitment in the order in which it was made, and how it differs from the one before: what is
-- promised, by which day, and how far that day has slipped.
WITH statements AS (
    SELECT
        *,
        coalesce(announced_on, known_from) AS stated_on,
        CASE
            WHEN kind NOT IN ('pipeline', 'railway', 'power_line') THEN NULL
            WHEN regexp_matches(title, '(?i)\bto (begin|start)\b') THEN 'start'
            -- A line may be finished long before, or after, what is to flow on it.
            WHEN regexp_matches(title, '(?i)\bgas to\b|freight|exports') THEN 'deliveries'
            ELSE 'completion'
        END AS promised,
        promised IS NOT DISTINCT FROM 'completion'
        AND regexp_matches(title, '(?i)\b(first|last|part|segment)\b') AS part
    FROM commitments
),

-- What is compared with each other: the same promise about the same part.
scopes AS (
    SELECT
        *,
        {
            commitment_id: commitment_id,
            promised: promised,
            part: CASE WHEN part THEN coalesce(CASE unit WHEN 'km' THEN target_value::VARCHAR END, title) END
        } AS scope
    FROM statements
),

-- Where one day has several dates the latest counts, so that slippage is never overstated.
dates AS (
    SELECT
        scope,
        stated_on,
        max(target_date) AS target_date
    FROM scopes
    WHERE stated_on IS NOT NULL AND target_date IS NOT NULL
    GROUP BY ALL
),

dates_before AS (
    SELECT
        s.row_key,
        arg_max(d.target_date, d.stated_on) AS target_date_before,
        arg_min(d.target_date, d.stated_on) AS first_target_date
    FROM scopes AS s
    INNER JOIN dates AS d ON s.scope IS NOT DISTINCT FROM d.scope AND d.stated_on < s.stated_on
    GROUP BY s.row_key
),

values_before AS (
    SELECT
        s.row_key,
        arg_max(v.target_value, (v.stated_on, v.target_value)) AS target_value_before
    FROM scopes AS s
    INNER JOIN scopes AS v
        ON s.scope IS NOT DISTINCT FROM v.scope AND s.unit = v.unit AND v.stated_on < s.stated_on
    WHERE v.target_value IS NOT NULL
    GROUP BY s.row_key
),

ranked AS (
    SELECT
        s.*,
        CASE WHEN s.stated_on IS NOT NULL THEN dense_rank() OVER (PARTITION BY s.scope ORDER BY s.stated_on) END
            AS restatement,
        d.target_date_before,
        s.target_date - d.target_date_before AS slippage_days,
        d.first_target_date,
        s.target_date - d.first_target_date AS slippage_from_first_days,
        v.target_value_before,
        s.target_value - v.target_value_before AS value_change
    FROM scopes AS s
    LEFT JOIN dates_before AS d USING (row_key)
    LEFT JOIN values_before AS v USING (row_key)
)

SELECT
    commitment_id, -- The target or project; shared by its restatements.
    title, -- The commitment in a few words, as stated.
    kind, -- What kind: trade_target, railway, pipeline, ….
    parties, -- Countries bound, ISO 3166-1 alpha-3, ; between.
    promised, -- Of lines to be built: start of works, completion, or deliveries (what is to flow on them); empty = of another kind.
    part, -- Whether it speaks of a part of the line alone.
    stated_on, -- Day it was stated, or could be known; empty = unknown.
    restatement, -- 1 for the first day on which it was stated, 2 for the next; pages of one day share a number; empty = day unknown.
    target_value, -- What is to be reached, in the unit beside it.
    unit, -- Unit of target_value.
    target_date, -- Day by which; empty = none named.
    CASE
        WHEN restatement IS NULL THEN 'unknown'
        WHEN restatement = 1 THEN 'first'
        WHEN slippage_days > 0 THEN 'postponed'
        WHEN slippage_days < 0 THEN 'brought_forward'
        WHEN value_change > 0 THEN 'raised'
        WHEN value_change < 0 THEN 'lowered'
        WHEN target_date IS NOT NULL AND target_date_before IS NULL THEN 'date_named'
        WHEN target_date IS NULL AND target_date_before IS NOT NULL THEN 'date_left_out'
        ELSE 'repeated'
    END AS change, -- How it differs from the statement before: first, postponed, brought_forward, raised, lowered, date_named, date_left_out, repeated; unknown = its day is unknown.
    target_value_before, -- Value of the statement before it that names one in this unit.
    value_change, -- This value less that one.
    target_date_before, -- Date of the statement before it that names one (the latest, where one day has several).
    slippage_days, -- Days from that date to this [days]; negative = brought forward.
    first_target_date, -- Date of the first statement that names one.
    slippage_from_first_days, -- Days from that date to this [days].
    baseline_value, -- Level at the time as the source gives it, for the period in baseline_period.
    baseline_period, -- Period of the stated baseline.
    status, -- Standing, as recorded; mostly our later reading, so not what was known as of a day.
    note, -- Who said it, and what is inferred or doubtful.
    source_name, -- Who published the statement.
    source_url, -- The page.
    row_key -- Its row in commitments.
FROM ranked
