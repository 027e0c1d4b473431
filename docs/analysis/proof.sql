-- Is an episode in the lake complete, and each of its rows there once? By the manifest's number of
-- rows; `hostproc retire --lake-rows` compares the rows themselves.
SELECT episode_id,
       state,
       "rows" AS rows_of_manifest,
       count(seq) AS rows_in_lake,
       count(seq) - count(DISTINCT seq) AS rows_twice,
       coalesce(max(seq) + 1 - count(DISTINCT seq), 0) AS rows_missing_between,
       rows_of_manifest IS NOT DISTINCT FROM rows_in_lake AND rows_twice = 0 AS complete
FROM episodes
LEFT JOIN host_proc USING (episode_id)
GROUP BY episode_id, state, "rows"
ORDER BY episode_id;
