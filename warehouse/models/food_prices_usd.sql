-- View: Food prices in US dollars: each price by the exchange rate of its month, and by which. What a dollar cost at the
-- markets of the province comes first, then at those of the country, then the official rate. Where no rate is known for
-- the month, neither is the price in dollars: the rate of a whole year would hide what the currency did in it.
WITH monthly AS (
    SELECT
        *,
        date_trunc('month', period_start)::DATE AS month,
        kind IN ('market', 'market_mean') AS at_market
    FROM exchange_rates
    WHERE date_trunc('month', period_start) = date_trunc('month', period_end)
),

of_provinces AS (
    SELECT
        currency,
        month,
        admin1,
        median(per_usd) AS per_usd,
        count(*) AS rates,
        string_agg(DISTINCT source_name, '; ' ORDER BY source_name) AS rate_source
    FROM monthly
    WHERE at_market AND admin1 IS NOT NULL
    GROUP BY ALL
),

of_countries AS (
    SELECT
        currency,
        month,
        at_market,
        median(per_usd) AS per_usd,
        count(*) AS rates,
        string_agg(DISTINCT source_name, '; ' ORDER BY source_name) AS rate_source
    FROM monthly
    GROUP BY ALL
),

rated AS (
    SELECT
        p.*,
        date_trunc('month', p.price_date)::DATE AS month,
        CASE
            WHEN p.currency = 'USD' THEN 'none'
            WHEN n.per_usd IS NOT NULL THEN 'market_of_province'
            WHEN m.per_usd IS NOT NULL THEN 'market_of_country'
            WHEN o.per_usd IS NOT NULL THEN 'official'
        END AS rate_kind,
        coalesce(n.per_usd, m.per_usd, o.per_usd, CASE WHEN p.currency = 'USD' THEN 1 END) AS per_usd,
        coalesce(n.rates, m.rates, o.rates) AS rates,
        coalesce(n.rate_source, m.rate_source, o.rate_source) AS rate_source
    FROM food_prices AS p
    LEFT JOIN of_provinces AS n
        ON p.currency = n.currency AND date_trunc('month', p.price_date) = n.month AND p.admin1 = n.admin1
    LEFT JOIN of_countries AS m
        ON p.currency = m.currency AND date_trunc('month', p.price_date) = m.month AND m.at_market
    LEFT JOIN of_countries AS o
        ON p.currency = o.currency AND date_trunc('month', p.price_date) = o.month AND NOT o.at_market
)

SELECT
    country, -- Country, ISO 3166-1 alpha-3.
    level, -- market = the price at one market; province, country = the source's mean over one. Do not mix them.
    admin1, -- Province, as the source writes it.
    market, -- Market; of a province's mean, the province.
    commodity, -- The good, as the source names it.
    unit, -- What the price buys: KG, L, Day.
    price_type, -- At which step of trade it was paid.
    price_date, -- Day of the price; a month's price is dated the 15th.
    month, -- First day of its month.
    price, -- The price in local currency: the fact.
    currency, -- Currency of the price, ISO 4217.
    price / per_usd AS price_usd, -- The price in US dollars, converted by us; empty = no rate of that month is known.
    per_usd, -- The rate: currency units per US dollar, the median where there are several.
    rate_kind, -- market_of_province, market_of_country: what a dollar cost at markets there; official: the official rate of the month; none: the price was in dollars; empty = no rate.
    rates, -- How many rates of the month the median is of.
    rate_source, -- Who publishes the rate.
    source_name, -- Who publishes the price; where two publish the same prices, choose one.
    source_url, -- The page of the prices.
    known_from, -- Day on which the price could be known.
    row_key -- Its row in food_prices.
FROM rated
