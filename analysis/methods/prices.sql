-- Prices around closures: do they rise more where the closed border feeds the market?
CREATE TABLE analysis.prices (
    border VARCHAR NOT NULL, -- The border shut.
    started_on DATE NOT NULL, -- First day closed.
    country VARCHAR NOT NULL, -- Country of the markets, ISO 3166-1 alpha-3.
    first_month DATE NOT NULL, -- First month with closed days.
    last_month DATE NOT NULL, -- Last month compared: with closed days, at most six months on.
    share_shut DOUBLE, -- Share of the border's normal capacity that was shut meanwhile, on average.
    fed_markets INTEGER NOT NULL, -- Markets fed over that border: their nearest weighed crossing is on it, at most 200 km away.
    other_markets INTEGER NOT NULL, -- All other markets of the country.
    commodities INTEGER NOT NULL, -- Foods with prices in both groups, before and meanwhile.
    pairs INTEGER NOT NULL, -- Prices of a food at a market that are compared.
    rise_fed DOUBLE NOT NULL, -- Mean rise of the logarithm of local prices there, against the three months before.
    rise_other DOUBLE NOT NULL, -- The same at the other markets.
    difference DOUBLE NOT NULL, -- Difference in differences with goods held alike: 0.05 = about 5 % more where the border feeds.
    low DOUBLE NOT NULL, -- Lower end of its 95 % interval, errors grouped by market.
    high DOUBLE NOT NULL, -- Upper end.
    placebos INTEGER NOT NULL, -- Months without a closure of that border for which the same was worked out.
    p_placebo DOUBLE, -- Share of placebos with at least such a difference, either way; empty = fewer than ten placebos.
    PRIMARY KEY (border, started_on, country)
);
COMMENT ON TABLE analysis.prices IS 'Food prices in local currency around each closure of seven days and more: markets fed over the border against the others of the country. A weak signal: markets are few, goods go round, and shops hold stocks.';

CREATE TABLE analysis.prices_months (
    border VARCHAR NOT NULL, -- The border shut.
    started_on DATE NOT NULL, -- First day closed.
    country VARCHAR NOT NULL, -- Country of the markets, ISO 3166-1 alpha-3.
    month DATE NOT NULL, -- The month compared.
    offset_months INTEGER NOT NULL, -- Months from the first with closed days: 0 = that month, -1 = the one before. [months]
    fed_markets INTEGER NOT NULL, -- Markets fed over that border with prices in both.
    other_markets INTEGER NOT NULL, -- All other markets of the country.
    commodities INTEGER NOT NULL, -- Foods with prices in both groups.
    pairs INTEGER NOT NULL, -- Prices of a food at a market that are compared.
    difference DOUBLE NOT NULL, -- Difference of rises against the three months before the closure, goods held alike: 0.05 = about 5 % more where the border feeds.
    low DOUBLE NOT NULL, -- Lower end of its 95 % interval, errors grouped by market.
    high DOUBLE NOT NULL, -- Upper end.
    PRIMARY KEY (border, started_on, country, month)
);
COMMENT ON TABLE analysis.prices_months IS 'The same month by month, from six before the closure to six after its first. Months before it should not differ: where they do, what follows is not the closure''s alone. Each interval is for one month; of thirteen one in two closures has a month that stands out by chance.';
