-- What did the target import in a year, told by its suppliers' exports, largest first?
-- $year: 2021
-- $watch: russia
select
    supplier,
    source,
    round(exports_usd / 1000000, 1) as exports_million_usd,
    round(expected_usd / 1000000, 1) as expected_million_usd,
    round(low_usd / 1000000, 1) as low_million_usd,
    round(high_usd / 1000000, 1) as high_million_usd,
    round(cif_low_usd / 1000000, 1) as cif_low_million_usd,
    round(cif_high_usd / 1000000, 1) as cif_high_million_usd,
    round(recorded_usd / 1000000, 1) as recorded_million_usd,
    recorded_estimated,
    suppliers_stating,
    round(100 * coverage_share_of_recorded_imports, 1) as coverage_percent_of_recorded
from views.reconstructed_imports
where watch = $watch and year(period) = cast($year as integer)
order by exports_usd desc
