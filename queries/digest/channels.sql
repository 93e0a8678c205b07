-- How each channel stands: deliveries taken and waiting, the last one taken, and why the newest one waiting is not.
-- Grain: channel
select
    channel,
    count(case when state = 'sent' then 1 end) as delivered,
    max(sent_at) as last_delivered,
    count(case when state in ('waiting', 'sending') then 1 end) as waiting,
    max(case when state in ('waiting', 'sending') then attempts end) as attempts,
    arg_max(error, tried_at) filter (where state in ('waiting', 'sending')) as last_error
from alerts.delivery
group by channel
order by channel
