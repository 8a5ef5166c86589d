{{/* Everything in the values that would not work, told at once and by name. */}}
{{- define "newsmill.refuse" -}}
{{- $values := .Values -}}
{{- $problems := list -}}
{{- $protocol := $values.kafka.securityProtocol -}}
{{- $pipeline := include "newsmill.pipeline" . | fromJson -}}
{{- $partitions := dict -}}
{{- $withoutLogin := list -}}
{{- $withoutDatabase := list -}}
{{- $withoutRegistry := list -}}
{{- range $pipeline.topics -}}
{{- $_ := set $partitions .name (include "newsmill.partitions" (dict "root" $ "topic" .) | int) -}}
{{- if gt (.partitions | int) (get $partitions .name) -}}
{{- $problems = append $problems (printf "topics.partitions[%s] is %d: newsmill wants %d at least" .name (get $partitions .name) (.partitions | int)) -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ := $values.topics.partitions -}}
{{- if not (hasKey $partitions $name) }}{{ $problems = append $problems (printf "topics.partitions[%s]: there is no such topic; without the prefix there are %s" $name (keys $partitions | sortAlpha | join ", ")) }}{{ end -}}
{{- end -}}
{{- range $name, $_ := $values.strimzi.topics.config -}}
{{- if not (hasKey $partitions $name) }}{{ $problems = append $problems (printf "strimzi.topics.config[%s]: there is no such topic" $name) }}{{ end -}}
{{- end -}}
{{- with $values.topics.job -}}
{{- if and .replicationFactor (gt (int .minInsyncReplicas) (int .replicationFactor)) -}}
{{- $problems = append $problems (printf "topics.job.minInsyncReplicas is %d, above replicationFactor = %d: no record would be taken" (int .minInsyncReplicas) (int .replicationFactor)) -}}
{{- end -}}
{{- end -}}

