-- The views of the other queries, over the files of a capture host: DuckDB in the folder above
-- `episodes`, nothing else. `LakeViews.java` makes the same views over the lake's tables.
--
--   duckdb -init files.sql < cpu.sql

CREATE OR REPLACE VIEW episodes AS
SELECT * EXCLUDE (filename), filename AS manifest_file
FROM read_json(
  'episodes/*/host_proc.episode.json',
  filename = true,
  columns = {
    episode_id: 'VARCHAR', state: 'VARCHAR', host_name: 'VARCHAR', command_name: 'VARCHAR',
    clock_ticks_per_second: 'BIGINT', page_size_bytes: 'BIGINT', interval_ms: 'BIGINT',
    started_wall_ns: 'BIGINT', ended_wall_ns: 'BIGINT', end_reason: 'VARCHAR', "rows": 'BIGINT',
    ticks_missed: 'BIGINT'
  }
);

-- Every column with its type, in the row schema's order: a guess from a file's first rows could be
-- wrong. seq is the row's number in its file, from 0.
CREATE OR REPLACE VIEW host_proc AS
SELECT e.episode_id,
       row_number() OVER (PARTITION BY e.episode_id ORDER BY r.t_mono_ns) - 1 AS seq,
       r.* EXCLUDE (filename)
FROM read_json(
  'episodes/*/host_proc.jsonl',
  format = 'newline_delimited',
  filename = true,
  columns = {
    t_mono_ns: 'BIGINT', t_wall_ns: 'BIGINT', source: 'VARCHAR', available_in_deployment: 'BOOLEAN',
    cpu_user_jiffies: 'BIGINT', cpu_sys_jiffies: 'BIGINT', rss_bytes: 'BIGINT',
    vsize_bytes: 'BIGINT', io_read_bytes: 'BIGINT', io_write_bytes: 'BIGINT',
    voluntary_ctxsw: 'BIGINT', involuntary_ctxsw: 'BIGINT', minor_faults: 'BIGINT',
    major_faults: 'BIGINT'
  }
) r
JOIN episodes e ON e.manifest_file = replace(r.filename, '.jsonl', '.episode.json');
