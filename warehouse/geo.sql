-- Where places lie: what geometry alone says of a coordinate. It has no date, for neither borders nor gates move.
CREATE SCHEMA IF NOT EXISTS geo;

CREATE TABLE IF NOT EXISTS geo.places (
    lat DOUBLE NOT NULL, -- Latitude as the source gives it, WGS 84. [degrees]
    lon DOUBLE NOT NULL, -- Longitude as the source gives it, WGS 84. [degrees]
    country VARCHAR, -- Country whose shape holds it, ISO 3166-1 alpha-3; within about 1 km of a border it may be the one behind; empty = none of those at the crossings.
    admin1 VARCHAR, -- Province of that country by the shapes in `areas`, in English, or the nearest of it within some 10 km; empty = no shape taken in, or none there.
    crossing_id VARCHAR, -- Nearest crossing of those with coordinates; one without is never the nearest.
    km DOUBLE, -- Distance to it along the ellipsoid. [km]
    on_its_border BOOLEAN, -- Whether country is one of the two of that crossing.
    in_catchment BOOLEAN, -- Whether it lies within the catchment of that crossing: at most 20 km away and on its border.
    PRIMARY KEY (lat, lon)
);
COMMENT ON TABLE geo.places IS 'One row is one place, a pair of coordinates as facts have it, with its country and nearest crossing. Geometry alone: whether a source knew the place well enough to say so, its own precision tells.';
