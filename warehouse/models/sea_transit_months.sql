-- Ships by month: how many passed a chokepoint or called at a port on an average day, and how that compares with the
-- same month of the three years before. A day without a row is unknown, not a day without ships, so a month is the
-- average of its known days.
WITH months AS (
    SELECT
        place_id,
        any_value(place_name) AS place_name,
        any_value(place_kind) AS place_kind,
        any_value(country) AS country,
        ship_type,
        date_trunc('month', day)::DATE AS month,
        count(*)::INT AS days,
        avg(vessels) AS vessels_per_day,
        avg(capacity_dwt) AS capacity_per_day,
        avg(import_tonnes) AS import_per_day,
        avg(export_tonnes) AS export_per_day,
        max(known_from) AS known_from
    FROM sea_transits
    GROUP BY place_id, ship_type, date_trunc('month', day)
),

-- Each month with each of the same months of the three years before it, as far as they are known whole.
before AS (
    SELECT
        m.place_id,
        m.ship_type,
        m.month,
        count(*)::INT AS usual_years,
        median(b.vessels_per_day) AS usual_vessels,
        min(b.vessels_per_day) AS lowest_before,
        max(b.vessels_per_day) AS highest_before,
        median(b.capacity_per_day) AS usual_capacity,
        median(b.import_per_day) AS usual_import,
        median(b.export_per_day) AS usual_export
    FROM months AS m
    INNER JOIN months AS b
        ON
            m.place_id = b.place_id
            AND m.ship_type = b.ship_type
            AND b.month IN (m.month - INTERVAL 1 YEAR, m.month - INTERVAL 2 YEAR, m.month - INTERVAL 3 YEAR)
    WHERE b.days = day(last_day(b.month)) OR b.place_kind = 'port'
    GROUP BY m.place_id, m.ship_type, m.month
)

SELECT
    m.place_id, -- The source's id of the place.
    m.place_name, -- Its name.
    m.place_kind, -- chokepoint or port.
    m.country, -- Country of a port.
    m.ship_type, -- Type of ship; all = every type, not to be added to the others.
    m.month, -- First day of the month.
    m.days, -- Days of the month with a row. The newest month is not over, and where a chokepoint lacks days they are unknown.
    m.days = day(last_day(m.month)) AS whole, -- Whether every day of the month has a row.
    round(m.vessels_per_day, 2) AS vessels_per_day, -- Ships a day, over the days with a row. [count]
    round(b.usual_vessels, 2) AS usual_vessels_per_day, -- The same, the median of the same month in up to three years before. [count]
    round(b.lowest_before, 2) AS lowest_before, -- The least of those months. [count]
    round(b.highest_before, 2) AS highest_before, -- The most of those months. [count]
    b.usual_years, -- How many of the three years are known.
    round(m.vessels_per_day / nullif(b.usual_vessels, 0), 3) AS vessels_of_usual, -- Ships a day as a share of the usual; empty where nothing is known of the years before, or there were none. [share]
    round(m.capacity_per_day) AS capacity_per_day, -- Deadweight a day; chokepoints only. [tonnes]
    round(m.capacity_per_day / nullif(b.usual_capacity, 0), 3) AS capacity_of_usual, -- The same as a share of the usual. [share]
    round(m.import_per_day) AS import_per_day, -- Estimated cargo landed a day; ports only. [tonnes]
    round(m.import_per_day / nullif(b.usual_import, 0), 3) AS import_of_usual, -- The same as a share of the usual. [share]
    round(m.export_per_day) AS export_per_day, -- Estimated cargo loaded a day; ports only. [tonnes]
    round(m.export_per_day / nullif(b.usual_export, 0), 3) AS export_of_usual, -- The same as a share of the usual. [share]
    m.known_from -- Day on which the newest of its days could be known.
FROM months AS m
LEFT JOIN before AS b USING (place_id, ship_type, month)
