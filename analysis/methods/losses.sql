-- Closures to trade: what a closure cost, as the difference between trade without it and trade as reported.
CREATE TABLE analysis.losses (
    border VARCHAR NOT NULL, -- The border shut.
    started_on DATE NOT NULL, -- First day closed, at whichever crossing was first.
    ended_on DATE, -- First day on which none of the crossings was closed by it; empty = still shut, or not known.
    known_to DATE NOT NULL, -- Day until which it is known, or carried on, that something was closed by it; where it ended: ended_on.
    crossings VARCHAR[] NOT NULL, -- Crossings that it shut.
    share_shut DOUBLE, -- Share of the border's normal capacity that was shut meanwhile (disruption_index), on average.
    scope VARCHAR NOT NULL, -- route = trade between the two sides; country = all trade of Afghanistan, of which other routes may have made good a part.
    reporter VARCHAR NOT NULL, -- Country whose statistics these are.
    partner VARCHAR NOT NULL, -- Its partner.
    flow VARCHAR NOT NULL, -- export or import, seen from the reporter.
    basis VARCHAR NOT NULL, -- As in trade_months; empty = the page does not say.
    method VARCHAR NOT NULL, -- structural = time series model; structural_controls = the same with other partners beside it; synthetic_control = weighted mean of other partners.
    first_month DATE NOT NULL, -- First month counted: the first with a closed day.
    last_month DATE NOT NULL, -- Last month counted: the month after the last with a closed day, a lag chosen before looking, or the last month with data.
    months INTEGER NOT NULL, -- Months from first to last.
    months_known INTEGER NOT NULL, -- Of these, months whose trade is known; only they are counted.
    closed_days INTEGER NOT NULL, -- Days of the closure in the months known. [days]
    trained_months INTEGER NOT NULL, -- Known months without closure before it, from which the forecast starts.
    controls INTEGER NOT NULL, -- Partners that serve as controls or donors (analysis.losses_series names them).
    actual DOUBLE NOT NULL, -- Trade as reported in the months known. [USD_million]
    without_closure DOUBLE NOT NULL, -- Trade without the closure, the middle of the forecasts. [USD_million]
    loss DOUBLE NOT NULL, -- without_closure - actual; negative = more was traded than expected. [USD_million]
    loss_low_80 DOUBLE, -- Lower end of the 80 % interval of the loss. [USD_million]
    loss_high_80 DOUBLE, -- Upper end. [USD_million]
    loss_low_95 DOUBLE, -- Lower end of the 95 % interval. [USD_million]
    loss_high_95 DOUBLE, -- Upper end. [USD_million]
    share_lost DOUBLE NOT NULL, -- loss / without_closure.
    p_placebo DOUBLE, -- synthetic_control: share of donors, the partner itself included, with at least such a fall beside how well each was met before.
    PRIMARY KEY (border, started_on, reporter, partner, flow, basis, method)
);
COMMENT ON TABLE analysis.losses IS 'For each closure of seven days and more, and each series that has the months: trade without it against trade as reported, with intervals. The intervals hold the chance of months and the wandering of the level, not a wrong model: analysis.losses_backtest tells how often such intervals hold the truth.';

CREATE TABLE analysis.losses_months (
    border VARCHAR NOT NULL, -- The border shut.
    started_on DATE NOT NULL, -- First day closed.
    reporter VARCHAR NOT NULL, -- Country whose statistics these are.
    partner VARCHAR NOT NULL, -- Its partner.
    flow VARCHAR NOT NULL, -- export or import, seen from the reporter.
    basis VARCHAR NOT NULL, -- As in trade_months.
    method VARCHAR NOT NULL, -- structural, structural_controls or synthetic_control.
    month DATE NOT NULL, -- First day of the month.
    actual DOUBLE, -- Trade as reported; empty = not known. [USD_million]
    without_closure DOUBLE NOT NULL, -- Trade without the closure. [USD_million]
    low_80 DOUBLE, -- Lower end of its 80 % interval. [USD_million]
    high_80 DOUBLE, -- Upper end. [USD_million]
    low_95 DOUBLE, -- Lower end of its 95 % interval. [USD_million]
    high_95 DOUBLE, -- Upper end. [USD_million]
    PRIMARY KEY (border, started_on, reporter, partner, flow, basis, method, month)
);
COMMENT ON TABLE analysis.losses_months IS 'The same month by month: what analysis.losses adds up.';

CREATE TABLE analysis.losses_backtest (
    border VARCHAR NOT NULL, -- Border.
    reporter VARCHAR NOT NULL, -- Country whose statistics these are.
    partner VARCHAR NOT NULL, -- Its partner.
    flow VARCHAR NOT NULL, -- export or import, seen from the reporter.
    basis VARCHAR NOT NULL, -- As in trade_months.
    method VARCHAR NOT NULL, -- structural, structural_controls or synthetic_control.
    horizon_months INTEGER NOT NULL, -- Months forecast together. [months]
    nominal DOUBLE NOT NULL, -- The share of truths that the interval should hold.
    trials INTEGER NOT NULL, -- Starts without a closure, one forecast from each; they overlap.
    held INTEGER NOT NULL, -- Trials in which the sum that came lay in the interval.
    share_held DOUBLE NOT NULL, -- held / trials: near nominal = the intervals can be believed.
    PRIMARY KEY (border, reporter, partner, flow, basis, method, horizon_months, nominal)
);
COMMENT ON TABLE analysis.losses_backtest IS 'The same method on dates without closure: how often the truth lay in the interval.';

