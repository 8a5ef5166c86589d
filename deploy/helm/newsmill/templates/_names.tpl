{{/* Names, labels and images. */}}

{{- define "newsmill.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough that every suffix of ours still fits into the 63 characters of a label. */}}
{{- define "newsmill.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "newsmill.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "newsmill.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The services in the order in which an article passes them. */}}
{{- define "newsmill.services" -}}
fetcher parser enricher store
{{- end -}}

{{/* Dict of root and component. These never change: a Deployment's selector cannot. */}}
{{- define "newsmill.selector" -}}
app.kubernetes.io/name: {{ include "newsmill.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Dict of root and component. */}}
{{- define "newsmill.labels" -}}
{{ include "newsmill.selector" . }}
app.kubernetes.io/part-of: newsmill
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | quote }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Of pods: without versions, so that a new chart alone rolls nothing. Dict of root and component. */}}
{{- define "newsmill.podLabels" -}}
{{ include "newsmill.selector" . }}
app.kubernetes.io/part-of: newsmill
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "newsmill.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "newsmill.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* Dict of root, app (a service, or standalone for the commands) and image (what differs). */}}
{{- define "newsmill.image" -}}
{{- $common := .root.Values.image -}}
{{- $own := .image | default dict -}}
{{- $repository := $own.repository | default (eq $common.layout "single" | ternary $common.repository (printf "%s/%s" $common.repository .app)) -}}
{{- with $own.registry | default $common.registry }}{{ . }}/{{ end -}}
{{- $repository -}}
{{- $digest := $own.digest | default (eq $common.layout "single" | ternary $common.digest "") -}}
{{- if $digest -}}
@{{ $digest }}
{{- else -}}
:{{ $own.tag | default $common.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Whether an image's name begins with a registry's host. Without one the container runtime takes Docker Hub's. */}}
{{- define "newsmill.namesRegistry" -}}
{{- if regexMatch "^(localhost|[^/]*[.:][^/]*)/" . }}true{{ end -}}
{{- end -}}

{{/* Dict of root and words: arguments of the container; the first names the program where one image holds them all. */}}
{{- define "newsmill.args" -}}
{{- $words := .words -}}
{{- if eq .root.Values.image.layout "single" -}}
{{- $words = prepend $words .app -}}
{{- end -}}
{{- $words | toJson -}}
{{- end -}}

{{/* Port of an http or https URL. */}}
{{- define "newsmill.urlPort" -}}
{{- $url := urlParse . -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (eq $url.scheme "https" | ternary "443" "80") -}}
{{- end -}}

{{/* A value as text: a number is never written as 6.048e+08. */}}
{{- define "newsmill.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . }}{{ printf "%.0f" . }}{{ else }}{{ . }}{{ end -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/* A service's values over the defaults of all. Dict of root and name; JSON. */}}
{{- define "newsmill.service" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (index .root.Values .name)) | toJson -}}
{{- end -}}

{{/* What newsmill's own definitions say of topics and services, see files/pipeline.json. */}}
{{- define "newsmill.pipeline" -}}
{{- .Files.Get "files/pipeline.json" -}}
{{- end -}}

{{/* Partitions of a topic. Dict of root and topic (as in pipeline.json). */}}
{{- define "newsmill.partitions" -}}
{{- index .root.Values.topics.partitions .topic.name | default .topic.partitions | int -}}
{{- end -}}
