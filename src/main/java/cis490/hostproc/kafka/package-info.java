/**
 * Clients of Kafka: their settings, calls with a limit each, what the brokers say of topics and
 * transactions, and words for what goes wrong. Knows nothing of files or episodes.
 */
@NullMarked
package cis490.hostproc.kafka;

import org.jspecify.annotations.NullMarked;
