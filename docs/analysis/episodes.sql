-- What each episode did in all: from its first row to its last. What the process had done before
-- its first row is not in it.
SELECT episode_id,
       count(*) AS "rows",
       (max(t_mono_ns) - min(t_mono_ns)) / 1e9 AS seconds,
       100.0 * (max(cpu_user_jiffies) - min(cpu_user_jiffies)
                + max(cpu_sys_jiffies) - min(cpu_sys_jiffies))
         / any_value(clock_ticks_per_second) / seconds AS cpu_percent,
       max(io_read_bytes) - min(io_read_bytes) AS read_bytes,
       max(io_write_bytes) - min(io_write_bytes) AS written_bytes,
       max(minor_faults) - min(minor_faults) AS minor_faults,
       max(major_faults) - min(major_faults) AS major_faults,
       max(voluntary_ctxsw) - min(voluntary_ctxsw) AS voluntary_ctxsw,
       max(involuntary_ctxsw) - min(involuntary_ctxsw) AS involuntary_ctxsw,
       max(rss_bytes) AS rss_bytes_max
FROM host_proc
JOIN episodes USING (episode_id)
GROUP BY episode_id
ORDER BY episode_id;
