-- A commitment was stated again, later than any statement of it that the version before had. Statements of the past
-- that are only added now are no news, and pages of one day that say the same are one.
WITH newest_before AS (
    SELECT
        commitment_id,
        promised,
        max(stated_on) AS stated_on
    FROM before.commitment_statements
    GROUP BY ALL
),

restated AS (
    SELECT
        s.commitment_id,
        s.promised,
        s.stated_on,
        s.change,
        s.target_date,
        s.target_date_before,
        s.slippage_days,
        s.target_value,
        s.target_value_before,
        s.unit,
        any_value(s.title ORDER BY s.row_key) AS title,
        count(DISTINCT s.source_url) AS pages,
        list(s.row_key ORDER BY s.row_key) AS row_keys
    FROM commitment_statements AS s
    INNER JOIN newest_before AS b
        ON s.commitment_id = b.commitment_id AND s.promised IS NOT DISTINCT FROM b.promised AND s.stated_on > b.stated_on
    WHERE s.restatement > 1
    GROUP BY ALL
),

worded AS (
    SELECT
        *,
        CASE change
            WHEN 'postponed' THEN 'postponed to ' || strftime(target_date, '%-d %B %Y') || ', ' || slippage_days || ' days later than before'
            WHEN 'brought_forward' THEN 'brought forward to ' || strftime(target_date, '%-d %B %Y') || ', ' || -slippage_days || ' days earlier than before'
            WHEN 'raised' THEN concat('raised to ', target_value, ' from ', target_value_before, ' (', unit, ')')
            WHEN 'lowered' THEN concat('lowered to ', target_value, ' from ', target_value_before, ' (', unit, ')')
            WHEN 'date_named' THEN 'now with a date, ' || strftime(target_date, '%-d %B %Y')
            WHEN 'date_left_out' THEN 'now without a date'
            ELSE 'said again, nothing changed'
        END AS what
    FROM restated
)

SELECT
    commitment_id AS subject, -- The commitment.
    concat_ws(' ', promised, stated_on, change, target_date, target_value, unit) AS happened, -- What was stated, and when.
    stated_on AS happened_on, -- Day it was stated, or could be known.
    title || ': ' || what || ' (' || pages || if(pages = 1, ' page)', ' pages)') AS title, -- The restatement in one line.
    concat_ws(
        ' ',
        'Stated on ' || strftime(stated_on, '%-d %B %Y') || ', or known from that day: ' || title || '.',
        'Against the statement before: ' || what || '.',
        CASE WHEN target_date_before IS NOT NULL THEN 'The date then was ' || strftime(target_date_before, '%-d %B %Y') || '.' END
    ) AS text, -- What is said now, and what was said before.
    list_transform(row_keys, lambda key: {'dataset': 'commitments', 'key': 'row_key', 'value': key}) AS rows -- The statements.
FROM worded
