-- One row that is another one whenever any version of a figure, or what is known of its publication, is another one.
-- Grain: one row
select
    (select count(*) from facts.trade_history) as figures,
    (select bit_xor(hash(pull_id, known_from, known_to, reporter, partner, commodity, period)) from facts.trade_history)
        as figures_hash,
    (select count(*) from facts.coverage_history) as states,
    (select bit_xor(hash(pull_id, known_from, reporter, flow, period, scope, state, whole)) from facts.coverage_history)
        as states_hash
