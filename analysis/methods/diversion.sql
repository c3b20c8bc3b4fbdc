-- Diversion: partners' shares of Afghanistan's trade, and what passed each crossing, before, during and after closures.
CREATE TABLE analysis.diversion (
    border VARCHAR NOT NULL, -- The border shut.
    started_on DATE NOT NULL, -- First day closed.
    ended_on DATE, -- First day on which none of the crossings was closed by it; empty = still shut, or not known.
    until DATE NOT NULL, -- The first day after those counted: ended_on, or the last day known.
    share_shut DOUBLE, -- Share of the border's normal capacity that was shut meanwhile, on average.
    counted_by VARCHAR NOT NULL, -- AFG = Afghanistan's statistics; partners = those of each partner (the mirror).
    partner VARCHAR NOT NULL, -- The partner.
    flow VARCHAR NOT NULL, -- export, import or total, seen from Afghanistan, whoever counts.
    basis VARCHAR NOT NULL, -- As in trade_months; empty = the page does not say. Never mixed: both figures of a share have the same.
    calendar VARCHAR NOT NULL, -- gregorian or solar.
    months INTEGER NOT NULL, -- Length of each period compared. [months]
    total_of VARCHAR[] NOT NULL, -- Of whose trade the share is one: WLD = the world; else the partners that are known in every month.
    first_before DATE NOT NULL, -- First day counted before the closure.
    last_before DATE NOT NULL, -- Last day counted before it.
    periods_before INTEGER NOT NULL, -- Periods known before it: of each month during it the same in the year before the closure, or the like period of the year before.
    share_before DOUBLE NOT NULL, -- The partner's share then, the mean over periods.
    shut_before DOUBLE, -- Share of the border's capacity known to be shut even then, by whatever closure.
    first_during DATE NOT NULL, -- First day counted during it.
    last_during DATE NOT NULL, -- Last day counted; longer periods have days before and after the closure too.
    periods_during INTEGER NOT NULL, -- Periods known during it.
    share_during DOUBLE NOT NULL, -- The share then.
    shut_during DOUBLE, -- Share of the border's capacity known to be shut in these periods, by whatever closure.
    first_after DATE, -- First day counted after it; empty = nothing is known.
    last_after DATE, -- Last day counted.
    periods_after INTEGER NOT NULL, -- Periods known in the year after it.
    share_after DOUBLE, -- The share then.
    shut_after DOUBLE, -- Share of the border's capacity known to be shut then.
    change DOUBLE NOT NULL, -- share_during - share_before.
    starts INTEGER NOT NULL, -- Starts before the closure from which the share of as many months was held against their likes: how far it moves anyway.
    low_80 DOUBLE, -- Lower end of its 80 % interval; empty = fewer than three months during, or fewer than 36 starts.
    high_80 DOUBLE, -- Upper end.
    low_95 DOUBLE, -- Lower end of its 95 % interval.
    high_95 DOUBLE, -- Upper end.
    disputed BOOLEAN NOT NULL, -- Whether other pages, or shorter figures within it, contradict a figure before or during.
    sure VARCHAR NOT NULL, -- interval; months = single months, too few before to say how far the share moves anyway; two_figures = two figures of longer periods. The last two have no interval.
    PRIMARY KEY (border, started_on, counted_by, partner, flow, basis, calendar, months)
);
COMMENT ON TABLE analysis.diversion IS 'For each closure of 21 days and more that shut a tenth or more of its border over the time counted: partners'' shares of Afghanistan''s trade before, during and after. A share that changes while a border is shut need not change because of it.';

CREATE TABLE analysis.diversion_routes (
    border VARCHAR NOT NULL, -- The border shut.
    started_on DATE NOT NULL, -- First day closed.
    ended_on DATE, -- First day on which none of the crossings was closed by it; empty = still shut, or not known.
    until DATE NOT NULL, -- The first day after those counted.
    share_shut DOUBLE, -- Share of the border's normal capacity that was shut meanwhile, on average.
    crossing_id VARCHAR NOT NULL, -- The crossing whose traffic it is; * and a border = all of that border.
    measure VARCHAR NOT NULL, -- What is counted, as in crossing_capacity.
    direction VARCHAR NOT NULL, -- into_afg, out_of_afg or both.
    unit VARCHAR NOT NULL, -- trucks, vehicles or tonnes.
    figures_before INTEGER NOT NULL, -- Figures for periods within the two years before it.
    a_day_before DOUBLE NOT NULL, -- What passed a day, the middle one of these figures. [a day]
    low_before DOUBLE NOT NULL, -- The lowest. [a day]
    high_before DOUBLE NOT NULL, -- The highest. [a day]
    figures_during INTEGER NOT NULL, -- Figures for periods within the closure.
    a_day_during DOUBLE NOT NULL, -- What passed a day. [a day]
    low_during DOUBLE NOT NULL, -- The lowest. [a day]
    high_during DOUBLE NOT NULL, -- The highest. [a day]
    figures_after INTEGER NOT NULL, -- Figures for periods within the two years after it.
    a_day_after DOUBLE, -- What passed a day. [a day]
    low_after DOUBLE, -- The lowest. [a day]
    high_after DOUBLE, -- The highest. [a day]
    PRIMARY KEY (border, started_on, crossing_id, measure, direction, unit)
);
COMMENT ON TABLE analysis.diversion_routes IS 'What pages counted at each crossing before, during and after the same closures. Few figures, of months that pages chose to print: no interval; seasons are in them.';
