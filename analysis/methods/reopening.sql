-- When will it open: the chance that a closure ends within so many days.
CREATE TABLE analysis.reopening (
    crossing_id VARCHAR NOT NULL, -- The crossing that is shut.
    flows VARCHAR[] NOT NULL, -- The flows that it is shut to, of exports and imports.
    started_on DATE NOT NULL, -- First day closed.
    days_shut BIGINT NOT NULL, -- Days that it has been shut. [days]
    horizon_days INTEGER NOT NULL, -- Within how many days from today. [days]
    p_open DOUBLE NOT NULL, -- Chance that it opens to goods in that time.
    p_open_low DOUBLE NOT NULL, -- Lower end of the 80 % interval of that chance.
    p_open_high DOUBLE NOT NULL, -- Upper end.
    p_partly DOUBLE NOT NULL, -- Chance that the closure ends by an exemption alone: some goods are let through.
    p_km DOUBLE, -- The same chance as p_open and p_partly together by Kaplan-Meier, which knows nothing but the days; empty = no closure lasted so long and ended.
    closures BIGINT NOT NULL, -- Closures it rests on.
    events BIGINT NOT NULL, -- Events that brought them: closures of one border within three days are one.
    lasted_longer BIGINT NOT NULL, -- Closures of other events that were still shut after so many days; where 0, the chances are drawn out beyond what was ever seen.
    PRIMARY KEY (crossing_id, started_on, horizon_days)
);
COMMENT ON TABLE analysis.reopening IS 'For each crossing shut to goods today: the chance that it opens within 7, 30, 90, 180 and 365 days, given cause, extent and the days already shut. How good such chances are: analysis.reopening_scores.';

CREATE TABLE analysis.reopening_curves (
    kind VARCHAR NOT NULL, -- What brought it: fighting, dispute, pandemic, election, regime_change, other.
    crossings INTEGER NOT NULL, -- How many crossings of the border are shut with it.
    days_shut INTEGER NOT NULL, -- Days already shut. [days]
    day INTEGER NOT NULL, -- Days from then. [days]
    p_open DOUBLE NOT NULL, -- Chance that it has opened by then.
    p_open_low DOUBLE NOT NULL, -- Lower end of the 80 % interval of that chance.
    p_open_high DOUBLE NOT NULL, -- Upper end.
    p_partly DOUBLE NOT NULL, -- Chance that it has ended by an exemption alone.
    p_km DOUBLE, -- The same chance as p_open and p_partly together by Kaplan-Meier, over closures of every kind and extent; empty = none lasted so long.
    closures BIGINT NOT NULL, -- Closures of that kind.
    ended BIGINT NOT NULL, -- Of these, closures whose end is known.
    PRIMARY KEY (kind, crossings, days_shut, day)
);
COMMENT ON TABLE analysis.reopening_curves IS 'The curve of reopening for each kind of closure, alone or with its whole border, from its first day and after a week and a month.';

CREATE TABLE analysis.reopening_scores (
    forecaster VARCHAR NOT NULL, -- hazard = the model; kaplan_meier = all other closures alike; last_one = as long as the last one on that border.
    score VARCHAR NOT NULL, -- brier = mean squared error of the chance to have ended within horizon_days, less is better; crps = mean distance in days between forecast and outcome, up to a year, less is better; coverage = share of ended closures within their 80 % interval.
    horizon_days INTEGER NOT NULL, -- Days from the first day closed. [days]
    value DOUBLE NOT NULL, -- The score.
    skill DOUBLE, -- 1 - score / Kaplan-Meier's: above 0 the forecaster is better, below 0 worse; empty for coverage.
    closures BIGINT NOT NULL, -- Closures it was scored on.
    events BIGINT NOT NULL, -- Events that brought them.
    PRIMARY KEY (forecaster, score, horizon_days)
);
COMMENT ON TABLE analysis.reopening_scores IS 'How good the chances of reopening are: each event left out in turn and its closures forecast from all others, those that came later included, beside two forecasts that know less.';
