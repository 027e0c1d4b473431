-- CPU of each second, in percent of one processor: the differences of the last rows of two seconds,
-- by the time between them. A jiffy is 10 ms as a rule, so a shorter window says little.
WITH ends AS (
  SELECT episode_id,
         t_mono_ns // 1_000_000_000 AS second,
         max(t_mono_ns) AS t_mono_ns,
         max(cpu_user_jiffies) AS user_jiffies,
         max(cpu_sys_jiffies) AS sys_jiffies
  FROM host_proc
  GROUP BY episode_id, second
), steps AS (
  SELECT episode_id,
         second,
         (t_mono_ns - lag(t_mono_ns) OVER w) / 1e9 AS seconds,
         user_jiffies - lag(user_jiffies) OVER w AS user_jiffies,
         sys_jiffies - lag(sys_jiffies) OVER w AS sys_jiffies
  FROM ends
  WINDOW w AS (PARTITION BY episode_id ORDER BY second)
)
SELECT episode_id,
       second,
       100.0 * user_jiffies / clock_ticks_per_second / seconds AS user_percent,
       100.0 * sys_jiffies / clock_ticks_per_second / seconds AS sys_percent,
       user_percent + sys_percent AS cpu_percent
FROM steps
JOIN episodes USING (episode_id)
WHERE seconds IS NOT NULL
ORDER BY episode_id, second;
