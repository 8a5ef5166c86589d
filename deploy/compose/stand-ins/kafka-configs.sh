#!/bin/bash
# Kafka's own command, of a release that has it among its published jars.
read -ra heap <<<"${KAFKA_HEAP_OPTS:-}"
exec java "${heap[@]}" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '/opt/kafka/tools/*' kafka.admin.ConfigCommand "$@"
