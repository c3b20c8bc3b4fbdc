-- Vintages side by side: for each place, type of ship and month of which the source changed days after Serai had taken
-- them in, the month as it stood before a run and after it. A month that only grew by new days is no revision.
WITH versions AS (
    SELECT
        *,
        lag(vessels) OVER earlier AS vessels_before,
        lag(capacity_dwt) OVER earlier AS capacity_before,
        lag(import_tonnes) OVER earlier AS import_before,
        lag(export_tonnes) OVER earlier AS export_before,
        row_number() OVER earlier AS version
    FROM facts.sea_transits
    WINDOW earlier AS (PARTITION BY source, row_key ORDER BY loaded_at)
)

SELECT
    place_id, -- The source's id of the place.
    any_value(place_name) AS place_name, -- Its name.
    ship_type, -- Type of ship; all = every type.
    date_trunc('month', day)::DATE AS month, -- First day of the month.
    loaded_at AS revised_at, -- When Serai took the later figures in, UTC.
    count(*)::INT AS days, -- Days that it changed.
    sum(vessels_before) AS vessels_before, -- Ships on those days, as they stood. [count]
    sum(vessels) AS vessels_after, -- Ships on those days, as they stood from then on. [count]
    round(sum(vessels) / nullif(sum(vessels_before), 0), 3) AS vessels_ratio, -- After as a share of before. [share]
    sum(capacity_before) AS capacity_before, -- Deadweight on those days before; chokepoints only. [tonnes]
    sum(capacity_dwt) AS capacity_after, -- Deadweight on those days after. [tonnes]
    sum(import_before) AS import_before, -- Cargo landed on those days before; ports only. [tonnes]
    sum(import_tonnes) AS import_after, -- Cargo landed on those days after. [tonnes]
    sum(export_before) AS export_before, -- Cargo loaded on those days before; ports only. [tonnes]
    sum(export_tonnes) AS export_after, -- Cargo loaded on those days after. [tonnes]
    run_id -- The run that took the later figures in.
FROM versions
WHERE version > 1
GROUP BY place_id, ship_type, date_trunc('month', day), loaded_at, run_id
