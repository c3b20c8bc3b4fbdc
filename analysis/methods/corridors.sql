-- Corridors: the shortest way that is open, on any day, and what closures add to it.
CREATE TABLE analysis.corridors (
    flow VARCHAR NOT NULL, -- To which flow the gates must be open: imports or transit.
    measure VARCHAR NOT NULL, -- hours, km, or usd (US dollars a container, as printed for whole ways).
    certainty VARCHAR NOT NULL, -- open = every gate on the way is open as far as reports tell, none restricted or unknown; not_closed = none is known to be closed, some may be unknown or let only some through.
    origin VARCHAR NOT NULL, -- Where it starts.
    origin_kind VARCHAR NOT NULL, -- sea port, capital, both, or sea freight included.
    city VARCHAR NOT NULL, -- Where it ends.
    from_day DATE NOT NULL, -- First day.
    to_day DATE NOT NULL, -- First day after; 9999-12-31 = going on. The spans of a pair hold each day since 2014-01-01 once.
    outcome VARCHAR NOT NULL, -- route; no_route = none on these days, though there is one when the gates are open; no_legs = the facts have no legs that lead there at all, which says nothing of the world.
    rests_on VARCHAR, -- Of the gate of which least is known: told = reported, or carried on for 30 days at most; last_known = carried on for longer; assumed = no report yet, the normal state; unknown = nobody knows, or only some are let through. Empty = no route.
    last_reported_on DATE, -- Of a way that is last known: the day of the last report on the gate that was reported on longest ago.
    plain_way BOOLEAN, -- Whether any known legs lead there by a gate between the origin's country and Afghanistan, open or not; false = only ways round through other countries were ever measured. Empty = the two have no border, or nothing leads there.
    value DOUBLE, -- What the way takes, in the unit of measure. [hours, km or USD]
    low DOUBLE, -- The same way with the least that was ever printed for each of its parts.
    high DOUBLE, -- And with the most.
    estimated DOUBLE, -- Part of value that nobody measured as such: kilometres at CPMM's speed, gates at CPMM's average of the country. [hours]
    by_car DOUBLE, -- Part of value measured in a car or bus, or too fast for a truck: a truck takes longer. [hours]
    places VARCHAR[], -- The places on the way; a gate has one on either side.
    gates VARCHAR[], -- The crossings that it leads through.
    legs VARCHAR[], -- The leg_id of the legs whose figures count.
    PRIMARY KEY (flow, measure, certainty, origin, city, from_day)
);
COMMENT ON TABLE analysis.corridors IS 'The shortest open way from sea ports and capitals to Kabul, Kandahar, Herat and Mazar-i-Sharif, by spans of days: for a day, ask for from_day <= day AND to_day > day. The network is thin: a way that no page measured is missing, capacity, queues, seasons and prices of the day are not in it, and each leg has one figure, the newest, for all days.';

CREATE TABLE analysis.corridors_legs (
    row_key VARCHAR NOT NULL, -- The row of corridor_legs.
    leg_id VARCHAR NOT NULL, -- Its leg.
    measured_on DATE, -- Day its figures hold for.
    source_name VARCHAR NOT NULL, -- Who published the page.
    source_url VARCHAR NOT NULL, -- The page.
    from_place VARCHAR, -- The place in the network where it starts; of a gate, the side.
    to_place VARCHAR, -- The place where it ends.
    gates VARCHAR[] NOT NULL, -- The crossings that it leads through; a leg that ends before a gate does not.
    by_car BOOLEAN NOT NULL, -- Whether its time is that of a car or bus, by its note, or by a speed above 60 km/h.
    used BOOLEAN NOT NULL, -- Whether it is part of the network.
    left_out VARCHAR, -- Why not.
    PRIMARY KEY (row_key)
);
COMMENT ON TABLE analysis.corridors_legs IS 'Every row of corridor_legs: whether it is part of the network, and if not, why.';

CREATE TABLE analysis.corridors_ways (
    measure VARCHAR NOT NULL, -- hours, km or usd.
    way VARCHAR NOT NULL, -- Its ends and its gates: kabul - karachi by torkham.
    from_place VARCHAR NOT NULL, -- One end. Ways are taken to be alike in both directions.
    to_place VARCHAR NOT NULL, -- The other.
    gates VARCHAR[] NOT NULL, -- The crossings that must be open.
    value DOUBLE NOT NULL, -- The newest figure; between several of one day the middle one. [hours, km or USD]
    low DOUBLE NOT NULL, -- The least that was printed.
    high DOUBLE NOT NULL, -- The most.
    estimated DOUBLE NOT NULL, -- Part of value that nobody measured as such.
    by_car DOUBLE NOT NULL, -- Part of value measured in a car or bus.
    legs VARCHAR[] NOT NULL, -- The legs behind it; none = the gate itself.
    PRIMARY KEY (measure, way)
);
COMMENT ON TABLE analysis.corridors_ways IS 'The network: ways between places, one figure each, and the gates with the hours that passing them takes.';

CREATE TABLE analysis.corridors_closures (
    border VARCHAR NOT NULL, -- The border shut.
    started_on DATE NOT NULL, -- First day closed, at whichever crossing was first.
    ended_on DATE, -- First day on which none of the crossings was closed by it; empty = still shut, or not known.
    until DATE NOT NULL, -- The first day after those counted: ended_on, or the last day known.
    crossings VARCHAR[] NOT NULL, -- Crossings that it shut.
    flow VARCHAR NOT NULL, -- imports or transit.
    measure VARCHAR NOT NULL, -- hours, km or usd.
    certainty VARCHAR NOT NULL, -- As in corridors: the network in which other gates count.
    origin VARCHAR NOT NULL, -- Where the way starts.
    city VARCHAR NOT NULL, -- Where it ends.
    days INTEGER NOT NULL, -- Days of the closure. [days]
    days_longer INTEGER NOT NULL, -- Days on which the way was longer for it. [days]
    days_without_route INTEGER NOT NULL, -- Days on which no way was left in this network, and there was one with these gates open. [days]
    added DOUBLE, -- What it added, on average over the days on which it was longer. [hours, km or USD]
    usual DOUBLE, -- What the way took on the same days with these gates open.
    added_days DOUBLE NOT NULL, -- added times days_longer: the day-weighted detour.
    plain_way BOOLEAN, -- As in corridors; false = the way is one round, and its closure says little of what the city lost.
    PRIMARY KEY (border, started_on, flow, measure, certainty, origin, city)
);
COMMENT ON TABLE analysis.corridors_closures IS 'What each closure of seven days and more added to the shortest way, against the same days with its own gates open and all others as they were. Pairs to which it made no difference are left out. No route left means: none among the legs that are known.';
