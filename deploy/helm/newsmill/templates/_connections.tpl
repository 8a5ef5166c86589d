{{/*
How newsmill reaches Kafka and PostgreSQL, and what else a service is told. Each gives JSON: `settings` (environment
variables with their text), `env` (those that come from a Secret, as in a container) and `files` (Secrets and ConfigMaps
as files: name, secret or configMap, and file by key).
*/}}

{{/* Where a Secret's or a ConfigMap's files stand. */}}
{{- define "newsmill.folder" -}}
/etc/newsmill/{{ . }}
{{- end -}}

{{/* The login of Kafka that holds for a service or a Job: what is common, with what differs. Dict of root, sasl, tls and user (of Strimzi); JSON. */}}
{{- define "newsmill.kafkaLogin" -}}
{{- $kafka := .root.Values.kafka -}}
{{- $sasl := mergeOverwrite (deepCopy $kafka.sasl) (deepCopy (.sasl | default dict)) -}}
{{- $tls := mergeOverwrite (deepCopy $kafka.tls) (deepCopy (.tls | default dict)) -}}
{{- if and .user .root.Values.strimzi.users.enabled -}}
{{- if hasPrefix "sasl_" $kafka.securityProtocol -}}
{{- $sasl = mergeOverwrite $sasl (dict "username" .user "existingSecret" .user "passwordKey" "password") -}}
{{- else -}}
{{- $tls = mergeOverwrite $tls (dict "clientSecret" .user "certKey" "user.crt" "keyKey" "user.key") -}}
{{- end -}}
{{- end -}}
{{- dict "sasl" $sasl "tls" $tls | toJson -}}
{{- end -}}

{{/* Dict of root, sasl, tls and user. */}}
{{- define "newsmill.kafka" -}}
{{- $kafka := .root.Values.kafka -}}
{{- $login := include "newsmill.kafkaLogin" . | fromJson -}}
{{- $settings := dict "NEWSMILL_TRANSPORT" "kafka" "NEWSMILL_KAFKA_BROKERS" (join "," $kafka.brokers) "NEWSMILL_KAFKA_SECURITY_PROTOCOL" $kafka.securityProtocol "NEWSMILL_TOPIC_PREFIX" .root.Values.topicPrefix -}}
{{- $env := list -}}
{{- $files := list -}}
{{- if hasPrefix "sasl_" $kafka.securityProtocol -}}
{{- $_ := set $settings "NEWSMILL_KAFKA_SASL_MECHANISM" $login.sasl.mechanism -}}
{{- if $login.sasl.plainInClear }}{{ $_ := set $settings "NEWSMILL_KAFKA_SASL_PLAIN_IN_CLEAR" "true" }}{{ end -}}
{{- if $login.sasl.username -}}
{{- $_ := set $settings "NEWSMILL_KAFKA_SASL_USERNAME" $login.sasl.username -}}
{{- else -}}
{{- $env = append $env (dict "name" "NEWSMILL_KAFKA_SASL_USERNAME" "valueFrom" (dict "secretKeyRef" (dict "name" $login.sasl.existingSecret "key" $login.sasl.usernameKey))) -}}
{{- end -}}
{{- $files = append $files (dict "name" "kafka-sasl" "secret" $login.sasl.existingSecret "items" (dict $login.sasl.passwordKey "password")) -}}
{{- $_ := set $settings "NEWSMILL_KAFKA_SASL_PASSWORD_FILE" (printf "%s/password" (include "newsmill.folder" "kafka-sasl")) -}}
{{- end -}}
{{- if hasSuffix "ssl" $kafka.securityProtocol -}}
{{- if $login.tls.caSecret -}}
{{- $files = append $files (dict "name" "kafka-ca" "secret" $login.tls.caSecret "items" (dict $login.tls.caKey "ca.crt")) -}}
{{- $_ := set $settings "NEWSMILL_KAFKA_CA_FILE" (printf "%s/ca.crt" (include "newsmill.folder" "kafka-ca")) -}}
{{- end -}}
{{- if $login.tls.clientSecret -}}
{{- $files = append $files (dict "name" "kafka-client" "secret" $login.tls.clientSecret "items" (dict $login.tls.certKey "tls.crt" $login.tls.keyKey "tls.key")) -}}
{{- $_ := set $settings "NEWSMILL_KAFKA_CERT_FILE" (printf "%s/tls.crt" (include "newsmill.folder" "kafka-client")) -}}
{{- $_ := set $settings "NEWSMILL_KAFKA_KEY_FILE" (printf "%s/tls.key" (include "newsmill.folder" "kafka-client")) -}}
{{- end -}}
{{- end -}}
{{- dict "settings" $settings "env" $env "files" $files | toJson -}}
{{- end -}}

