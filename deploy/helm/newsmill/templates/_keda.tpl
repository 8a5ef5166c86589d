{{/* Whether any service is scaled by lag. */}}
{{- define "newsmill.usesKeda" -}}
{{- range splitList " " (include "newsmill.services" .) -}}
{{- if (index $.Values .).keda.enabled }}true{{ end -}}
{{- end -}}
{{- end -}}

{{/* KEDA's words for Kafka's mechanisms. */}}
{{- define "newsmill.kedaMechanism" -}}
{{- get (dict "scram-sha-512" "scram_sha512" "scram-sha-256" "scram_sha256" "plain" "plaintext") .Values.kafka.sasl.mechanism -}}
{{- end -}}

{{/* Name of the TriggerAuthentication; empty where there is nothing to tell. */}}
{{- define "newsmill.kedaAuthentication" -}}
{{- if .Values.keda.authenticationRef -}}
{{- .Values.keda.authenticationRef -}}
{{- else if or (hasPrefix "sasl_" .Values.kafka.securityProtocol) (and (eq .Values.kafka.securityProtocol "ssl") (or .Values.kafka.tls.caSecret .Values.kafka.tls.clientSecret)) -}}
{{- include "newsmill.fullname" . }}-kafka
{{- end -}}
{{- end -}}
