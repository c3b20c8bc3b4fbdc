-- Commitments: when a target of trade is met at the paces held so far.
CREATE TABLE analysis.commitments (
    pair VARCHAR NOT NULL, -- The two countries: AFG-UZB.
    target_value DOUBLE NOT NULL, -- What is to be reached in a year; met targets are left out. [USD_million]
    latest_year INTEGER NOT NULL, -- Latest calendar year with a figure, counted as in commitment_pace.
    latest DOUBLE NOT NULL, -- Turnover in that year. [USD_million]
    figures INTEGER NOT NULL, -- Years with a figure.
    growth DOUBLE NOT NULL, -- Mean growth a year, of logarithms, from the first known year to the latest.
    fastest DOUBLE NOT NULL, -- Fastest growth a year between two known years that follow on one another.
    slowest DOUBLE NOT NULL, -- Slowest; below nought = it fell.
    latest_growth DOUBLE NOT NULL, -- Growth a year from the last known year but one to the latest.
    met_fastest INTEGER, -- Year in which the fastest pace, held, meets the target.
    met_slowest INTEGER, -- The same at the slowest; empty = never.
    met_latest INTEGER, -- The same at the latest; empty = never.
    met_low_80 INTEGER, -- Lower end of the 80 % interval of the year in which it is first met; empty = not within 30 years.
    met INTEGER, -- Its middle.
    met_high_80 INTEGER, -- Its upper end.
    share_never DOUBLE NOT NULL, -- Share of draws that do not meet it within 30 years. [share]
    PRIMARY KEY (pair, target_value)
);
COMMENT ON TABLE analysis.commitments IS 'For each target of turnover that is not met: the paces held so far and the year in which they meet it, with an interval from a walk with drift. Few figures: the interval is wide, and a regime that changes is not in it.';

CREATE TABLE analysis.commitments_paths (
    pair VARCHAR NOT NULL, -- The two countries.
    target_value DOUBLE NOT NULL, -- The target. [USD_million]
    year INTEGER NOT NULL, -- Calendar year after the latest figure.
    low_95 DOUBLE NOT NULL, -- Lower end of the 95 % interval of turnover. [USD_million]
    low_80 DOUBLE NOT NULL, -- Lower end of the 80 % interval. [USD_million]
    value DOUBLE NOT NULL, -- Its middle. [USD_million]
    high_80 DOUBLE NOT NULL, -- Upper end of the 80 % interval. [USD_million]
    high_95 DOUBLE NOT NULL, -- Upper end of the 95 % interval. [USD_million]
    PRIMARY KEY (pair, target_value, year)
);
COMMENT ON TABLE analysis.commitments_paths IS 'The same year by year: the band of turnover if it goes on as it went.';
