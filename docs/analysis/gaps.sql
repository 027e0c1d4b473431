-- Where ticks are missing: ticks are due at whole intervals since the episode's origin, and a row
-- belongs to the tick before it: docs/rows.md, "What a row is not".
WITH ticks AS (
  SELECT episode_id,
         seq,
         t_mono_ns,
         t_mono_ns // (interval_ms * 1_000_000) AS tick
  FROM host_proc
  JOIN episodes USING (episode_id)
), steps AS (
  SELECT episode_id,
         seq,
         t_mono_ns / 1e9 AS at_s,
         tick - lag(tick) OVER (PARTITION BY episode_id ORDER BY seq) - 1 AS ticks_missing
  FROM ticks
)
SELECT *
FROM steps
WHERE ticks_missing > 0
ORDER BY episode_id, seq;
