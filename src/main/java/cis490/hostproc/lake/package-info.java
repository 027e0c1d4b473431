/**
 * What the lake's side needs to know of rows and manifests: Kafka Connect's converter, and the
 * check of what came out of the lake.
 */
@NullMarked
package cis490.hostproc.lake;

import org.jspecify.annotations.NullMarked;
