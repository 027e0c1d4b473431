-- Resident memory of each second: least, mean and most of its rows, and the page faults since the
-- second before. The kernel keeps the count of pages in batches: it is off by some hundred kB.
WITH seconds AS (
  SELECT episode_id,
         t_mono_ns // 1_000_000_000 AS second,
         min(rss_bytes) AS rss_bytes_min,
         avg(rss_bytes) AS rss_bytes_mean,
         max(rss_bytes) AS rss_bytes_max,
         max(vsize_bytes) AS vsize_bytes_max,
         max(minor_faults) AS minor_faults,
         max(major_faults) AS major_faults
  FROM host_proc
  GROUP BY episode_id, second
)
SELECT * REPLACE (
         minor_faults - lag(minor_faults) OVER w AS minor_faults,
         major_faults - lag(major_faults) OVER w AS major_faults
       )
FROM seconds
WINDOW w AS (PARTITION BY episode_id ORDER BY second)
ORDER BY episode_id, second;
