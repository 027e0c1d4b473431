/**
 * The embedded Kafka: Kafka itself, one process, bound to 127.0.0.1, for a newcomer's first run, a
 * host without a cluster, and tests.
 *
 * <p>Its jars lie in a folder of their own, {@code broker/} beside {@code hostproc.jar}; without
 * them everything but this package works.
 */
@NullMarked
package cis490.hostproc.broker;

import org.jspecify.annotations.NullMarked;
