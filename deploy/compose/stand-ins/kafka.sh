#!/bin/bash
# Starts Kafka as its image does: KAFKA_* variables become settings, a new data folder is formatted.
set -euo pipefail
settings=/opt/kafka/config/server.properties
: >"$settings"
for name in ${!KAFKA_@}; do
  case $name in KAFKA_HEAP_OPTS | KAFKA_OPTS) continue ;; esac
  # As the image reads names: "___" is "-", "__" is "_", "_" is ".".
  key=$(tr '[:upper:]_' '[:lower:].' <<<"${name#KAFKA_}" | sed 's/\.\.\./-/g; s/\.\./_/g')
  printf '%s=%s\n' "$key" "${!name}" >>"$settings"
done
read -ra heap <<<"${KAFKA_HEAP_OPTS:-}"
if [ ! -e "$KAFKA_LOG_DIRS/meta.properties" ]; then
  java -Xmx128m -cp '/opt/kafka/libs/*' kafka.tools.StorageTool format -t "$CLUSTER_ID" -c "$settings"
fi
exec java "${heap[@]}" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '/opt/kafka/libs/*' kafka.Kafka "$settings"
