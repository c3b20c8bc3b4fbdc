-- What each status report says of one crossing and one flow. Scopes expand to flows: all to every flow, cargo to
-- exports, imports and transit. A report on single goods never closes a flow. A report asserts its state from its
-- start to the day its page was published, or to the end that it names; beyond that the state is only carried on.
WITH scoped AS (
    SELECT
        *,
        string_split(scope, ';') AS scopes,
        known_from_basis IN ('published', 'address') AS dated
    FROM crossing_reports
),

spoken AS (
    SELECT
        r.*,
        f.flow,
        list_contains(r.scopes, f.flow) OR (f.is_trade AND list_contains(r.scopes, 'cargo')) AS names_flow
    FROM scoped AS r
    INNER JOIN flows AS f
        ON
            list_contains(r.scopes, 'all')
            OR list_contains(r.scopes, f.flow)
            OR (f.is_trade AND list_contains(r.scopes, 'cargo'))
)

SELECT
    crossing_id, -- The crossing.
    flow, -- exports, imports, transit, pedestrians, returnees, humanitarian, patients or stranded_cargo.
    report_id, -- The report.
    CASE WHEN goods IS NOT NULL AND status = 'closed' THEN 'restricted' ELSE status END AS status, -- open, closed or restricted.
    valid_from, -- First day of the state.
    valid_to, -- First day it no longer held; empty = no end named.
    weekdays, -- Days it holds on; empty = every day.
    -- An undated page asserts the span that it names, or its first day; a dated one nothing after its date.
    CASE
        WHEN dated THEN least(coalesce(valid_to, DATE '9999-12-31'), greatest(known_from + 1, valid_from))
        ELSE coalesce(valid_to, valid_from + 1)
    END AS asserted_to, -- First day that it no longer asserts; valid_from where it only announces.
    dated AND known_from < valid_from AS announced, -- Whether it was published before it was to be true.
    reported_of = crossing_id AS own_crossing, -- Whether it names this crossing, not its whole border.
    names_flow AS own_flow, -- Whether it names this flow (or cargo), not all traffic.
    CASE date_precision WHEN 'day' THEN 1 WHEN 'week' THEN 7 ELSE 31 END AS precision_days, -- How exact valid_from is. [days]
    known_from, -- Day it could be known.
    voice, -- The independent voice behind it.
    cause, -- Why, in one word.
    actor -- Side that imposed it.
FROM spoken