{{/*
Dict of root and database (what differs). Where a host is given, Kubernetes puts the URL together with the user name of the
Secret, and the password is a file; else the URL is the Secret's own.
*/}}
{{- define "newsmill.database" -}}
{{- $database := mergeOverwrite (deepCopy .root.Values.database) (deepCopy (.database | default dict)) -}}
{{- $settings := dict -}}
{{- $env := list -}}
{{- $files := list -}}
{{- $ca := "" -}}
{{- if $database.tls.caSecret -}}
{{- $ca = printf "%s/ca.crt" (include "newsmill.folder" "database-ca") -}}
{{- $files = append $files (dict "name" "database-ca" "secret" $database.tls.caSecret "items" (dict $database.tls.caKey "ca.crt")) -}}
{{- end -}}
{{- if $database.host -}}
{{- $env = append $env (dict "name" "DATABASE_USERNAME" "valueFrom" (dict "secretKeyRef" (dict "name" $database.existingSecret "key" $database.usernameKey))) -}}
{{- $files = append $files (dict "name" "database" "secret" $database.existingSecret "items" (dict $database.passwordKey "password")) -}}
{{- $_ := set $settings "NEWSMILL_DATABASE_PASSWORD_FILE" (printf "%s/password" (include "newsmill.folder" "database")) -}}
{{- $host := contains ":" $database.host | ternary (printf "[%s]" $database.host) $database.host -}}
{{- $url := printf "postgres://$(DATABASE_USERNAME)@%s:%d/%s?sslmode=%s" $host (int $database.port) $database.name $database.sslMode -}}
{{- if and $ca (ne $database.sslMode "disable") }}{{ $url = printf "%s&sslrootcert=%s" $url $ca }}{{ end -}}
{{- $env = append $env (dict "name" "NEWSMILL_DATABASE_URL" "value" $url) -}}
{{- else -}}
{{- $files = append $files (dict "name" "database" "secret" $database.existingSecret "items" (dict $database.urlKey "url")) -}}
{{- $_ := set $settings "NEWSMILL_DATABASE_URL_FILE" (printf "%s/url" (include "newsmill.folder" "database")) -}}
{{- end -}}
{{- dict "settings" $settings "env" $env "files" $files | toJson -}}
{{- end -}}

