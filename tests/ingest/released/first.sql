-- The first commit with a changelog (0.1.0) and a working warehouse, of 2026-11-22. Its tables as that Serai made them, and a few of the rows that it took in; views and models are left out.
CREATE SCHEMA facts;
CREATE SCHEMA ops;
CREATE TABLE facts.border_performance(crossing_id VARCHAR, indicator VARCHAR NOT NULL, "value" DOUBLE NOT NULL, unit VARCHAR NOT NULL, period_start DATE, period_end DATE, direction VARCHAR NOT NULL, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK(("value" >= 0)), CHECK((period_start >= CAST('1900-01-01' AS DATE))), CHECK((period_end >= CAST('1900-01-01' AS DATE))), CHECK((direction IN ('into_afg', 'out_of_afg', 'both', 'inbound', 'outbound'))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.claims(claim_id VARCHAR NOT NULL, claimed_on DATE NOT NULL, claimant VARCHAR NOT NULL, claimant_side VARCHAR, topic VARCHAR NOT NULL, stance VARCHAR NOT NULL, metric VARCHAR NOT NULL, "value" DOUBLE, unit VARCHAR, qualifier VARCHAR, period_start DATE, period_end DATE, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK((claimed_on >= CAST('1900-01-01' AS DATE))), CHECK((stance IN ('asserts', 'denies'))), CHECK(("value" >= 0)), CHECK((qualifier IN ('exact', 'about', 'over', 'under'))), CHECK((period_start >= CAST('1900-01-01' AS DATE))), CHECK((period_end >= CAST('1900-01-01' AS DATE))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.commitment_progress(commitment_id VARCHAR NOT NULL, observed_on DATE NOT NULL, metric VARCHAR NOT NULL, "value" DOUBLE, unit VARCHAR, qualifier VARCHAR, "event" VARCHAR NOT NULL, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK((observed_on >= CAST('1900-01-01' AS DATE))), CHECK((metric IN ('trade_turnover', 'km_built', 'km_total', 'investment_spent', 'milestone'))), CHECK(("value" >= 0)), CHECK((qualifier IN ('exact', 'about', 'over', 'under'))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.commitments(commitment_id VARCHAR NOT NULL, title VARCHAR NOT NULL, kind VARCHAR NOT NULL, parties VARCHAR NOT NULL, announced_on DATE, target_value DOUBLE, unit VARCHAR, target_date DATE, baseline_value DOUBLE, baseline_period VARCHAR, status VARCHAR NOT NULL, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK((kind IN ('trade_target', 'railway', 'power_line', 'pipeline', 'transit_agreement', 'trade_agreement', 'investment', 'port'))), CHECK((announced_on >= CAST('1900-01-01' AS DATE))), CHECK((target_value >= 0)), CHECK((target_date >= CAST('1900-01-01' AS DATE))), CHECK((baseline_value >= 0)), CHECK((status IN ('announced', 'agreed', 'under_construction', 'operational', 'met', 'missed', 'stalled', 'suspended'))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.corridor_legs(leg_id VARCHAR NOT NULL, from_node VARCHAR NOT NULL, to_node VARCHAR NOT NULL, crossing_id VARCHAR, "mode" VARCHAR NOT NULL, distance_km DOUBLE, time_hours DOUBLE, cost_usd DOUBLE, cost_unit VARCHAR, measured_on DATE, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK((distance_km >= 0)), CHECK((time_hours >= 0)), CHECK((cost_usd >= 0)), CHECK((measured_on >= CAST('1900-01-01' AS DATE))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.crossing_capacity(crossing_id VARCHAR, measure VARCHAR NOT NULL, "value" DOUBLE NOT NULL, unit VARCHAR NOT NULL, per VARCHAR, period_start DATE, period_end DATE, direction VARCHAR NOT NULL, qualifier VARCHAR NOT NULL, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK(("value" >= 0)), CHECK((period_start >= CAST('1900-01-01' AS DATE))), CHECK((period_end >= CAST('1900-01-01' AS DATE))), CHECK((direction IN ('into_afg', 'out_of_afg', 'both'))), CHECK((qualifier IN ('exact', 'about', 'over', 'under'))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.crossings(crossing_id VARCHAR NOT NULL, "name" VARCHAR NOT NULL, aliases VARCHAR, country_a VARCHAR NOT NULL, country_b VARCHAR NOT NULL, side_a VARCHAR, side_b VARCHAR, admin1_a VARCHAR, admin1_b VARCHAR, lat DOUBLE, lon DOUBLE, modes VARCHAR, category VARCHAR NOT NULL, opened_on DATE, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK(((lat >= -90) AND (lat <= 90))), CHECK(((lon >= -180) AND (lon <= 180))), CHECK((category IN ('formal_trade', 'formal_pedestrian', 'customs_terminal', 'informal'))), CHECK((opened_on >= CAST('1900-01-01' AS DATE))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.incident_counts(series_id VARCHAR NOT NULL, publisher VARCHAR NOT NULL, geography VARCHAR NOT NULL, period_start DATE NOT NULL, period_end DATE NOT NULL, metric VARCHAR NOT NULL, "value" DOUBLE NOT NULL, qualifier VARCHAR NOT NULL, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK((period_start >= CAST('1900-01-01' AS DATE))), CHECK((period_end >= CAST('1900-01-01' AS DATE))), CHECK((metric IN ('militant_attacks', 'violent_incidents', 'suicide_attacks', 'air_strikes', 'cross_border_clashes', 'fatalities_total', 'fatalities_civilian', 'fatalities_security', 'fatalities_militant', 'injuries'))), CHECK(("value" >= 0)), CHECK((qualifier IN ('exact', 'about', 'over', 'under'))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.loss_claims(claim_id VARCHAR NOT NULL, claimant VARCHAR NOT NULL, claimant_side VARCHAR, crossing_id VARCHAR, period_start DATE, period_end DATE, measure VARCHAR NOT NULL, "value" DOUBLE NOT NULL, unit VARCHAR NOT NULL, per VARCHAR NOT NULL, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK((period_start >= CAST('1900-01-01' AS DATE))), CHECK((period_end >= CAST('1900-01-01' AS DATE))), CHECK((measure IN ('trade_lost', 'exports_lost', 'imports_lost', 'revenue_lost', 'trucks_stranded', 'containers_stranded', 'people_stranded', 'price_change'))), CHECK((per IN ('total', 'day', 'month'))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.publishers(publisher VARCHAR NOT NULL, outlet VARCHAR NOT NULL, country VARCHAR, kind VARCHAR NOT NULL, agency VARCHAR, basis VARCHAR NOT NULL, source_url VARCHAR NOT NULL, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK((kind IN ('official', 'wire', 'newspaper', 'broadcaster', 'news_site', 'think_tank', 'aggregator', 'trade_body', 'company', 'reference', 'other', 'unknown'))), CHECK((basis IN ('name', 'domain', 'known', 'unknown'))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.status_reports(report_id VARCHAR NOT NULL, crossing_id VARCHAR NOT NULL, valid_from DATE NOT NULL, valid_to DATE, status VARCHAR NOT NULL, "scope" VARCHAR NOT NULL, goods VARCHAR, weekdays VARCHAR, actor VARCHAR, cause VARCHAR, date_precision VARCHAR NOT NULL, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK((valid_from >= CAST('1900-01-01' AS DATE))), CHECK((valid_to >= CAST('1900-01-01' AS DATE))), CHECK((status IN ('open', 'closed', 'restricted'))), CHECK((cause IN ('agreement', 'air_strike', 'attack', 'clash', 'construction_dispute', 'document_policy', 'election', 'holiday', 'humanitarian_exemption', 'infrastructure', 'none', 'other', 'pandemic', 'protest', 'regime_change', 'trade_dispute', 'weather'))), CHECK((date_precision IN ('day', 'week', 'month'))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.timeline(event_id VARCHAR NOT NULL, event_date DATE NOT NULL, kind VARCHAR NOT NULL, actors VARCHAR, title VARCHAR NOT NULL, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK((event_date >= CAST('1900-01-01' AS DATE))), CHECK((kind IN ('agreement', 'air_strike', 'attack', 'ceasefire', 'clash', 'closure', 'infrastructure', 'policy', 'reopening', 'sanction', 'statement', 'talks', 'visit'))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE facts.trade_flows(reporter VARCHAR NOT NULL, partner VARCHAR NOT NULL, flow VARCHAR NOT NULL, commodity VARCHAR NOT NULL, basis VARCHAR, period_start DATE NOT NULL, period_end DATE NOT NULL, "value" DOUBLE NOT NULL, unit VARCHAR NOT NULL, qualifier VARCHAR NOT NULL, source_name VARCHAR NOT NULL, source_url VARCHAR NOT NULL, published_on DATE, note VARCHAR, row_key VARCHAR, known_from DATE, known_from_basis VARCHAR NOT NULL, "source" VARCHAR NOT NULL, run_id VARCHAR NOT NULL, loaded_at TIMESTAMP, superseded_at TIMESTAMP, superseded_why VARCHAR, CHECK((flow IN ('export', 'import', 'total', 'transit'))), CHECK((basis IN ('balance_of_payments', 'customs'))), CHECK((period_start >= CAST('1900-01-01' AS DATE))), CHECK((period_end >= CAST('1900-01-01' AS DATE))), CHECK(("value" >= 0)), CHECK((qualifier IN ('exact', 'about', 'over', 'under'))), CHECK((published_on >= CAST('1900-01-01' AS DATE))), CHECK((known_from_basis IN ('published', 'address', 'not_before', 'unknown'))), CHECK((superseded_why IN ('corrected', 'withdrawn'))), PRIMARY KEY(row_key, loaded_at));
CREATE TABLE ops.freshness(dataset VARCHAR PRIMARY KEY, "rows" BIGINT NOT NULL, rows_quarantined BIGINT NOT NULL, newest_published DATE, newest_known_from DATE, last_change_at TIMESTAMP, last_run_at TIMESTAMP, last_outcome VARCHAR);
CREATE TABLE ops.quarantine(run_id VARCHAR, dataset VARCHAR, "source" VARCHAR NOT NULL, row_number BIGINT, expectation VARCHAR, reason VARCHAR NOT NULL, "row" JSON NOT NULL, PRIMARY KEY(run_id, dataset, row_number, expectation));
CREATE TABLE ops.runs(run_id VARCHAR PRIMARY KEY, "source" VARCHAR NOT NULL, dataset VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP NOT NULL, "seconds" DOUBLE NOT NULL, outcome VARCHAR NOT NULL, reason VARCHAR, "snapshot" VARCHAR, fingerprint VARCHAR, rows_seen BIGINT NOT NULL, rows_added BIGINT NOT NULL, rows_corrected BIGINT NOT NULL, rows_withdrawn BIGINT NOT NULL, rows_unchanged BIGINT NOT NULL, rows_quarantined BIGINT NOT NULL, warnings BIGINT NOT NULL, CHECK((outcome IN ('loaded', 'unchanged', 'refused', 'error'))));
CREATE TABLE ops.schema_parts("name" VARCHAR PRIMARY KEY, made_by VARCHAR NOT NULL);
CREATE TABLE ops.validations(run_id VARCHAR, dataset VARCHAR, expectation VARCHAR, promise VARCHAR NOT NULL, severity VARCHAR NOT NULL, outcome VARCHAR NOT NULL, rows_judged BIGINT, rows_failed BIGINT, observed VARCHAR, report VARCHAR, CHECK((severity IN ('critical', 'warning'))), CHECK((outcome IN ('pass', 'fail', 'error'))), PRIMARY KEY(run_id, dataset, expectation));
INSERT INTO facts.claims VALUES ('seed-c001', '2026-02-22', 'Government of Pakistan', 'PAK', 'air_strikes_2026_02', 'asserts', 'fatalities_militant', 70.0, 'persons', 'about', '2026-02-22', '2026-02-22', 'Commentary in the project''s seed document', 'urn:seed:000_faca364cca27fc04', '2026-02-27', 'strikes in Paktika and Nangarhar said to have killed militants', '263505b1eb4b4a5ff73db76f497b659e', '2026-02-27', 'published', 'claims', '20261125T174532-16a1ae', '2026-11-25 17:45:32.304258', '2026-11-25 17:48:01.245317', 'corrected');
INSERT INTO facts.claims VALUES ('seed-c001', '2026-02-22', 'Government of Pakistan', 'PAK', 'air_strikes_2026_02', 'asserts', 'fatalities_militant', 70.0, 'persons', 'about', '2026-02-22', '2026-02-22', 'Commentary in the project''s seed document', 'urn:seed:000_faca364cca27fc04', '2026-02-27', 'strikes in Paktika and Nangarhar said to have killed militants (read again)', '263505b1eb4b4a5ff73db76f497b659e', '2026-02-27', 'published', 'claims', '20261125T174801-21d546', '2026-11-25 17:48:01.245317', NULL, NULL);
INSERT INTO facts.claims VALUES ('seed-c003', '2026-02-22', 'Islamic Emirate of Afghanistan', 'AFG', 'air_strikes_2026_02', 'asserts', 'fatalities_civilian', NULL, 'persons', NULL, '2026-02-22', '2026-02-22', 'Commentary in the project''s seed document', 'urn:seed:000_faca364cca27fc04', '2026-02-27', 'civilian deaths and destroyed civilian infrastructure, no number given', '06ac53249226206601f835b661ae6963', '2026-02-27', 'published', 'claims', '20261125T174532-16a1ae', '2026-11-25 17:45:32.304258', NULL, NULL);
INSERT INTO facts.claims VALUES ('seed-c017', '2026-02-27', 'Government of Russia', 'RUS', 'recognition', 'asserts', 'formal_recognition', NULL, NULL, NULL, NULL, NULL, 'Commentary in the project''s seed document', 'urn:seed:000_faca364cca27fc04', '2026-02-27', 'only country with formal recognition at the time of writing', '10875fabf33c0301ed11dc7d20112ecf', '2026-02-27', 'published', 'claims', '20261125T174532-16a1ae', '2026-11-25 17:45:32.304258', NULL, NULL);
INSERT INTO facts.claims VALUES ('seed-c028', '2026-02-27', 'Islamic Emirate of Afghanistan', 'AFG', 'tajik_border', 'asserts', 'joint_patrols_offered', NULL, NULL, NULL, NULL, NULL, 'Commentary in the project''s seed document', 'urn:seed:000_faca364cca27fc04', '2026-02-27', 'after attacks on Chinese nationals in Tajikistan', '96a5dbe23536d9b689013893cdb6c6e4', '2026-02-27', 'published', 'claims', '20261125T174532-16a1ae', '2026-11-25 17:45:32.304258', '2026-11-25 17:48:01.245317', 'withdrawn');
INSERT INTO facts.incident_counts VALUES ('inc-crss-pak-injuries-all-y', 'CRSS', 'PAK', '2023-01-01', '2023-12-31', 'injuries', 1462.0, 'exact', 'DNA News', 'https://dnanews.com.pk/pakistan-records-deadliest-year-for-security-forces-in-decade-with-685-casualties/?utm_source=rss&utm_medium=rss&utm_campaign=pakistan-records-deadliest-year-for-security-forces-in-decade-with-685-casualties', '2024-12-30', 'CRSS: violence-linked, terror attacks plus operations; comparison year in the 2024 report', '00444137227f6aa330c6b9f5054f29c0', '2024-12-30', 'published', 'incident_counts', '20261125T174557-9dd81b', '2026-11-25 17:45:57.196293', NULL, NULL);
INSERT INTO facts.incident_counts VALUES ('inc-picss-pak-fatalities_total-ma-m', 'PICSS', 'PAK', '2022-01-01', '2022-01-31', 'fatalities_total', 42.0, 'exact', 'Online News', 'https://onlinenews.com.pk/story/9653', NULL, 'PICSS: militant-initiated attacks only, operations excluded', '00156ddacd6a3b5035af898ba671c6d0', '2022-01-31', 'not_before', 'incident_counts', '20261125T174557-9dd81b', '2026-11-25 17:45:57.196293', NULL, NULL);
INSERT INTO facts.incident_counts VALUES ('inc-picss-pak-fatalities_total-ma-m', 'PICSS', 'PAK', '2022-04-01', '2022-04-30', 'fatalities_total', 55.0, 'exact', 'Dawn', 'https://dawn.com/news/1687960/i.dawn.com', '2022-05-03', 'PICSS: militant-initiated attacks only, operations excluded; first issue; June text has 35 attacks', '00164827b6630425b3175f49644f660b', '2022-05-03', 'published', 'incident_counts', '20261125T174557-9dd81b', '2026-11-25 17:45:57.196293', NULL, NULL);
INSERT INTO facts.incident_counts VALUES ('inc-picss-pak-injuries-all-sec-m', 'PICSS', 'PAK', '2025-08-01', '2025-08-31', 'injuries', 137.0, 'exact', 'The Hawk (IANS)', 'https://www.thehawk.in/news/world/pakistan-witnesses-alarming-surge-in-militant-attacks-in-august-think-tank', '2025-09-02', 'PICSS: combat-related, attacks plus security operations; security injured', '004b02f1b5edd27a232ade674ed10f99', '2025-09-02', 'published', 'incident_counts', '20261125T174557-9dd81b', '2026-11-25 17:45:57.196293', NULL, NULL);
INSERT INTO facts.incident_counts VALUES ('inc-picss-pak-militant_attacks-cnt-y', 'PICSS', 'PAK', '2018-01-01', '2018-12-31', 'militant_attacks', 229.0, 'exact', 'The News', 'https://www.thenews.com.pk/latest/1141655-2023-sees-highest-suicide-attacks-in-pakistan-since-2014-picss', '2023-12-25', 'PICSS: attacks started by militants', '0048426c61b28b2eb4dc04ba16542d7a', '2023-12-25', 'published', 'incident_counts', '20261125T174557-9dd81b', '2026-11-25 17:45:57.196293', NULL, NULL);
INSERT INTO facts.status_reports VALUES ('oth-s0189', 'milak', '2025-06-13', NULL, 'closed', 'imports', 'fuel', NULL, 'IRN', 'air_strike', 'week', 'Amu TV', 'https://amu.tv/182134', NULL, 'Fuel and gas only, Nimroz gate', '008ae5dad88ad3fbdb5f9a75f41bab3a', '2025-06-13', 'not_before', 'status_reports', '20261125T174624-365c34', '2026-11-25 17:46:24.196014', NULL, NULL);
INSERT INTO facts.status_reports VALUES ('p25-s0276', 'torkham', '2025-10-15', NULL, 'closed', 'exports;imports;transit', NULL, NULL, 'PAK', 'clash', 'month', 'Dawn', 'https://www.dawn.com/news/1955669/trade-body-seeks-government-intervention-to-resume-exports-to-afghanistan', NULL, 'vehicles stuck at this and other points; joint chamber letter, Nov 2025, page undated', '006018d8a48196154b855fb415b59b73', '2025-10-15', 'not_before', 'status_reports', '20261125T174624-365c34', '2026-11-25 17:46:24.196014', NULL, NULL);
INSERT INTO facts.status_reports VALUES ('p25-s0301', 'torkham', '2025-10-12', NULL, 'closed', 'cargo', NULL, NULL, 'PAK', 'clash', 'day', 'Pakistan Today', 'https://www.pakistantoday.com.pk/?p=405076', NULL, 'general trade stays suspended since 12 Oct; page undated, Dec 2025', '00b03396d126f7eb84002dc028ac2f4d', '2025-10-12', 'not_before', 'status_reports', '20261125T174624-365c34', '2026-11-25 17:46:24.196014', NULL, NULL);
INSERT INTO ops.runs VALUES ('20261125T174532-16a1ae', 'claims', 'claims', '2026-11-25 17:45:32.304258', '2026-11-25 17:45:39.551724', 7.247466130997054, 'loaded', NULL, 'def88de042866a136e5c0dad1290e6d4008a78f8c47bc5b754a6dea6f96fcb2d', '2e4ff1e5007dd4dc65a09c0f43e9ba330160c4a9ae541db5017290d67525fe30', 28, 28, 0, 0, 0, 0, 0);
INSERT INTO ops.runs VALUES ('20261125T174547-5e29b0', 'crossings', 'crossings', '2026-11-25 17:45:47.298621', '2026-11-25 17:45:57.167053', 9.868431536000571, 'loaded', NULL, '120d67f16046b3a9f441c0a7f01833c5196993fea43ad48f00bb3b21e3901064', '4d38ba47ca9386bf426aab52f368bfcf17f349452db11f32c20e6b445a430213', 42, 41, 0, 0, 0, 1, 0);
INSERT INTO ops.runs VALUES ('20261125T174557-9dd81b', 'incident_counts', 'incident_counts', '2026-11-25 17:45:57.196293', '2026-11-25 17:46:01.816413', 4.6201202900010685, 'loaded', NULL, '977dd958501580a3390c4d340c61b75afca1e6c57f958ecc87d74501e325b21b', '79dd72c388394b8a83028b17ca949c58770ccaea493f3a731ebb2b7c40e5b69a', 2000, 2000, 0, 0, 0, 0, 1);
INSERT INTO ops.runs VALUES ('20261125T174624-365c34', 'status_reports', 'status_reports', '2026-11-25 17:46:24.196014', '2026-11-25 17:46:29.034748', 4.838733859000058, 'loaded', NULL, 'c1a06040d271d6006739c9158d2b5c27a6d23b03103f095aef378005f85b4880', 'ae7f1e00e274bfa2b4a7a63e311f2afc6a7a07f30237f51521ae37693d058466', 926, 924, 0, 0, 0, 2, 1);
INSERT INTO ops.runs VALUES ('20261125T174801-21d546', 'claims', 'claims', '2026-11-25 17:48:01.245317', '2026-11-25 17:48:14.367031', 13.121713762000581, 'loaded', NULL, '9673d3922b5030407556e6b4406ce9d1b58021e0f1c9fc4fa8f13d9a876c52c1', 'bbe6cc9913023885824cc821bfc41399617535131047aa14b97efdf5583fe6f9', 27, 0, 1, 1, 26, 0, 0);
INSERT INTO ops.quarantine VALUES ('20261125T174547-5e29b0', 'crossings', 'crossings', 43, 'country_b.filled', 'country_b is filled; here country_b is empty', '{"crossing_id": "chabahar", "name": "Chabahar port (Shahid Beheshti)", "country_a": "IRN", "category": "customs_terminal", "source_name": "Wadsam", "source_url": "https://wadsam.com/afghan-business-news/afghanistans-exports-through-chabahar-port-suspended-for-three-months/", "published_on": "2021-11-06", "note": "named in a status report; no coordinates found"}');
INSERT INTO ops.quarantine VALUES ('20261125T174624-365c34', 'status_reports', 'status_reports', 134, 'crossing_id.known', 'crossing_id stands in crossings; here crossing_id is chabahar', '{"report_id": "oth-s0136", "crossing_id": "chabahar", "valid_from": "2021-08-06", "valid_to": "2021-11-06", "status": "closed", "scope": "exports", "actor": "IND", "cause": "other", "date_precision": "month", "source_name": "Wadsam", "source_url": "https://wadsam.com/afghan-business-news/afghanistans-exports-through-chabahar-port-suspended-for-three-months/", "published_on": "2021-11-06", "note": "Afghan exports by Chabahar off three months over Nhava Sheva problem; imports normal"}');
INSERT INTO ops.quarantine VALUES ('20261125T174624-365c34', 'status_reports', 'status_reports', 509, 'valid_to.in_order', 'valid_to is after valid_from; here valid_to is 2021-08-15, valid_from is 2021-08-15', '{"report_id": "p14-s-305", "crossing_id": "torkham", "valid_from": "2021-08-15", "valid_to": "2021-08-15", "status": "closed", "scope": "cargo", "actor": "PAK", "cause": "regime_change", "date_precision": "day", "source_name": "24NewsHD", "source_url": "https://24newshd.tv/16-Aug-2021/normalcy-at-pak-afghan-torkham-border-after-taliban-capture-kabul", "published_on": "2021-08-16", "note": "Shut for a few hours on Sunday, goods transport again same day"}');
INSERT INTO ops.validations VALUES ('20261125T174532-16a1ae', 'claims', 'claim_id.filled', 'claim_id is filled', 'critical', 'pass', 28, 0, NULL, 'claims/20261125T174532-16a1ae.html');
INSERT INTO ops.validations VALUES ('20261125T174532-16a1ae', 'claims', 'claimant.filled', 'claimant is filled', 'critical', 'pass', 28, 0, NULL, 'claims/20261125T174532-16a1ae.html');
INSERT INTO ops.validations VALUES ('20261125T174801-21d546', 'claims', 'claim_id.filled', 'claim_id is filled', 'critical', 'pass', 27, 0, NULL, 'claims/20261125T174801-21d546.html');
INSERT INTO ops.validations VALUES ('20261125T174801-21d546', 'claims', 'claimant.filled', 'claimant is filled', 'critical', 'pass', 27, 0, NULL, 'claims/20261125T174801-21d546.html');
INSERT INTO ops.schema_parts VALUES ('table claims', 'CREATE TABLE facts.claims (
    claim_id VARCHAR NOT NULL,
    claimed_on DATE NOT NULL CHECK (claimed_on >= ''1900-01-01''::DATE),
    claimant VARCHAR NOT NULL,
    claimant_side VARCHAR,
    topic VARCHAR NOT NULL,
    stance VARCHAR NOT NULL CHECK (stance IN (''asserts'', ''denies'')),
    metric VARCHAR NOT NULL,
    value DOUBLE CHECK (value >= 0),
    unit VARCHAR,
    qualifier VARCHAR CHECK (qualifier IN (''exact'', ''about'', ''over'', ''under'')),
    period_start DATE CHECK (period_start >= ''1900-01-01''::DATE),
    period_end DATE CHECK (period_end >= ''1900-01-01''::DATE),
    source_name VARCHAR NOT NULL,
    source_url VARCHAR NOT NULL,
    published_on DATE CHECK (published_on >= ''1900-01-01''::DATE),
    note VARCHAR,
    row_key VARCHAR NOT NULL,
    known_from DATE,
    known_from_basis VARCHAR NOT NULL CHECK (known_from_basis IN (''published'', ''address'', ''not_before'', ''unknown'')),
    source VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    superseded_at TIMESTAMP,
    superseded_why VARCHAR CHECK (superseded_why IN (''corrected'', ''withdrawn'')),
    PRIMARY KEY (row_key, loaded_at)
)');
INSERT INTO ops.schema_parts VALUES ('table crossings', 'CREATE TABLE facts.crossings (
    crossing_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    aliases VARCHAR,
    country_a VARCHAR NOT NULL,
    country_b VARCHAR NOT NULL,
    side_a VARCHAR,
    side_b VARCHAR,
    admin1_a VARCHAR,
    admin1_b VARCHAR,
    lat DOUBLE CHECK (lat >= -90 AND lat <= 90),
    lon DOUBLE CHECK (lon >= -180 AND lon <= 180),
    modes VARCHAR,
    category VARCHAR NOT NULL CHECK (category IN (''formal_trade'', ''formal_pedestrian'', ''customs_terminal'', ''informal'')),
    opened_on DATE CHECK (opened_on >= ''1900-01-01''::DATE),
    source_name VARCHAR NOT NULL,
    source_url VARCHAR NOT NULL,
    published_on DATE CHECK (published_on >= ''1900-01-01''::DATE),
    note VARCHAR,
    row_key VARCHAR NOT NULL,
    known_from DATE,
    known_from_basis VARCHAR NOT NULL CHECK (known_from_basis IN (''published'', ''address'', ''not_before'', ''unknown'')),
    source VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    superseded_at TIMESTAMP,
    superseded_why VARCHAR CHECK (superseded_why IN (''corrected'', ''withdrawn'')),
    PRIMARY KEY (row_key, loaded_at)
)');
INSERT INTO ops.schema_parts VALUES ('table incident_counts', 'CREATE TABLE facts.incident_counts (
    series_id VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    geography VARCHAR NOT NULL,
    period_start DATE NOT NULL CHECK (period_start >= ''1900-01-01''::DATE),
    period_end DATE NOT NULL CHECK (period_end >= ''1900-01-01''::DATE),
    metric VARCHAR NOT NULL CHECK (metric IN (''militant_attacks'', ''violent_incidents'', ''suicide_attacks'', ''air_strikes'', ''cross_border_clashes'', ''fatalities_total'', ''fatalities_civilian'', ''fatalities_security'', ''fatalities_militant'', ''injuries'')),
    value DOUBLE NOT NULL CHECK (value >= 0),
    qualifier VARCHAR NOT NULL CHECK (qualifier IN (''exact'', ''about'', ''over'', ''under'')),
    source_name VARCHAR NOT NULL,
    source_url VARCHAR NOT NULL,
    published_on DATE CHECK (published_on >= ''1900-01-01''::DATE),
    note VARCHAR,
    row_key VARCHAR NOT NULL,
    known_from DATE,
    known_from_basis VARCHAR NOT NULL CHECK (known_from_basis IN (''published'', ''address'', ''not_before'', ''unknown'')),
    source VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    superseded_at TIMESTAMP,
    superseded_why VARCHAR CHECK (superseded_why IN (''corrected'', ''withdrawn'')),
    PRIMARY KEY (row_key, loaded_at)
)');
INSERT INTO ops.schema_parts VALUES ('table status_reports', 'CREATE TABLE facts.status_reports (
    report_id VARCHAR NOT NULL,
    crossing_id VARCHAR NOT NULL,
    valid_from DATE NOT NULL CHECK (valid_from >= ''1900-01-01''::DATE),
    valid_to DATE CHECK (valid_to >= ''1900-01-01''::DATE),
    status VARCHAR NOT NULL CHECK (status IN (''open'', ''closed'', ''restricted'')),
    scope VARCHAR NOT NULL,
    goods VARCHAR,
    weekdays VARCHAR,
    actor VARCHAR,
    cause VARCHAR CHECK (cause IN (''agreement'', ''air_strike'', ''attack'', ''clash'', ''construction_dispute'', ''document_policy'', ''election'', ''holiday'', ''humanitarian_exemption'', ''infrastructure'', ''none'', ''other'', ''pandemic'', ''protest'', ''regime_change'', ''trade_dispute'', ''weather'')),
    date_precision VARCHAR NOT NULL CHECK (date_precision IN (''day'', ''week'', ''month'')),
    source_name VARCHAR NOT NULL,
    source_url VARCHAR NOT NULL,
    published_on DATE CHECK (published_on >= ''1900-01-01''::DATE),
    note VARCHAR,
    row_key VARCHAR NOT NULL,
    known_from DATE,
    known_from_basis VARCHAR NOT NULL CHECK (known_from_basis IN (''published'', ''address'', ''not_before'', ''unknown'')),
    source VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    superseded_at TIMESTAMP,
    superseded_why VARCHAR CHECK (superseded_why IN (''corrected'', ''withdrawn'')),
    PRIMARY KEY (row_key, loaded_at)
)');
INSERT INTO ops.schema_parts VALUES ('table timeline', 'CREATE TABLE facts.timeline (
    event_id VARCHAR NOT NULL,
    event_date DATE NOT NULL CHECK (event_date >= ''1900-01-01''::DATE),
    kind VARCHAR NOT NULL CHECK (kind IN (''agreement'', ''air_strike'', ''attack'', ''ceasefire'', ''clash'', ''closure'', ''infrastructure'', ''policy'', ''reopening'', ''sanction'', ''statement'', ''talks'', ''visit'')),
    actors VARCHAR,
    title VARCHAR NOT NULL,
    source_name VARCHAR NOT NULL,
    source_url VARCHAR NOT NULL,
    published_on DATE CHECK (published_on >= ''1900-01-01''::DATE),
    note VARCHAR,
    row_key VARCHAR NOT NULL,
    known_from DATE,
    known_from_basis VARCHAR NOT NULL CHECK (known_from_basis IN (''published'', ''address'', ''not_before'', ''unknown'')),
    source VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    superseded_at TIMESTAMP,
    superseded_why VARCHAR CHECK (superseded_why IN (''corrected'', ''withdrawn'')),
    PRIMARY KEY (row_key, loaded_at)
)');
