-- Spark SQL on the lake's tables: what each episode did in all, and whether it is complete.
--
--   src/main/lake/lake spark /srv/hostproc-lake docs/analysis/spark.sql
WITH manifests AS (
  SELECT *, row_number() OVER (PARTITION BY episode_id ORDER BY kafka_offset DESC) AS latest
  FROM hostproc.oracle.episodes
)
SELECT r.episode_id,
       any_value(m.state) AS state,
       any_value(m.rows) AS rows_of_manifest,
       count(DISTINCT r.seq) AS rows_in_lake,
       count(*) - count(DISTINCT r.seq) AS rows_twice,
       (max(r.t_mono_ns) - min(r.t_mono_ns)) / 1e9 AS seconds,
       100.0 * (max(r.cpu_user_jiffies) - min(r.cpu_user_jiffies)
                + max(r.cpu_sys_jiffies) - min(r.cpu_sys_jiffies))
         / any_value(m.clock_ticks_per_second)
         / ((max(r.t_mono_ns) - min(r.t_mono_ns)) / 1e9) AS cpu_percent,
       max(r.io_read_bytes) - min(r.io_read_bytes) AS read_bytes,
       max(r.io_write_bytes) - min(r.io_write_bytes) AS written_bytes
FROM hostproc.oracle.host_proc r
JOIN manifests m ON m.episode_id = r.episode_id AND m.latest = 1
GROUP BY r.episode_id
ORDER BY r.episode_id;
