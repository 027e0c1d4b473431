#!/usr/bin/env bash
# A class of Kafka's, with the options that the official scripts take from the environment.
# shellcheck disable=SC2086 # options are words
exec java ${KAFKA_HEAP_OPTS:--Xmx256M} -XX:+UseG1GC -Djava.awt.headless=true \
  ${KAFKA_JVM_PERFORMANCE_OPTS-} \
  ${KAFKA_LOG4J_OPTS:--Dlog4j2.configurationFile=/etc/kafka/docker/tools-log4j2.yaml} \
  ${KAFKA_OPTS-} -cp '/opt/kafka/libs/*' "$@"
