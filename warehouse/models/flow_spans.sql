-- The state of each crossing and flow by spans of days, from the changes that stand. On a day that report decides
-- whose state began last and has not ended. The end of a closure that a standing report names also ends it for reports
-- that name none; the end of a restriction is rarely news, and one day's passage ends no other.
WITH standing AS (
    SELECT
        r.* EXCLUDE (valid_to),
        begun.voices_for,
        -- An end that later voices deny is none: the state goes on.
        CASE WHEN over.stands THEN r.valid_to END AS valid_to
    FROM flow_reports AS r
    INNER JOIN flow_starts AS begun
        ON
            r.crossing_id = begun.crossing_id
            AND r.flow = begun.flow
            AND r.status = begun.status
            AND r.valid_from = begun.day
            AND begun.stands
    LEFT JOIN flow_ends AS over
        ON
            r.crossing_id = over.crossing_id
            AND r.flow = over.flow
            AND r.status = over.status
            AND r.valid_to = over.day
    WHERE r.weekdays IS NULL
),

-- Starts of one state that lie within two days of each other are one change, and its day is what most voices say.
exact AS (
    SELECT
        *,
        count(*) FILTER (valid_from > coalesce(earlier + 2, DATE '0001-01-01')) OVER (
            PARTITION BY crossing_id, flow, status
            ORDER BY valid_from
        ) AS change_number
    FROM (
        SELECT
            *,
            lag(valid_from) OVER (PARTITION BY crossing_id, flow, status ORDER BY valid_from) AS earlier
        FROM standing
        WHERE precision_days = 1
    )
),

-- A change at a gate is one event for all its traffic: who dates it for one flow dates it for the others.
votes AS (
    SELECT
        crossing_id,
        status,
        valid_from AS day,
        count(DISTINCT voice) AS voices
    FROM exact
    GROUP BY ALL
),

days_named AS (
    SELECT DISTINCT
        e.crossing_id,
        e.flow,
        e.status,
        e.change_number,
        v.day,
        v.voices
    FROM exact AS e
    INNER JOIN votes AS v ON e.crossing_id = v.crossing_id AND e.status = v.status AND e.valid_from = v.day
),

-- Who gives a later first day of a closure does not say that the gate was open on the earlier, and who gives the earlier
-- says that it was shut. So a closure begins on the first day that half as many voices give as the day given most; a lone
-- early voice begins nothing. A reopening begins on the day given most, for the earlier are often those of the order.
exact_changes AS (
    SELECT
        crossing_id,
        flow,
        status,
        min(day) AS first_day,
        max(day) AS last_day,
        CASE
            WHEN status = 'closed' THEN min(day) FILTER (2 * voices >= most)
            ELSE arg_max(day, (voices, -epoch(day)))
        END AS day
    FROM (
        SELECT
            *,
            max(voices) OVER (PARTITION BY crossing_id, flow, status, change_number) AS most
        FROM days_named
    )
    GROUP BY crossing_id, flow, status, change_number
),

-- A start known to the week or month belongs to the nearest change that it can mean.
placed AS (
    SELECT
        s.*,
        coalesce(
            (
                SELECT
                    arg_min(
                        c.day,
                        greatest(
                            date_diff('day', s.valid_from, c.first_day), date_diff('day', c.last_day, s.valid_from)
                        )
                    )
                FROM exact_changes AS c
                WHERE
                    c.crossing_id = s.crossing_id
                    AND c.flow = s.flow
                    AND c.status = s.status
                    AND s.valid_from BETWEEN c.first_day - s.precision_days + 1 AND c.last_day + s.precision_days - 1
            ),
            s.valid_from
        ) AS day
    FROM standing AS s
),

-- Of the reports of one state that start on one day and end alike, one decides: on this crossing before on its border, on
-- this flow before on all, the more exact, the one with more voices, the one published last.
deciding AS (
    SELECT
        *,
        max(asserted_to) OVER (PARTITION BY crossing_id, flow, day, status) AS told_to
    FROM placed
    WHERE coalesce(valid_to > day, true)
    QUALIFY row_number() OVER (
        PARTITION BY crossing_id, flow, day, status, valid_to
        ORDER BY own_crossing DESC, own_flow DESC, precision_days, voices_for DESC, known_from DESC, report_id
    ) = 1
),

named_ends AS (
    SELECT DISTINCT
        crossing_id,
        flow,
        status,
        cause,
        day,
        valid_to
    FROM placed
    WHERE valid_to > day AND status = 'closed'
),

-- Where a report names no end, the first end after its start that another names for the same closure, or for one of
-- the same cause where it tells of a restriction: when the customs' systems are back, both are over.
ended AS (
    SELECT
        d.* EXCLUDE (valid_to),
        d.valid_to IS NULL AS names_no_end,
        coalesce(
            d.valid_to,
            (
                SELECT min(e.valid_to)
                FROM named_ends AS e
                WHERE
                    e.crossing_id = d.crossing_id
                    AND e.flow = d.flow
                    AND (e.status = d.status OR (d.status = 'restricted' AND e.cause = d.cause))
                    AND d.day BETWEEN e.day - 2 AND e.valid_to - 1
            )
        ) AS valid_to
    FROM deciding AS d
),

-- A report that names no end holds until the next start of that kind, and no old start returns after a newer one has
-- ended. Of two states that begin on one day, that holds which a report still asserts, while the other is carried on.
closed_off AS (
    SELECT
        *,
        least(
            coalesce(valid_to, DATE '9999-12-31'),
            CASE
                WHEN names_no_end
                    THEN coalesce(
                        min(day) OVER (
                            PARTITION BY crossing_id, flow, names_no_end
                            ORDER BY day
                            RANGE BETWEEN INTERVAL 1 DAY FOLLOWING AND UNBOUNDED FOLLOWING
                        ),
                        DATE '9999-12-31'
                    )
                ELSE DATE '9999-12-31'
            END
        ) AS until_day
    FROM ended
),

breaks AS (
    SELECT
        crossing_id,
        flow,
        day,
        lead(day) OVER (PARTITION BY crossing_id, flow ORDER BY day) AS next_day
    FROM (
        SELECT crossing_id, flow, day FROM closed_off
        UNION
        SELECT crossing_id, flow, until_day FROM closed_off
        UNION
        SELECT crossing_id, flow, told_to FROM closed_off
        WHERE told_to > day
    )
),

pieces AS (
    SELECT
        b.crossing_id,
        b.flow,
        b.day AS from_day,
        b.next_day AS to_day,
        arg_max(
            struct_pack(report_id := c.report_id, status := c.status, since := c.day, cause := c.cause),
            (c.day, c.told_to > b.day, c.own_crossing, c.own_flow, -c.precision_days, c.voices_for, c.known_from, c.report_id)
        ) AS decider
    FROM breaks AS b
    INNER JOIN closed_off AS c
        ON
            b.crossing_id = c.crossing_id
            AND b.flow = c.flow
            AND b.day >= c.day
            AND b.day < c.until_day
    WHERE b.next_day IS NOT NULL
    GROUP BY ALL
)

SELECT
    crossing_id, -- The crossing.
    flow, -- The flow.
    from_day, -- First day.
    to_day, -- First day after; 9999-12-31 = going on.
    decider.status AS status, -- open, closed or restricted.
    decider.since AS since, -- Day of the change that began the state.
    decider.report_id AS report_id, -- The report that decides.
    decider.cause AS cause -- Why, as that report says.
FROM pieces
