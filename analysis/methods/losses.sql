-- Closures to trade: what a closure cost, as the difference between trade without it and trade as reported.
CREATE TABLE analysis.losses (
    border VARCHAR NOT NULL, -- The border shut.
    started_on DATE NOT NULL, -- First day closed, at whichever crossing was first.
    ended_on DATE, -- First day on which none of the crossings was closed by it; empty = still shut, or not known.
    known_to DATE NOT NULL, -- Day until which it is known, or carried on, that something was closed by it; where it ended: ended_on.
    crossings VARCHAR[] NOT NULL, -- Crossings that it shut.
    share_shut DOUBLE NOT NULL, -- Share of the border's normal capacity that was shut meanwhile (disruption_index), on average, whatever shut it.
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
    shared_with DATE[] NOT NULL, -- First days of other closures of the border that go on in these months: what is missing is missing to them too.
    trained_months INTEGER NOT NULL, -- Known months without closure before it, from which the forecast starts.
    controls INTEGER NOT NULL, -- Partners that serve as controls or donors (analysis.losses_series names them).
    actual DOUBLE NOT NULL, -- Trade as reported in the months known. [USD_million]
    without_closure DOUBLE NOT NULL, -- Trade without the closure, the middle of the forecasts. [USD_million]
    at_stake DOUBLE NOT NULL, -- Of without_closure the part of the closed days and of the capacity shut: more than this the closure alone cannot have cost. [USD_million]
    loss DOUBLE NOT NULL, -- without_closure - actual; negative = more was traded than expected. [USD_million]
    loss_low_80 DOUBLE, -- Lower end of the 80 % interval of the loss. [USD_million]
    loss_high_80 DOUBLE, -- Upper end. [USD_million]
    loss_low_95 DOUBLE, -- Lower end of the 95 % interval. [USD_million]
    loss_high_95 DOUBLE, -- Upper end. [USD_million]
    share_lost DOUBLE, -- loss / without_closure; empty = more was traded than expected.
    doubts VARCHAR[] NOT NULL, -- Why the loss is weak, or not the closure's alone; none = nothing speaks against it.
    p_placebo DOUBLE, -- synthetic_control: share of donors, the partner itself included, with at least such a fall beside how well each was met before.
    PRIMARY KEY (border, started_on, reporter, partner, flow, basis, method)
);
COMMENT ON TABLE analysis.losses IS 'Trade without a closure against trade as reported, of the whole border in the months of the closure, with intervals: for each closure that shut a quarter of the border or more for seven days, and each series whose forecasts are tested so far; analysis.losses_left_out has the others. The intervals hold the chance of months and the wandering of the level, not a wrong model: analysis.losses_backtest tells how often such intervals hold the truth.';

CREATE TABLE analysis.losses_left_out (
    border VARCHAR NOT NULL, -- The border shut.
    started_on DATE NOT NULL, -- First day closed.
    scope VARCHAR NOT NULL, -- route or country.
    reporter VARCHAR NOT NULL, -- Country whose statistics these are.
    partner VARCHAR NOT NULL, -- Its partner.
    flow VARCHAR NOT NULL, -- export or import, seen from the reporter.
    basis VARCHAR NOT NULL, -- As in trade_months.
    method VARCHAR NOT NULL, -- structural, structural_controls or synthetic_control.
    why_not VARCHAR NOT NULL, -- Why no loss is worked out.
    PRIMARY KEY (border, started_on, reporter, partner, flow, basis, method)
);
COMMENT ON TABLE analysis.losses_left_out IS 'Closures of seven days and more of which a series can not tell the loss, and why: months unknown, too little shut, or a forecast longer than any that was tested.';

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
    share_held DOUBLE NOT NULL, -- held / trials, to be set beside nominal; of few trials, which overlap, chance makes much.
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
    exceeds_all BOOLEAN, -- Whether more is claimed for a day than passed the whole border in the best year on record, over 365.
    started_on DATE, -- The closure that it is set against: its first day.
    reporter VARCHAR, -- Country whose statistics the model has.
    basis VARCHAR, -- As in trade_months.
    method VARCHAR, -- As in analysis.losses.
    modelled DOUBLE, -- Modelled loss as a share of what was at stake on the closed days (analysis.losses). [share]
    modelled_low_80 DOUBLE, -- Lower end of its 80 % interval. [share]
    modelled_high_80 DOUBLE, -- Upper end. [share]
    modelled_low_95 DOUBLE, -- Lower end of its 95 % interval. [share]
    modelled_high_95 DOUBLE, -- Upper end. [share]
    times_modelled DOUBLE, -- of_normal / modelled: each a share on its own basis, for claims count goods and series may count payments.
    times_low_80 DOUBLE, -- Lower end of its 80 % interval.
    times_high_80 DOUBLE, -- Upper end.
    why_not VARCHAR -- Why there is no factor; empty = there is one.
);
COMMENT ON TABLE analysis.losses_claims IS 'Every claim of lost trade that says how much a day, beside the modelled loss of the closure that has its days: a line for each basis and method, with a factor only where flow and window are the same and nothing speaks against the loss.';