{{/* A service's connections, keys and files, and its settings. Dict of root and name; JSON as above. */}}
{{- define "newsmill.environment" -}}
{{- $root := .root -}}
{{- $own := include "newsmill.service" . | fromJson -}}
{{- $facts := index (include "newsmill.pipeline" $root | fromJson).services .name -}}
{{- $user := printf "%s-%s" (include "newsmill.fullname" $root) .name -}}
{{- $parts := list (include "newsmill.kafka" (dict "root" $root "sasl" $own.kafka.sasl "tls" $own.kafka.tls "user" $user) | fromJson) -}}
{{- $settings := dict "NEWSMILL_HTTP_HOST" "0.0.0.0" "NEWSMILL_HTTP_PORT" "8080" "NEWSMILL_SHUTDOWN_MS" (include "newsmill.text" $own.shutdownMs) -}}
{{- $files := list -}}
{{- if $facts.database -}}
{{- $parts = append $parts (include "newsmill.database" (dict "root" $root "database" $own.database) | fromJson) -}}
{{- $_ := set $settings "NEWSMILL_MIGRATE" (eq $root.Values.migration.provision "service" | ternary "true" "false") -}}
{{- end -}}
{{- if $facts.adminKey }}{{ $parts = append $parts (include "newsmill.admin" $root | fromJson) }}{{ end -}}
{{- with $own.push -}}
{{- $_ := set $settings "NEWSMILL_PUSH" (.enabled | ternary "true" "false") -}}
{{- $_ := set $settings "NEWSMILL_QUERY_URL" (include "newsmill.queryUrl" $root) -}}
{{- if and .enabled .existingSecret -}}
{{- $files = append $files (dict "name" "push" "secret" .existingSecret "items" (dict .key "key")) -}}
{{- $_ := set $settings "NEWSMILL_API_KEY_FILE" (printf "%s/key" (include "newsmill.folder" "push")) -}}
{{- end -}}
{{- if and .enabled .keysSecret -}}
{{- /* The whole Secret: the file may name others beside it. */ -}}
{{- $files = append $files (dict "name" "push-keys" "secret" .keysSecret) -}}
{{- $_ := set $settings "NEWSMILL_KEYS_FILE" (printf "%s/%s" (include "newsmill.folder" "push-keys") .keysKey) -}}
{{- end -}}
{{- end -}}
{{- with $own.sources -}}
{{- if or .list .existingConfigMap -}}
{{- $map := .existingConfigMap | default (printf "%s-sources" (include "newsmill.fullname" $root)) -}}
{{- $files = append $files (dict "name" "sources" "configMap" $map "items" (dict (empty .existingConfigMap | ternary "sources.yaml" .key) "sources.yaml")) -}}
{{- $_ := set $settings "NEWSMILL_SOURCES_FILE" (printf "%s/sources.yaml" (include "newsmill.folder" "sources")) -}}
{{- end -}}
{{- end -}}
{{- if $own.publishers }}{{ $parts = append $parts (include "newsmill.publishers" $root | fromJson) }}{{ end -}}
{{- with $root.Values.traces -}}
{{- if .endpoint -}}
{{- $_ := set $settings "OTEL_EXPORTER_OTLP_ENDPOINT" .endpoint -}}
{{- if .existingSecret -}}
{{- $files = append $files (dict "name" "traces" "secret" .existingSecret "items" (dict .key "headers")) -}}
{{- $_ := set $settings "OTEL_EXPORTER_OTLP_HEADERS_FILE" (printf "%s/headers" (include "newsmill.folder" "traces")) -}}
{{- end -}}
{{- if .tls.caSecret -}}
{{- $files = append $files (dict "name" "traces-ca" "secret" .tls.caSecret "items" (dict .tls.caKey "ca.crt")) -}}
{{- $_ := set $settings "OTEL_EXPORTER_OTLP_CERTIFICATE" (printf "%s/ca.crt" (include "newsmill.folder" "traces-ca")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $parts = append $parts (dict "settings" $settings "env" list "files" $files) -}}
{{- include "newsmill.joined" (dict "parts" $parts "settings" (merge (deepCopy $own.settings) $root.Values.settings)) -}}
{{- end -}}

{{/*
What `newsmill` commands are told in the toolbox: Kafka, the database, where the fetcher is, the key of operators, and the rules of
the parser, which a replay needs. JSON as above.
*/}}
{{- define "newsmill.toolboxEnvironment" -}}
{{- $own := .Values.toolbox -}}
{{- $user := printf "%s-store" (include "newsmill.fullname" .) -}}
{{- $parts := list (include "newsmill.kafka" (dict "root" . "sasl" $own.kafka.sasl "tls" $own.kafka.tls "user" $user) | fromJson) -}}
{{- $parts = append $parts (include "newsmill.database" (dict "root" . "database" $own.database) | fromJson) -}}
{{- $parts = append $parts (include "newsmill.admin" . | fromJson) -}}
{{- $parts = append $parts (include "newsmill.publishers" . | fromJson) -}}
{{- $url := include "newsmill.serviceUrl" (dict "root" . "name" "fetcher") -}}
{{- $parts = append $parts (dict "settings" (dict "NEWSMILL_URL" $url) "env" list "files" list) -}}
{{- include "newsmill.joined" (dict "parts" $parts "settings" .Values.settings) -}}
{{- end -}}

{{/* Such parts in one. Dict of parts and settings, which come before all of them; JSON as above. */}}
{{- define "newsmill.joined" -}}
{{- $settings := dict -}}
{{- $env := list -}}
{{- $files := list -}}
{{- range .parts -}}
{{- $settings = merge $settings .settings -}}
{{- $env = concat $env .env -}}
{{- $files = concat $files .files -}}
{{- end -}}
{{- range $name, $value := .settings -}}
{{- $_ := set $settings $name (include "newsmill.text" $value) -}}
{{- end -}}
{{- dict "settings" $settings "env" $env "files" $files | toJson -}}
{{- end -}}

{{/* The key of operators; nothing without one. JSON as above. */}}
{{- define "newsmill.admin" -}}
{{- $settings := dict -}}
{{- $files := list -}}
{{- with .Values.admin.existingSecret -}}
{{- $files = append $files (dict "name" "admin" "secret" . "items" (dict $.Values.admin.key "key")) -}}
{{- $_ := set $settings "NEWSMILL_ADMIN_KEY_FILE" (printf "%s/key" (include "newsmill.folder" "admin")) -}}
{{- end -}}
{{- dict "settings" $settings "env" list "files" $files | toJson -}}
{{- end -}}

{{/* Rules for publishers; nothing without any. JSON as above. */}}
{{- define "newsmill.publishers" -}}
{{- $settings := dict -}}
{{- $files := list -}}
{{- with .Values.parser.publishers -}}
{{- if or .rules .existingConfigMap -}}
{{- $map := .existingConfigMap | default (printf "%s-publishers" (include "newsmill.fullname" $)) -}}
{{- $files = append $files (dict "name" "publishers" "configMap" $map) -}}
{{- $_ := set $settings "NEWSMILL_PUBLISHERS_DIR" (include "newsmill.folder" "publishers") -}}
{{- end -}}
{{- end -}}
{{- dict "settings" $settings "env" list "files" $files | toJson -}}
{{- end -}}

{{/* Where clients reach the store. */}}
{{- define "newsmill.queryUrl" -}}
{{- $values := .Values -}}
{{- if $values.fetcher.push.queryUrl -}}
{{- $values.fetcher.push.queryUrl -}}
{{- else if and $values.ingress.enabled $values.ingress.query.host -}}
https://{{ $values.ingress.query.host }}
{{- else if and $values.httpRoute.enabled $values.httpRoute.query.hostnames -}}
https://{{ first $values.httpRoute.query.hostnames }}
{{- else -}}
{{- include "newsmill.serviceUrl" (dict "root" . "name" "store") -}}
{{- end -}}
{{- end -}}

{{/* Address of a service within the cluster. Dict of root and name. */}}
{{- define "newsmill.serviceUrl" -}}
{{- $port := (index .root.Values .name).service.port | int -}}
http://{{ include "newsmill.fullname" .root }}-{{ .name }}.{{ .root.Release.Namespace }}.svc{{ if ne $port 80 }}:{{ $port }}{{ end }}
{{- end -}}
