-- Bytes that reached a disk, and context switches, a second; null where the collector was not
-- allowed to read them.
WITH ends AS (
  SELECT episode_id,
         t_mono_ns // 1_000_000_000 AS second,
         max(t_mono_ns) AS t_mono_ns,
         max(io_read_bytes) AS read_bytes,
         max(io_write_bytes) AS written_bytes,
         max(voluntary_ctxsw) AS voluntary,
         max(involuntary_ctxsw) AS involuntary
  FROM host_proc
  GROUP BY episode_id, second
), steps AS (
  SELECT episode_id,
         second,
         (t_mono_ns - lag(t_mono_ns) OVER w) / 1e9 AS seconds,
         read_bytes - lag(read_bytes) OVER w AS read_bytes,
         written_bytes - lag(written_bytes) OVER w AS written_bytes,
         voluntary - lag(voluntary) OVER w AS voluntary,
         involuntary - lag(involuntary) OVER w AS involuntary
  FROM ends
  WINDOW w AS (PARTITION BY episode_id ORDER BY second)
)
SELECT episode_id,
       second,
       read_bytes / seconds AS read_bytes_per_s,
       written_bytes / seconds AS written_bytes_per_s,
       voluntary / seconds AS voluntary_ctxsw_per_s,
       involuntary / seconds AS involuntary_ctxsw_per_s
FROM steps
WHERE seconds IS NOT NULL
ORDER BY episode_id, second;
