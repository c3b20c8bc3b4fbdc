-- Every figure that stood for a publisher's count of a place, metric and period, in the order in which it came to be
-- known: the log of revisions. The last one stands today; as of an earlier day the one of that day is the answer.
WITH counts AS (
    SELECT
        {
            publisher: i.publisher,
            geography: i.geography,
            metric: i.metric,
            -- inc-<publisher>-<place>-<metric>-<what is counted>-<frequency>
            counting: string_split(i.series_id, '-')[-2],
            period_start: i.period_start,
            period_end: i.period_end
        } AS counted,
        i.value,
        i.qualifier,
        i.known_from,
        i.note,
        i.source_url,
        i.row_key,
        coalesce(v.voice, i.source_name) AS voice,
        -- A figure printed before the end of its period is one to date.
        i.published_on < i.period_end AS to_date,
        -- The publisher's own page goes before those that relay it.
        coalesce(v.voice, i.source_name) = i.publisher AS own,
        -- Of a page without a date it is not known which report it tells of.
        i.known_from_basis <> 'not_before' AS dated,
        -- A month alone counts as its last day; the page may have come on its first.
        CASE i.known_from_basis
            WHEN 'address_month' THEN date_trunc('month', i.known_from)::DATE ELSE i.known_from
        END AS not_before
    FROM incident_counts AS i
    LEFT JOIN voices AS v ON i.source_name = v.publisher
),

-- Pages that come more than three weeks after those before tell of a later report.
pages AS (
    SELECT
        *,
        count_if(after_gap) OVER (PARTITION BY counted ORDER BY known_from) AS report
    FROM (
        SELECT
            *,
            coalesce(
                not_before > lag(known_from) OVER (PARTITION BY counted ORDER BY known_from) + 21, false
            ) AS after_gap
        FROM counts
    )
),

-- What a series counts, in the words that its notes begin with.
definitions AS (
    SELECT
        counted.publisher AS publisher,
        counted.metric AS metric,
        counted.counting AS counting,
        mode(trim(string_split(note, ';')[1]) ORDER BY note) AS definition
    FROM counts
    GROUP BY ALL
),

-- The figures printed until each day on which a page came.
printed AS (
    SELECT
        d.counted,
        d.known_from AS day,
        p.value,
        -- A figure of which every dated page came before the period's end is one to date.
        coalesce(bool_and(p.to_date), false) AS to_date,
        bool_or(p.qualifier = 'exact') AS exact,
        bool_or(p.own) AS own,
        bool_or(p.dated) AS dated,
        max(p.report) AS report,
        count(DISTINCT p.voice) AS voices,
        count(DISTINCT p.source_url) AS pages,
        max(p.known_from) AS last_known,
        list(p.row_key ORDER BY p.known_from, p.row_key) AS row_keys
    FROM (SELECT DISTINCT counted, known_from FROM pages) AS d
    INNER JOIN pages AS p ON d.counted = p.counted AND p.known_from <= d.known_from
    GROUP BY ALL
),

-- The one that stood on each of those days.
stood AS (
    SELECT
        *,
        count(*) OVER same_day AS figures,
        min(value) OVER same_day AS lowest_printed,
        max(value) OVER same_day AS highest_printed
    FROM printed
    WINDOW same_day AS (PARTITION BY counted, day)
    QUALIFY
        row_number() OVER (
            PARTITION BY counted, day
            ORDER BY to_date, exact DESC, own DESC, dated DESC, report DESC, voices DESC, last_known DESC, value DESC
        ) = 1
),

turns AS (
    SELECT
        *,
        CASE
            WHEN lag(value) OVER in_order IS NULL THEN 'first'
            WHEN lag(value) OVER in_order = value THEN 'same'
            WHEN lag(to_date) OVER in_order THEN 'complete'
            WHEN lag(exact) OVER in_order AND lag(dated) OVER in_order AND lag(report) OVER in_order < report
                THEN 'revision'
            ELSE 'other_page'
        END AS change
    FROM stood
    WINDOW in_order AS (PARTITION BY counted ORDER BY day)
),

-- One row a figure, with all pages up to the day on which the next took its place.
spells AS (
    SELECT
        *,
        min(day) OVER same_spell AS stood_from,
        arg_min(change, day) OVER same_spell AS came_by
    FROM (
        SELECT
            *,
            count_if(change <> 'same') OVER (PARTITION BY counted ORDER BY day)::BIGINT AS figure
        FROM turns
    )
    WINDOW same_spell AS (PARTITION BY counted, figure)
    QUALIFY row_number() OVER (PARTITION BY counted, figure ORDER BY day DESC) = 1
),

told AS (
    SELECT
        *,
        lag(value) OVER in_order AS value_before
    FROM spells
    WINDOW in_order AS (PARTITION BY counted ORDER BY figure)
)

SELECT
    t.counted.publisher AS publisher, -- Who counted.
    t.counted.geography AS geography, -- The place, ISO 3166 code.
    t.counted.metric AS metric, -- What is counted.
    t.counted.counting AS counting, -- Of what: cnt events; ma militant attacks alone; ops operations alone; all both; the rest as in series_id.
    d.definition, -- What the publisher counts, in the words that the notes of the series share.
    t.counted.period_start AS period_start, -- First day of the period.
    t.counted.period_end AS period_end, -- Last day of the period (inclusive).
    t.figure, -- 1 for the figure that stood first, 2 for the next.
    t.value, -- The figure. Of several final stands before to date, then exact before rounded, the publisher's own page before others, dated pages before undated, the later report, what most voices print, the later page.
    t.came_by, -- How it took the place of the one before: first; complete = that one was to date; revision = a later report of the publisher has another figure; other_page = pages of one report, or undated ones, differ.
    t.value_before, -- The figure that stood before it.
    t.stood_from, -- Day from which it stood.
    lead(t.stood_from) OVER in_order AS stood_until, -- Day on which the next took its place; empty = it stands.
    t.to_date, -- Whether it was printed before the period's end alone.
    t.exact, -- Whether some page prints it as exact, not only as about, over or under.
    t.voices, -- Independent voices that print it.
    t.pages, -- Addresses that print it.
    t.figures, -- Different figures printed for the period by then.
    t.lowest_printed, -- Lowest of them.
    t.highest_printed, -- Highest of them.
    (count_if(t.came_by = 'revision') OVER in_order)::BIGINT AS revisions, -- How often the publisher had revised its figure by then.
    coalesce(list(t.value_before) FILTER (t.came_by = 'revision') OVER in_order, []) AS revised_from, -- The figures that revisions replaced, the first one first.
    t.row_keys -- The rows of incident_counts that print it.
FROM told AS t
LEFT JOIN definitions AS d
    ON t.counted.publisher = d.publisher AND t.counted.metric = d.metric AND t.counted.counting = d.counting
WINDOW in_order AS (PARTITION BY t.counted ORDER BY t.figure)
