-- The flows of people and goods that a crossing may be open or closed to, and the scopes of reports that mean them.
SELECT
    flow, -- exports, imports, transit, pedestrians, returnees, humanitarian, patients or stranded_cargo.
    is_trade, -- Whether the scope cargo means it too; the scope all means every flow.
    meaning -- What it is; exports leave crossings.country_a, imports enter it.
FROM (
    VALUES
    ('exports', true, 'goods that leave country_a'),
    ('imports', true, 'goods that enter country_a'),
    ('transit', true, 'goods bound for a third country'),
    ('pedestrians', false, 'people on foot with papers'),
    ('returnees', false, 'refugees and deportees going home'),
    ('humanitarian', false, 'aid'),
    ('patients', false, 'the sick and their companions'),
    ('stranded_cargo', false, 'goods that a closure had caught on the way')
) AS list (flow, is_trade, meaning)
