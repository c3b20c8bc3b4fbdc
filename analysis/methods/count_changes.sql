-- Closures that nobody reported: falls in counts at ports, found without being told when.
CREATE TABLE analysis.count_changes (
    entering VARCHAR NOT NULL, -- Country that is entered and counts.
    coming_from VARCHAR NOT NULL, -- Country on the other side of the border.
    ports VARCHAR NOT NULL, -- all ports of the border; larger = the fewest that bring half of all that was ever counted; smaller = the rest.
    measure VARCHAR NOT NULL, -- What is counted.
    started DATE NOT NULL, -- First month that is far below: by a quarter, and by four robust standard deviations of the five years before.
    ended DATE, -- First of two months in a row that are within a quarter of the level from before; empty = not yet. A lasting change of level looks like a fall without end.
    months INTEGER NOT NULL, -- Months from the first to the end, or to the last counted. [months]
    times_far DOUBLE NOT NULL, -- How far the first month lies below, in multiples of what counts as far: near 1 = only just found.
    months_counted INTEGER NOT NULL, -- Months weighed: those with a count, of the first year at most. [months]
    actual DOUBLE NOT NULL, -- What entered in them. [count]
    without_fall DOUBLE, -- What would have, the middle of the forecasts; empty = not all ports, or too few months before. [count]
    share_lost DOUBLE, -- 1 - actual / without_fall. [share]
    share_lost_low_80 DOUBLE, -- Lower end of its 80 % interval. [share]
    share_lost_high_80 DOUBLE, -- Upper end. [share]
    share_lost_low_95 DOUBLE, -- Lower end of its 95 % interval. [share]
    share_lost_high_95 DOUBLE, -- Upper end. [share]
    deepest DATE, -- Month that lost most of them.
    share_lost_deepest DOUBLE, -- What it lost. [share]
    PRIMARY KEY (entering, coming_from, ports, measure, started)
);
COMMENT ON TABLE analysis.count_changes IS 'Falls in monthly counts at a border, found without being told when, and the share of traffic that was lost in the first year: what closures look like where nobody reports states and somebody counts. Of the cause it says nothing.';

CREATE TABLE analysis.count_changes_months (
    entering VARCHAR NOT NULL, -- Country that is entered and counts.
    coming_from VARCHAR NOT NULL, -- Country on the other side of the border.
    ports VARCHAR NOT NULL, -- all ports of the border: of groups of them there is no forecast.
    measure VARCHAR NOT NULL, -- What is counted.
    started DATE NOT NULL, -- First month of the fall, as in count_changes.
    month DATE NOT NULL, -- First day of the month.
    actual DOUBLE, -- What entered in it; empty = not counted. [count]
    without_fall DOUBLE NOT NULL, -- What would have, the middle of the forecasts from the months before. [count]
    low_80 DOUBLE NOT NULL, -- Lower end of its 80 % interval. [count]
    high_80 DOUBLE NOT NULL, -- Upper end. [count]
    low_95 DOUBLE NOT NULL, -- Lower end of its 95 % interval. [count]
    high_95 DOUBLE NOT NULL, -- Upper end. [count]
    PRIMARY KEY (entering, coming_from, ports, measure, started, month)
);
COMMENT ON TABLE analysis.count_changes_months IS 'The same month by month, of the first year of each fall at all ports of a border: what entered, and what would have.';

CREATE TABLE analysis.count_changes_backtest (
    entering VARCHAR NOT NULL, -- Country that is entered and counts.
    coming_from VARCHAR NOT NULL, -- Country on the other side of the border.
    ports VARCHAR NOT NULL, -- As in count_changes.
    measure VARCHAR NOT NULL, -- What is counted.
    method VARCHAR NOT NULL, -- structural = time series model, as in analysis.losses.
    horizon_months INTEGER NOT NULL, -- Months forecast together. [months]
    nominal DOUBLE NOT NULL, -- The share of truths that the interval should hold. [share]
    trials INTEGER NOT NULL, -- Starts outside falls, the last 120 of them, one forecast from each; they overlap.
    held INTEGER NOT NULL, -- Trials in which the sum that came lay in the interval.
    share_held DOUBLE NOT NULL, -- held / trials: near nominal = the intervals can be believed. [share]
    falls INTEGER NOT NULL, -- Falls found in the series.
    PRIMARY KEY (entering, coming_from, ports, measure, method, horizon_months, nominal)
);
COMMENT ON TABLE analysis.count_changes_backtest IS 'The same forecasts on dates outside falls: how often the truth lay in the interval.';
