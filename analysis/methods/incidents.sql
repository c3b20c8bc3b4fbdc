-- Incidents to closures: do attacks, clashes and strikes raise the chance that a crossing closes in the days after?
CREATE TABLE analysis.incidents (
    place VARCHAR NOT NULL, -- A border (incidents between its two sides), or a crossing (events in its catchment).
    counted_by VARCHAR NOT NULL, -- Who has the incidents: timeline = Serai's own, collected by reading about this border, so that those with consequences are more often in it; UCDP or ACLED.
    kind VARCHAR NOT NULL, -- clash, attack, air_strike, or all; of UCDP and ACLED all.
    window_days INTEGER NOT NULL, -- The closure begins on the day of the incident or within so many days after it, less one: 7 = days 0 to 6. Chosen before looking: 7; the others for comparison. [days]
    incident_days BIGINT NOT NULL, -- Days with such an incident.
    followed BIGINT NOT NULL, -- Of these, days with a closure beginning in the window.
    share_followed DOUBLE NOT NULL, -- Share of incident days that a closure followed.
    share_low DOUBLE NOT NULL, -- Lower end of its 95 % interval, by resampling quarters of years.
    share_high DOUBLE NOT NULL, -- Upper end.
    share_other DOUBLE NOT NULL, -- The same share of all days without an incident in the window before or after them.
    ratio DOUBLE, -- share_followed over share_other: association, not cause; empty where no closure follows other days.
    placebo_share DOUBLE NOT NULL, -- Mean share where the same incident days are moved in time together, by chance.
    placebo_high DOUBLE NOT NULL, -- 95 % of such placebos lie below.
    p_placebo DOUBLE NOT NULL, -- Share of placebos at or above share_followed: small = not explained by chance and seasons.
    p_shuffled DOUBLE NOT NULL, -- The same where each incident day is drawn anew within its own quarter: small = the days matter, not only the season.
    share_before DOUBLE NOT NULL, -- Share of incident days that a closure preceded by 1 to window_days days: where high, closures bring incidents, too.
    closures BIGINT NOT NULL, -- Closures that begin there in the years looked at.
    first_day DATE NOT NULL, -- First day looked at.
    last_day DATE NOT NULL, -- Last day looked at.
    PRIMARY KEY (place, counted_by, kind, window_days)
);
COMMENT ON TABLE analysis.incidents IS 'How often a closure to goods begins within days of an incident, beside how often it does so anyway and with incident dates moved or shuffled (placebo).';

CREATE TABLE analysis.incidents_profile (
    place VARCHAR NOT NULL, -- A border or crossing.
    counted_by VARCHAR NOT NULL, -- Who has the incidents.
    lag INTEGER NOT NULL, -- Days from the incident to the first day closed; negative = closed before. [days]
    incident_days BIGINT NOT NULL, -- Days with an incident.
    closures BIGINT NOT NULL, -- Of these, days with a closure beginning at that lag.
    share DOUBLE NOT NULL, -- closures over incident_days.
    placebo DOUBLE NOT NULL, -- Mean share with the incident days moved by chance.
    placebo_high DOUBLE NOT NULL, -- 95 % of such placebos lie below.
    PRIMARY KEY (place, counted_by, lag)
);
COMMENT ON TABLE analysis.incidents_profile IS 'Event study: how often a closure begins so many days before or after an incident, beside a placebo.';

CREATE TABLE analysis.incidents_hazard (
    place VARCHAR NOT NULL, -- A border or crossing.
    counted_by VARCHAR NOT NULL, -- Who has the incidents.
    term VARCHAR NOT NULL, -- days_0_to_2, days_3_to_6, days_7_to_13 = an incident that many days ago; closed_lately = another closure began in the 30 days before.
    odds_ratio DOUBLE NOT NULL, -- Odds that a closure begins on a day with that against one without, years held alike.
    low DOUBLE NOT NULL, -- Lower end of the 95 % interval, errors grouped by quarter.
    high DOUBLE NOT NULL, -- Upper end.
    days BIGINT NOT NULL, -- Days looked at.
    closures BIGINT NOT NULL, -- Closures that begin on them.
    PRIMARY KEY (place, counted_by, term)
);
COMMENT ON TABLE analysis.incidents_hazard IS 'Discrete-time hazard of a closure by day: odds ratios of incidents in the days before.';
