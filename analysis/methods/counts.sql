-- Counts of incidents: what remains of a trend when the definition is held fixed.
CREATE TABLE analysis.counts (
    geography VARCHAR NOT NULL, -- The place, ISO 3166 code.
    metric VARCHAR NOT NULL, -- What is counted.
    kind VARCHAR NOT NULL, -- series = one publisher by one definition; mixed = all figures as if they counted one thing; held_fixed = all figures, each series at a level of its own.
    publisher VARCHAR, -- Who counted; empty = all.
    counting VARCHAR, -- Of what, as in incident_years; empty = all.
    definition VARCHAR, -- What the publisher counts; empty = all, or not said.
    first_year INTEGER NOT NULL, -- First calendar year with a figure.
    last_year INTEGER NOT NULL, -- Last one.
    figures INTEGER NOT NULL, -- Yearly figures behind it.
    series INTEGER NOT NULL, -- Series that they are of.
    growth DOUBLE NOT NULL, -- Growth a year by a regression whose errors grow with the mean: 0.1 = a tenth more each year. A path that fell and rose again is no straight line.
    growth_low DOUBLE NOT NULL, -- Lower end of its 95 % interval; that years follow on one another is not in it.
    growth_high DOUBLE NOT NULL, -- Upper end.
    headline_low DOUBLE, -- mixed: the least growth a year that one figure of the first year and one of the last would tell.
    headline_high DOUBLE -- The most.
);
COMMENT ON TABLE analysis.counts IS 'Growth a year of counts of incidents by publisher and definition, and of all together, with definitions mixed and held fixed: what a trend loses once one thing is counted.';