{{- if and $values.traces.endpoint $values.networkPolicy.enabled (not $values.networkPolicy.otlp.to) -}}
{{- $problems = append $problems "networkPolicy.otlp.to is empty, and traces.endpoint is set: no trace would reach the collector. Say where it is" -}}
{{- end -}}
{{- if and $values.traces.endpoint $values.networkPolicy.enabled -}}
{{- $port := include "newsmill.urlPort" $values.traces.endpoint -}}
{{- if ne $port (int $values.networkPolicy.otlp.port | toString) -}}
{{- $problems = append $problems (printf "networkPolicy.otlp.port is %d, and traces.endpoint is on port %s: no trace would reach the collector. Make it %s; ports of the collector's pods that differ belong into networkPolicy.otlp.extraPorts" (int $values.networkPolicy.otlp.port) $port $port) -}}
{{- end -}}
{{- end -}}
{{- if not $values.kafka.brokers }}{{ $problems = append $problems "kafka.brokers is empty: name the bootstrap servers, each host:port" }}{{ end -}}
{{- range $name := splitList " " (include "newsmill.services" .) -}}
{{- $own := include "newsmill.service" (dict "root" $ "name" $name) | fromJson -}}
{{- $facts := index $pipeline.services $name -}}
{{- $image := include "newsmill.image" (dict "root" $ "app" $name "image" $own.image) -}}
{{- if not (include "newsmill.namesRegistry" $image) }}{{ $withoutRegistry = append $withoutRegistry $image }}{{ end -}}
{{- $most := 0 -}}
{{- range $facts.stages }}{{ $most = max $most (get $partitions .reads) }}{{ end -}}
{{- $stages := list -}}
{{- range $facts.stages }}{{ $stages = append $stages (printf "%s reads %s with %d" .name .reads (get $partitions .reads | int)) }}{{ end -}}
{{- $told := printf "%s partitions; more replicas would stand idle. Lower it to %d. Partitions are chosen when a topic is made (topics.partitions); more on a live system only with services stopped and topics drained, and never for compacted topics" (join ", " $stages) $most -}}
{{- $scaling := dict -}}
{{- range $kind := list "hpa" "keda" }}{{ with index $own $kind }}{{ if .enabled }}{{ $_ := set $scaling $kind . }}{{ end }}{{ end }}{{ end -}}
{{- if eq (len $scaling) 2 -}}
{{- $problems = append $problems (printf "%s.hpa.enabled and %s.keda.enabled are both true: two that set the replicas of one Deployment work against each other. Choose one" $name $name) -}}
{{- end -}}
{{- range $kind, $scale := $scaling -}}
{{- if gt (int $scale.maxReplicas) (int $most) }}{{ $problems = append $problems (printf "%s.%s.maxReplicas is %d, but %s" $name $kind (int $scale.maxReplicas) $told) }}{{ end -}}
{{- if gt (int $scale.minReplicas) (int $scale.maxReplicas) }}{{ $problems = append $problems (printf "%s.%s.minReplicas is %d, above maxReplicas = %d" $name $kind (int $scale.minReplicas) (int $scale.maxReplicas)) }}{{ end -}}
{{- end -}}
{{- if and (not $scaling) (gt (int $own.replicas) (int $most)) -}}
{{- $problems = append $problems (printf "%s.replicas is %d, but %s" $name (int $own.replicas) $told) -}}
{{- end -}}
{{- if not (dig "limits" "memory" "" $own.resources) -}}
{{- $problems = append $problems (printf "%s.resources.limits.memory is not set: the heap of Node.js is measured by it" $name) -}}
{{- end -}}
{{- $needed := add (div (add (int $own.shutdownMs) 999) 1000) 2 (int ($own.preStopSeconds | default 0)) -}}
{{- if le (int $own.terminationGracePeriodSeconds) (int $needed) -}}
{{- $problems = append $problems (printf "terminationGracePeriodSeconds of the %s is %d, not above the %d s that shutdownMs, 2 s to leave and preStopSeconds take: batches would be cut off" $name (int $own.terminationGracePeriodSeconds) (int $needed)) -}}
{{- end -}}
{{- $login := include "newsmill.kafkaLogin" (dict "root" $ "sasl" $own.kafka.sasl "tls" $own.kafka.tls "user" "of-strimzi") | fromJson -}}
{{- if and (hasPrefix "sasl_" $protocol) (not $login.sasl.existingSecret) -}}
{{- $withoutLogin = append $withoutLogin $name -}}
{{- end -}}
{{- if and (eq $protocol "sasl_plaintext") (hasPrefix "plain" $login.sasl.mechanism) (not $login.sasl.plainInClear) -}}
{{- $problems = append $problems "kafka.sasl.mechanism is plain, which sends the password in clear text with sasl_plaintext: use sasl_ssl, a scram mechanism, or plainInClear" -}}
{{- end -}}
{{- if and (not (hasSuffix "ssl" $protocol)) (or $login.tls.caSecret $login.tls.clientSecret) -}}
{{- $problems = append $problems (printf "kafka.tls names a Secret, but kafka.securityProtocol is %s, without TLS: use %s, or leave it out" $protocol (hasPrefix "sasl_" $protocol | ternary "sasl_ssl" "ssl")) -}}
{{- end -}}
{{- if $facts.database -}}
{{- $database := mergeOverwrite (deepCopy $values.database) (deepCopy $own.database) -}}
{{- if not $database.existingSecret }}{{ $withoutDatabase = append $withoutDatabase $name }}{{ end -}}
{{- if and (eq $database.sslMode "disable") $database.tls.caSecret }}{{ $problems = append $problems "database.tls.caSecret is set, but database.sslMode is disable: use verify-full" }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if or (eq $values.topics.provision "job") (eq $values.migration.provision "job") $values.tests.enabled $values.toolbox.enabled -}}
{{- $image := include "newsmill.image" (dict "root" $ "app" "standalone" "image" $values.jobs.image) -}}
{{- if not (include "newsmill.namesRegistry" $image) }}{{ $withoutRegistry = append $withoutRegistry $image }}{{ end -}}
{{- end -}}
{{- with uniq $withoutRegistry -}}
{{- $problems = append $problems (printf "image.registry names no registry: %s would be pulled from Docker Hub, where newsmill publishes nothing, and the pods hold your logins. Name its host (image.registry: ghcr.io, localhost:5000), or begin image.repository with it" (join ", " .)) -}}
{{- end -}}
{{- if $withoutLogin -}}
{{- $problems = append $problems (printf "kafka.sasl.existingSecret is empty, and kafka.securityProtocol is %s: name the Secret with the login of %s" $protocol (join ", " $withoutLogin)) -}}
{{- end -}}
{{- if $withoutDatabase -}}
{{- $problems = append $problems (printf "database.existingSecret is empty: name the Secret with the login of PostgreSQL for %s, which keep their state there" (join ", " $withoutDatabase)) -}}
{{- end -}}

