-- What channels have not taken, a sentence a channel; never to whom. Grain: channel
select
    channel || ': ' || count(*) || ' delivery(ies) not taken since ' || strftime(min(queued_at), '%Y-%m-%d')
    || ', tried ' || max(attempts) || ' time(s); the next run tries again.' as line
from alerts.delivery
where state in ('waiting', 'sending') and (attempts > 0 or error is not null)
group by channel
order by line
