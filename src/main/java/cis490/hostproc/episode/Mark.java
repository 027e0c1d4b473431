package cis490.hostproc.episode;

import org.jspecify.annotations.Nullable;

/**
 * A moment of an episode that somebody has given a name, on the two clocks of a row.
 *
 * @param name of what begins or happens then, 1 to 64 characters
 * @param detail more words, at most 1,024 characters; null if there are none
 * @param tMonoNs CLOCK_MONOTONIC, counted from the episode's origin, ns
 * @param tWallNs CLOCK_REALTIME, ns since the Unix epoch
 */
public record Mark(String name, @Nullable String detail, long tMonoNs, long tWallNs) {}