{{- with $values.fetcher.push -}}
{{- if and .enabled (not .existingSecret) (not .keysSecret) -}}
{{- $problems = append $problems "fetcher.push is enabled without a key: name a Secret in fetcher.push.existingSecret or keysSecret, or set fetcher.push.enabled to false" -}}
{{- end -}}
{{- if and $values.tests.enabled (not $values.tests.existingSecret) (or (not .enabled) (not .existingSecret)) -}}
{{- $problems = append $problems "tests.enabled needs a key that may push, as text: name a Secret in tests.existingSecret (with fetcher.push enabled), or set tests.enabled to false" -}}
{{- end -}}
{{- end -}}
{{- if and $values.fetcher.sources.list $values.fetcher.sources.existingConfigMap }}{{ $problems = append $problems "fetcher.sources has a list and an existingConfigMap: choose one" }}{{ end -}}
{{- if and $values.parser.publishers.rules $values.parser.publishers.existingConfigMap }}{{ $problems = append $problems "parser.publishers has rules and an existingConfigMap: choose one" }}{{ end -}}

{{- if and (or (eq $values.topics.provision "strimzi") $values.strimzi.users.enabled) (not $values.strimzi.cluster) -}}
{{- $problems = append $problems "strimzi.cluster is empty: name the Kafka resource that topics and users belong to" -}}
{{- end -}}
{{- if $values.strimzi.users.enabled -}}
{{- if not (has $protocol (list "sasl_ssl" "sasl_plaintext" "ssl")) }}{{ $problems = append $problems (printf "strimzi.users.enabled needs a login, and kafka.securityProtocol is %s: use sasl_ssl or ssl" $protocol) }}{{ end -}}
{{- if and (hasPrefix "sasl_" $protocol) (ne $values.kafka.sasl.mechanism "scram-sha-512") }}{{ $problems = append $problems "strimzi.users.enabled makes logins for scram-sha-512, and kafka.sasl.mechanism is another" }}{{ end -}}
{{- end -}}
{{- if and (eq $values.topics.provision "job") (hasPrefix "sasl_" $protocol) (not (or $values.kafka.sasl.existingSecret $values.topics.job.sasl.existingSecret)) -}}
{{- $problems = append $problems "topics.provision is job, and neither kafka.sasl.existingSecret nor topics.job.sasl.existingSecret names a login for it" -}}
{{- end -}}
{{- if and $values.strimzi.users.enabled (eq $protocol "ssl") (not $values.kafka.tls.clientSecret) -}}
{{- if and (eq $values.topics.provision "job") (not $values.topics.job.tls.clientSecret) -}}
{{- $problems = append $problems "topics.provision is job, and neither kafka.tls.clientSecret nor topics.job.tls.clientSecret names a certificate for it: those of strimzi.users are the services'" -}}
{{- end -}}
{{- if and (include "newsmill.usesKeda" .) (not $values.keda.authenticationRef) -}}
{{- $problems = append $problems "keda: it needs a certificate of its own for Kafka, as those of strimzi.users are the services'. Name a TriggerAuthentication in keda.authenticationRef, or a Secret in kafka.tls.clientSecret" -}}
{{- end -}}
{{- end -}}
{{- if and (eq $values.migration.provision "job") (not (or $values.database.existingSecret $values.migration.database.existingSecret)) -}}
{{- $problems = append $problems "migration.provision is job, and neither database.existingSecret nor migration.database.existingSecret names a login for it" -}}
{{- end -}}
{{- with $values.toolbox }}{{ if .enabled -}}
{{- $login := include "newsmill.kafkaLogin" (dict "root" $ "sasl" .kafka.sasl "tls" .kafka.tls "user" "of-strimzi") | fromJson -}}
{{- if and (hasPrefix "sasl_" $protocol) (not $login.sasl.existingSecret) -}}
{{- $problems = append $problems "toolbox is enabled, and neither kafka.sasl.existingSecret nor toolbox.kafka.sasl.existingSecret names a login for it" -}}
{{- end -}}
{{- if not (or $values.database.existingSecret .database.existingSecret) -}}
{{- $problems = append $problems "toolbox is enabled, and neither database.existingSecret nor toolbox.database.existingSecret names a login for it" -}}
{{- end -}}
{{- if not (dig "limits" "memory" "" .resources) -}}
{{- $problems = append $problems "toolbox.resources.limits.memory is not set: the heap of Node.js is measured by it" -}}
{{- end -}}
{{- end }}{{ end -}}
{{- if and (include "newsmill.usesKeda" .) (not $values.keda.authenticationRef) (hasPrefix "sasl_" $protocol) (or $values.kafka.sasl.username (not $values.kafka.sasl.existingSecret)) -}}
{{- $problems = append $problems "keda: it reads the user name from a Secret. Put it into kafka.sasl.existingSecret and leave kafka.sasl.username empty, or name a TriggerAuthentication in keda.authenticationRef" -}}
{{- end -}}