CREATE TABLE analysis.losses_series (
    border VARCHAR NOT NULL, -- Border.
    scope VARCHAR NOT NULL, -- route or country.
    reporter VARCHAR NOT NULL, -- Country whose statistics these are.
    partner VARCHAR NOT NULL, -- Its partner.
    flow VARCHAR NOT NULL, -- export or import, seen from the reporter.
    basis VARCHAR NOT NULL, -- As in trade_months; empty = the page does not say.
    first_known DATE NOT NULL, -- First month that is known.
    last_known DATE NOT NULL, -- Last month that is known.
    months_known INTEGER NOT NULL, -- Months that are known. [months]
    months_quiet INTEGER NOT NULL, -- Of these, months that no closure touched. [months]
    methods VARCHAR[] NOT NULL, -- Methods that it carries and that could be tested.
    why_not VARCHAR, -- Why it carries no structural model; empty = it does.
    candidates INTEGER NOT NULL, -- Other partners of the counting side with months on this basis.
    donors VARCHAR[] NOT NULL, -- Those that serve as controls and donors.
    why_no_donors VARCHAR, -- Why none do; empty = they do.
    PRIMARY KEY (border, reporter, partner, flow, basis)
);
COMMENT ON TABLE analysis.losses_series IS 'Every monthly series of trade over a border with closures, or of the country as a whole: what it carries, and why it carries no more.';

CREATE TABLE analysis.losses_country (
    border VARCHAR NOT NULL, -- The border shut.
    started_on DATE NOT NULL, -- First day closed.
    flow VARCHAR NOT NULL, -- export or import: all of Afghanistan.
    basis VARCHAR NOT NULL, -- As in trade_periods; empty = the page does not say.
    period_start DATE NOT NULL, -- First day of the figure, which reaches into the closure or the month after it.
    period_end DATE NOT NULL, -- Its last day.
    value DOUBLE NOT NULL, -- All trade in that time as most voices print it. [USD_million]
    lowest DOUBLE NOT NULL, -- Lowest figure printed. [USD_million]
    highest DOUBLE NOT NULL, -- Highest figure printed. [USD_million]
    year_before DOUBLE, -- The figure of the same time a year before; empty = none is printed. [USD_million]
    notes VARCHAR[] NOT NULL, -- What the pages say beside it, in our words.
    row_keys VARCHAR[] NOT NULL, -- The rows of trade_flows.
    PRIMARY KEY (border, started_on, flow, basis, period_start, period_end)
);
COMMENT ON TABLE analysis.losses_country IS 'All trade of Afghanistan while a border was shut, as printed: no model, for too few months are known. A route may fall while the whole rises.';

CREATE TABLE analysis.losses_claims (
    claim_id VARCHAR NOT NULL, -- The claim, in loss_claims_weighed.
    row_key VARCHAR NOT NULL, -- Its row in loss_claims.
    claimant VARCHAR, -- Who claims it.
    claimant_side VARCHAR, -- Side of the claimant; empty = unknown.
    border VARCHAR, -- The border meant; AFG = the country as a whole.
    crossing_id VARCHAR, -- The crossing, or * and a border, as claimed.
    measure VARCHAR, -- trade_lost, exports_lost or imports_lost.
    flow VARCHAR, -- exports leave Afghanistan, imports enter it; cargo = both.
    period_start DATE, -- First day of the claim.
    period_end DATE, -- Its last day; empty = not known.
    claimed_a_day DOUBLE NOT NULL, -- Claimed for a day. [USD_million]
    normal_a_day DOUBLE, -- What normally passes in a day, by loss_claims_weighed. [USD_million]
    of_normal DOUBLE, -- claimed_a_day / normal_a_day: 1 = all that normally passes.
    exceeds_all BOOLEAN, -- Whether more is claimed than passes the whole border by the highest yearly figure.
    started_on DATE, -- The closure that it is set against: its first day.
    reporter VARCHAR, -- Country whose statistics the model has.
    basis VARCHAR, -- As in trade_months; by the balance of payments less is traded than by customs.
    method VARCHAR, -- As in analysis.losses.
    part DOUBLE, -- Part of the modelled loss that the claimed crossing bears, by capacity; 1 = the claim is for the border, or no other was shut. [share]
    closed_days INTEGER, -- Days of the closure in the months that the model counts. [days]
    modelled_a_day DOUBLE, -- Modelled loss for a closed day. [USD_million]
    modelled_low_80 DOUBLE, -- Lower end of its 80 % interval. [USD_million]
    modelled_high_80 DOUBLE, -- Upper end. [USD_million]
    modelled_low_95 DOUBLE, -- Lower end of its 95 % interval. [USD_million]
    modelled_high_95 DOUBLE, -- Upper end. [USD_million]
    modelled_of_normal DOUBLE, -- Share of trade lost by the model, to be set beside of_normal whatever the basis. [share]
    times_modelled DOUBLE, -- claimed_a_day / modelled_a_day; empty = the model has no loss.
    times_low_80 DOUBLE, -- Lower end of its 80 % interval.
    times_high_80 DOUBLE, -- Upper end; empty = unbounded, for there may have been no loss.
    why_not VARCHAR -- Why no modelled loss stands beside it; empty = one does.
);
COMMENT ON TABLE analysis.losses_claims IS 'Every claim of lost trade that says how much a day, beside the modelled loss of the closure that shares most of its days. One line for each basis and method that has the closure.';
