-- Every table of the warehouse. Times are UTC without a zone; money and quantities are exact decimals.
create schema if not exists ref;
create schema if not exists raw;
create schema if not exists facts;
create schema if not exists views;
create schema if not exists plain;
create schema if not exists kept;
create schema if not exists checks;
create schema if not exists findings;
create schema if not exists alerts;

-- Reference lists, read from data/*.csv: a file's name and columns are its table's name and columns.
create table if not exists ref.area (
    area varchar not null,
    name varchar not null,
    kind varchar not null,
    iso2 varchar,
    m49 varchar,
    note varchar
);

create table if not exists ref.source_area (
    source varchar not null,
    code varchar not null,
    area varchar not null,
    label varchar,
    basis varchar not null
);

create table if not exists ref.area_group (
    area_group varchar not null,
    area varchar not null,
    valid_from date,
    valid_to date,
    basis varchar not null,
    note varchar
);

create table if not exists ref.goods_list (
    list varchar not null,
    version varchar not null,
    title varchar not null,
    codes integer not null,
    hs_edition varchar not null,
    date_basis varchar not null,
    note varchar
);

create table if not exists ref.goods_item (
    list varchar not null,
    version varchar not null,
    commodity varchar not null,
    tier varchar,
    description varchar not null,
    hs_edition varchar not null,
    basis varchar not null
);

-- Groups of goods that claims speak of, by six-digit code or by chapter; groups overlap, and hold codes of no list.
create table if not exists ref.goods_group (
    goods_group varchar not null,
    commodity varchar not null,
    title varchar not null
);

-- The closed families of HS6 codes across the edition change of 2022-01: what one code becomes, and all that it feeds.
create table if not exists ref.hs_family (
    family varchar not null,
    hs_edition varchar not null,
    commodity varchar not null,
    note varchar
);

-- Listed codes that changed between editions: hand-checked predecessors, and how far a series may be chained.
create table if not exists ref.hs_seam (
    commodity varchar not null,
    hs_edition varchar not null,
    predecessor varchar not null,
    predecessor_edition varchar not null,
    family varchar not null,
    quality varchar not null,
    note varchar not null
);

create table if not exists ref.hs_link (
    from_edition varchar not null,
    from_commodity varchar not null,
    to_edition varchar not null,
    to_commodity varchar not null,
    kind varchar not null
);

-- When a source releases which month: the day by rule, or, where data_year is given, of that year of the figures.
create table if not exists ref.release_day (
    source varchar not null,
    layout varchar not null,
    data_year integer,
    data_month integer not null,
    due_month integer not null,
    due_day integer not null,
    by_hand boolean not null,
    basis varchar not null
);

-- Which figures a source computed itself because the reporter stated none.
create table if not exists ref.estimated (
    source varchar not null,
    reporter varchar not null,
    valid_from date not null,
    valid_to date,
    estimated_by varchar not null,
    basis varchar not null
);

create table if not exists ref.policy_event (
    event_date date not null,
    date_precision varchar not null,
    actor varchar not null,
    kind varchar not null,
    event varchar not null,
    contested boolean not null,
    source varchar not null,
    basis varchar not null
);

-- China's own goods codes of a year's code book, with the units of both quantities; unit2 is null where there is one.
create table if not exists ref.gacc_commodity (
    year smallint not null,
    commodity varchar not null,
    unit_code varchar not null,
    unit varchar not null,
    unit2_code varchar,
    unit2 varchar
);

create table if not exists ref.fx_month (
    currency varchar not null,
    freq varchar not null,
    period date not null,
    usd_per_unit decimal(18, 10) not null,
    days integer not null,
    source varchar not null
);

create table if not exists ref.watch (
    watch varchar not null,
    title varchar not null,
    list varchar not null,
    version varchar not null,
    event_date date not null,
    baseline_from date not null,
    baseline_to date not null
);

-- The members of a watch: role is target, coalition, hub, control_partner or control_product.
create table if not exists ref.watch_member (
    watch varchar not null,
    role varchar not null,
    member varchar not null
);

-- What ref.* and the views were made from, as a hash of all of it: what has not changed is not made again.
create table if not exists ref.made_from (
    part varchar not null,
    sha256 varchar not null
);

create table if not exists ref.reference_source (
    file varchar not null,
    title varchar not null,
    publisher varchar not null,
    address varchar not null,
    edition varchar not null,
    retrieved varchar not null,
    licence varchar not null,
    note varchar
);

create sequence if not exists raw.pull_id;

create table if not exists raw.pull (
    pull_id integer not null,
    source varchar not null,
    layout varchar not null,
    scope varchar not null,
    requested varchar not null,
    fetched_at timestamp not null,
    released_at timestamp not null,
    released_basis varchar not null,
    http_status integer,
    bytes bigint not null,
    sha256 varchar not null,
    path varchar not null,
    rows_read integer not null,
    rows_new integer not null,
    rows_revised integer not null,
    rows_withdrawn integer not null,
    rows_unchanged integer not null,
    rows_rejected integer not null,
    notes varchar not null,
    state varchar not null,
    error varchar
);

-- One row for each call over the network, answered or not: what was asked (never with a key) and what came of it.
create table if not exists raw.call (
    source varchar not null,
    called_at timestamp not null,
    service varchar not null,
    kind varchar not null,
    asked varchar not null,
    http_status integer,
    outcome varchar not null,
    cells integer,
    rows_read integer,
    bytes bigint not null,
    seconds double not null,
    again_at timestamp
);

-- What a source says that it released: one row for each dataset and each change of it; the newest row stands. A row
-- without checksum says that the source took the dataset back.
create table if not exists raw.dataset (
    source varchar not null,
    freq varchar not null,
    reporter_code varchar not null,
    period date not null,
    hs_edition varchar,
    first_released timestamp,
    last_released timestamp,
    checksum bigint,
    rows_stated bigint,
    known_from timestamp not null,
    seen_at timestamp not null,
    notes varchar
);

-- Queries of the platform of China's customs that were printed for somebody to ask by hand: `asked` as in raw.pull. One
-- is answered by a pull of the same address that was taken later.
create table if not exists raw.gacc_query (
    number integer not null,
    printed_at timestamp not null,
    currency varchar not null,
    asked varchar not null,
    address varchar not null
);

create table if not exists facts.trade_history (
    source varchar not null,
    reporter varchar not null,
    partner varchar not null,
    flow varchar not null,
    freq varchar not null,
    period date not null,
    hs_edition varchar not null,
    commodity varchar not null,
    value_usd decimal(18, 3),
    value decimal(18, 3),
    currency varchar not null,
    valuation varchar not null,
    net_kg decimal(18, 3),
    quantity decimal(18, 3),
    quantity_unit varchar,
    quantity_estimated boolean not null,
    summed boolean not null default false,
    withdrawn boolean not null,
    known_from timestamp not null,
    known_to timestamp,
    pull_id integer not null
);

-- An asked set: the partners and commodities one pull asked for. 'ALL' stands for every one.
create table if not exists facts.scope (
    scope varchar not null,
    partner varchar not null,
    commodity varchar not null
);

-- What each pull answered for, and how: one row a pull, reporter, flow, period and asked set; a row `answered` ends the
-- not_released or failed of its scope. whole: whether the totals of the cell add up, null where that cannot be asked.
create table if not exists facts.coverage_history (
    source varchar not null,
    reporter varchar not null,
    flow varchar not null,
    freq varchar not null,
    period date not null,
    scope varchar not null,
    state varchar not null,
    known_from timestamp not null,
    pull_id integer not null,
    whole boolean
);

-- Warehouses made before the column was.
alter table facts.coverage_history add column if not exists whole boolean;

create table if not exists findings.finding (
    rule varchar not null,
    family varchar not null,
    subject varchar not null,
    month date not null,
    score double not null,
    amount_usd decimal(18, 3) not null,
    evidence varchar not null,
    as_of timestamp not null,
    found_at timestamp not null
);

create table if not exists alerts.alert (
    alert_id varchar not null,
    family varchar not null,
    rule varchar not null,
    subject varchar not null,
    state varchar not null,
    first_month date not null,
    last_month date not null,
    score double not null,
    amount_usd decimal(18, 3) not null,
    sentence varchar not null,
    opened_at timestamp not null,
    changed_at timestamp not null,
    severity varchar,
    watch varchar,
    area varchar,
    answer varchar,
    owner varchar,
    until date
);

-- Warehouses made before the columns were.
alter table alerts.alert add column if not exists severity varchar;
alter table alerts.alert add column if not exists watch varchar;
alter table alerts.alert add column if not exists area varchar;
alter table alerts.alert add column if not exists answer varchar;
alter table alerts.alert add column if not exists owner varchar;
alter table alerts.alert add column if not exists until date;
update alerts.alert set state = 'closed' where state = 'over';

create sequence if not exists alerts.event_id;

create table if not exists alerts.event (
    event_id integer not null,
    alert_id varchar not null,
    reason varchar not null,
    month date not null,
    score double not null,
    amount_usd decimal(18, 3) not null,
    severity varchar not null,
    sentence varchar not null,
    author varchar not null,
    as_of timestamp not null,
    happened_at timestamp not null,
    told_at timestamp,
    verdict varchar,
    note varchar,
    until date,
    expected_usd decimal(18, 3),
    spread_usd double
);

-- Warehouses made before the columns were, and before `closed` was the word. verdict: what the rules saw of the month,
-- null for what people say; note: their reason; until: of a silence; the rest: of a confirmed case, as at its onset.
alter table alerts.event add column if not exists verdict varchar;
alter table alerts.event add column if not exists note varchar;
alter table alerts.event add column if not exists until date;
alter table alerts.event add column if not exists expected_usd decimal(18, 3);
alter table alerts.event add column if not exists spread_usd double;
update alerts.event set reason = 'closed' where reason = 'over';
update alerts.event set verdict = case when reason in ('closed', 'withdrawn') then 'quiet' else 'hit' end
where verdict is null and author = 'tradewatch';

-- What each rule saw of each subject in each month: hit, quiet, inhibited (a hit that a broader cause explains), or not
-- published. Only quiet can end an alert. Dollars: what was stated and expected, null where it is not published.
create table if not exists findings.judged (
    rule varchar not null,
    family varchar not null,
    subject varchar not null,
    month date not null,
    verdict varchar not null,
    reason varchar not null,
    as_of timestamp not null,
    found_at timestamp not null,
    value_usd decimal(18, 3),
    expected_usd decimal(18, 3)
);

-- Warehouses made before the columns were.
alter table findings.judged add column if not exists value_usd decimal(18, 3);
alter table findings.judged add column if not exists expected_usd decimal(18, 3);

-- The rules as they were when they last judged, so that a digest can say its thresholds and next steps.
create table if not exists alerts.rule (
    rule varchar not null,
    family varchar not null,
    title varchar not null,
    view varchar not null,
    condition varchar not null,
    why varchar not null,
    next varchar not null,
    thresholds varchar not null,
    judged_at timestamp not null
);

-- How often each rule was wrong where a backtest has measured it: the share of its alerts that were false, 0 to 1, and
-- on what. The newest measurement of a rule stands; a rule without one is told as not measured.
create table if not exists alerts.rule_rate (
    rule varchar not null,
    false_rate double not null,
    basis varchar not null,
    measured_at timestamp not null
);

-- The outbox: every digest as it was composed, as JSON, so that any format of it can be written again; digest_id is its
-- month and the hash of the body.
create table if not exists alerts.digest (
    digest_id varchar not null,
    composed_at timestamp not null,
    month date,
    known_at timestamp,
    body varchar not null
);

-- What is to be delivered and what was: one row a digest, channel and recipient. state: waiting; sending (a run began
-- and did not say how it ended); sent; skipped (see error). No secret stands in recipient or error.
create table if not exists alerts.delivery (
    digest_id varchar not null,
    channel varchar not null,
    recipient varchar not null,
    state varchar not null,
    attempts integer not null,
    queued_at timestamp not null,
    tried_at timestamp,
    sent_at timestamp,
    error varchar
);
