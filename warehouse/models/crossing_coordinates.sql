-- Coordinates of crossings held against OpenStreetMap: for each crossing ours, the nearest post of its border there,
-- the post that bears its name, how far each is, and a place for crossings that have none. The register's own row is
-- never changed by this. © OpenStreetMap contributors, ODbL.
WITH posts AS (
    SELECT
        *,
        coalesce(name_en, name) AS shown,
        -- Whole words in small Latin letters, a blank at either end.
        list_transform(
            string_split(concat_ws(';', name, name_en, other_names), ';'),
            lambda one: ' ' || trim(regexp_replace(lower(strip_accents(one)), '[^a-z0-9]+', ' ', 'g')) || ' '
        ) AS words,
        CASE kind WHEN 'border_control' THEN 1 WHEN 'customs' THEN 2 ELSE 3 END AS rank
    FROM border_posts
    WHERE border IS NOT NULL
),

names AS (
    SELECT DISTINCT
        crossing_id,
        trim(regexp_replace(lower(strip_accents(name)), '[^a-z0-9]+', ' ', 'g')) AS words
    FROM crossing_names
),

-- Every crossing with every post of its border, and the great circle between them.
pairs AS (
    SELECT
        c.crossing_id,
        p.*,
        2 * 6371.0088 * asin(
            sqrt(
                sin(radians(p.lat - c.lat) / 2) ** 2
                + cos(radians(c.lat)) * cos(radians(p.lat)) * sin(radians(p.lon - c.lon) / 2) ** 2
            )
        ) AS km
    FROM crossings AS c
    INNER JOIN posts AS p ON p.border = c.country_a || '-' || c.country_b
),

nearest AS (
    SELECT * FROM pairs WHERE km IS NOT NULL AND kind <> 'mountain_pass'
    QUALIFY row_number() OVER (PARTITION BY crossing_id ORDER BY km, post_id) = 1
),

named AS (
    SELECT p.*
    FROM pairs AS p
    WHERE EXISTS (
        SELECT 1 FROM names AS n
        WHERE
            n.crossing_id = p.crossing_id
            AND length(n.words) > 2
            AND len(list_filter(p.words, lambda one: contains(one, ' ' || n.words || ' '))) > 0
    )
),

-- Of the posts that bear the name the nearest to ours, a border post before the customs, those before a pass.
best AS (
    SELECT
        *,
        count(*) OVER (PARTITION BY crossing_id)::INT AS posts,
        max(lat) OVER (PARTITION BY crossing_id) - min(lat) OVER (PARTITION BY crossing_id) AS lat_spread,
        max(lon) OVER (PARTITION BY crossing_id) - min(lon) OVER (PARTITION BY crossing_id) AS lon_spread
    FROM named
    QUALIFY row_number() OVER (PARTITION BY crossing_id ORDER BY rank, km, km_to_border, post_id) = 1
),

judged AS (
    SELECT
        c.*,
        b.post_id AS named_id,
        n.post_id AS nearest_id,
        -- About 5 km each way.
        coalesce(greatest(b.lat_spread, b.lon_spread * cos(radians(b.lat))) > 0.045, false) AS apart
    FROM crossings AS c
    LEFT JOIN best AS b USING (crossing_id)
    LEFT JOIN nearest AS n USING (crossing_id)
)

SELECT
    j.crossing_id, -- The crossing.
    j.name, -- Its name.
    j.country_a || '-' || j.country_b AS border, -- Its border.
    j.lat, -- Our latitude; empty where no source gives one.
    j.lon, -- Our longitude.
    CASE
        WHEN j.lat IS NULL AND j.named_id IS NULL THEN 'nothing'
        WHEN j.lat IS NULL AND j.apart THEN 'ambiguous'
        WHEN j.lat IS NULL THEN 'proposed'
        WHEN b.km <= 5 THEN 'agrees'
        WHEN b.km > 5 THEN 'differs'
        WHEN n.km <= 5 THEN 'near'
        ELSE 'nothing'
    END AS finding, -- agrees, differs = the post of its name lies within, or beyond, 5 km of ours; near = another post does; proposed = we have no place, the map has one; ambiguous = it has several, over 5 km apart; nothing.
    b.post_id AS named_post, -- Of the posts at that border that bear one of its names the best: border post, customs, pass; then the nearest to ours.
    b.shown AS named_as, -- What the map calls it.
    b.kind AS named_kind, -- border_control, customs or mountain_pass.
    round(b.km, 1) AS named_km, -- How far it lies from our place. [km]
    b.posts AS posts_of_name, -- How many bear one of its names.
    n.post_id AS nearest_post, -- The post at that border nearest to our place, passes left out.
    n.shown AS nearest_as, -- What the map calls it; many have no name.
    round(n.km, 1) AS nearest_km, -- How far it lies from our place. [km]
    CASE WHEN j.lat IS NULL AND NOT j.apart THEN b.lat END AS proposed_lat, -- Latitude for a crossing that has none. [degrees]
    CASE WHEN j.lat IS NULL AND NOT j.apart THEN b.lon END AS proposed_lon, -- Longitude for it. [degrees]
    coalesce(b.source_url, n.source_url) AS source_url -- The page of the post, © OpenStreetMap contributors, ODbL.
FROM judged AS j
LEFT JOIN best AS b USING (crossing_id)
LEFT JOIN nearest AS n USING (crossing_id)