{{- if and $values.monitoring.podMonitor.enabled $values.monitoring.serviceMonitor.enabled }}{{ $problems = append $problems "monitoring.podMonitor and monitoring.serviceMonitor are both enabled: everything would be counted twice. Choose one" }}{{ end -}}
{{- if and $values.monitoring.prometheusRule.enabled (not (.Files.Get "files/rules.yaml")) (not $values.monitoring.prometheusRule.extraGroups) }}{{ $problems = append $problems "monitoring.prometheusRule is enabled, but this chart has no files/rules.yaml: give extraGroups" }}{{ end -}}

{{- range $kind := list "ingress" "httpRoute" -}}
{{- $way := index $values $kind -}}
{{- if $way.enabled -}}
{{- $push := eq $kind "ingress" | ternary (list ($way.push.host | default "") | compact) ($way.push.hostnames | default list) -}}
{{- $query := eq $kind "ingress" | ternary (list ($way.query.host | default "") | compact) ($way.query.hostnames | default list) -}}
{{- if not (or $push $query) }}{{ $problems = append $problems (printf "%s is enabled without a host: name one for push or query" $kind) }}{{ end -}}
{{- range $push }}{{ if has . $query }}{{ $problems = append $problems (printf "%s: %s is the host of push and of query: both answer under /v1/articles, so each needs a host of its own" $kind .) }}{{ end }}{{ end -}}
{{- if and $push (not $values.fetcher.push.enabled) }}{{ $problems = append $problems (printf "%s.push has a host, but fetcher.push is not enabled" $kind) }}{{ end -}}
{{- if $values.networkPolicy.enabled -}}
{{- if and $push (not $values.networkPolicy.push.from) }}{{ $problems = append $problems (printf "%s.push has a host, but networkPolicy.push.from lets nobody in: name the namespace of the ingress controller or gateway" $kind) }}{{ end -}}
{{- if and $query (not $values.networkPolicy.query.from) }}{{ $problems = append $problems (printf "%s.query has a host, but networkPolicy.query.from lets nobody in: name the namespace of the ingress controller or gateway" $kind) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $values.httpRoute.enabled (not $values.httpRoute.parentRefs) }}{{ $problems = append $problems "httpRoute is enabled without parentRefs: name the Gateway" }}{{ end -}}
{{- if and $values.store.webhooks.targets (not $values.networkPolicy.enabled) }}{{ $problems = append $problems "store.webhooks.targets is set, but networkPolicy.enabled is false: nothing would be bounded by it" }}{{ end -}}
{{- with uniq $problems -}}
{{- fail (printf "\n\nThe values do not fit:\n  - %s\n" (join "\n  - " .)) -}}
{{- end -}}
{{- end -}}
