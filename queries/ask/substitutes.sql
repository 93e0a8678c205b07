-- What does the coalition no longer sell to the target, by set of goods or code, and who outside it sells more now?
-- Gains are null where no supplier outside the coalition has published both years. Of cut: all, tier, group or code.
-- $cut: tier
-- $base_year: 2021
-- $year: 2022
-- $list: chpl
-- $version: 2024-02-23
-- $target: RUS
-- $watch: russia
select
    goods,
    supplier,
    months_supplier,
    months,
    round(coalition_base_usd / 1000000, 3) as coalition_base_million_usd,
    round(coalition_loss_usd / 1000000, 3) as coalition_loss_million_usd,
    round(gain_usd / 1000000, 3) as gain_million_usd,
    round(100 * gain_over_coalition_loss, 1) as gain_over_loss_percent,
    other_suppliers
from views.substitution
where
    watch = $watch and list = $list and version = $version and cut = $cut and target = $target
    and span = 'year' and base_period = cast($base_year || '-01-01' as date)
    and period = cast($year || '-01-01' as date)
order by coalition_loss_usd desc, goods, gain_usd desc
