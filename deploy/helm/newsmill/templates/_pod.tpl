{{/* Parts of pods that services, Jobs and the test share. All of them pass Pod Security "restricted". */}}

{{- define "newsmill.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
# Certificates and keys are read by the group; files that are right already are not walked through.
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "newsmill.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
privileged: false
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Dict of files (see _connections.tpl) and tmpSize. */}}
{{- define "newsmill.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .tmpSize | quote }}
{{- range .files }}
- name: {{ .name }}
  {{- if .secret }}
  secret:
    secretName: {{ .secret | quote }}
    defaultMode: 0440
  {{- else }}
  configMap:
    name: {{ .configMap | quote }}
    defaultMode: 0444
  {{- end }}
    {{- with .items }}
    items:
      {{- range $key, $path := . }}
      - key: {{ $key | quote }}
        path: {{ $path | quote }}
      {{- end }}
    {{- end }}
{{- end }}
{{- end -}}

{{/* Whole folders, never `subPath`: what is renewed in a Secret or ConfigMap arrives in the pod. */}}
{{- define "newsmill.mounts" -}}
- name: tmp
  mountPath: /tmp
{{- range .files }}
- name: {{ .name }}
  mountPath: {{ include "newsmill.folder" .name }}
  readOnly: true
{{- end }}
{{- end -}}

{{/*
A container's environment. It stands in the pod itself and not in a ConfigMap: a change rolls the pods, and pods of the
version before keep theirs when they are restarted. Dict of environment (see _connections.tpl), extraEnv and heapPercentage.
*/}}
{{- define "newsmill.env" -}}
{{- range $name, $value := .environment.settings }}
- name: {{ $name }}
  {{- /* Doubled where Kubernetes would take it for a reference. */}}
  value: {{ $value | replace "$(" "$$(" | quote }}
{{- end }}
{{- with .environment.env }}
{{ toYaml . }}
{{- end }}
{{- with .extraEnv }}
{{ toYaml . }}
{{- end }}
- name: NODE_OPTIONS
  {{- /* The image has the same; another image may have none. */}}
  value: --max-old-space-size-percentage={{ int .heapPercentage }} --max-semi-space-size=4
{{- end -}}

{{/* A Job's pod: one `newsmill` command. Dict of root, component, words and environment (see _connections.tpl). */}}
{{- define "newsmill.commandPod" -}}
{{- $root := .root -}}
metadata:
  labels:
    {{- include "newsmill.podLabels" (dict "root" $root "component" .component) | nindent 4 }}
spec:
  {{- /* The ServiceAccount of the release may not be there yet when a hook runs. */}}
  serviceAccountName: default
  automountServiceAccountToken: false
  enableServiceLinks: false
  restartPolicy: Never
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . | quote }}
    {{- end }}
  {{- end }}
  securityContext:
    {{- include "newsmill.podSecurity" $root | nindent 4 }}
  containers:
    - name: {{ .component }}
      image: {{ include "newsmill.image" (dict "root" $root "app" "standalone" "image" $root.Values.jobs.image) | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: {{ include "newsmill.args" (dict "root" $root "app" "standalone" "words" .words) }}
      env:
        {{- include "newsmill.env" (dict "environment" .environment "extraEnv" $root.Values.defaults.extraEnv "heapPercentage" $root.Values.defaults.heapPercentage) | trim | nindent 8 }}
      resources:
        {{- toYaml $root.Values.jobs.resources | nindent 8 }}
      securityContext:
        {{- include "newsmill.containerSecurity" $root | nindent 8 }}
      volumeMounts:
        {{- include "newsmill.mounts" .environment | nindent 8 }}
  volumes:
    {{- include "newsmill.volumes" (dict "files" .environment.files "tmpSize" $root.Values.defaults.tmpSize) | nindent 4 }}
  {{- with $root.Values.defaults.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.defaults.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.defaults.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
{{- end -}}

{{/* The Job around such a pod. Dict of root, component, words, environment and weight (of the hook). */}}
{{- define "newsmill.commandJob" -}}
{{- $root := .root -}}
{{- $template := include "newsmill.commandPod" . -}}
{{- $isHook := eq $root.Values.jobs.style "hook" -}}
{{- $name := printf "%s-%s" (include "newsmill.fullname" $root) .component -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- /* A Job cannot be changed: without hooks another version or other settings are another Job. */}}
  name: {{ $isHook | ternary $name (printf "%s-%s" $name (printf "%s %s" $root.Chart.Version $template | sha256sum | trunc 10)) }}
  namespace: {{ $root.Release.Namespace | quote }}
  labels:
    {{- include "newsmill.labels" (dict "root" $root "component" .component) | nindent 4 }}
  {{- if $isHook }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-weight: {{ .weight | quote }}
    # A Job that failed stays, to be looked at, until the next try.
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
  {{- else }}
  {{- with $root.Values.jobs.gitopsAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
spec:
  backoffLimit: {{ int $root.Values.jobs.backoffLimit }}
  activeDeadlineSeconds: {{ int $root.Values.jobs.activeDeadlineSeconds }}
  # A wrong setting stays wrong.
  podFailurePolicy:
    rules:
      - action: FailJob
        onExitCodes:
          containerName: {{ .component }}
          operator: In
          values: [78]
      # Pushed off its node: that is no failure.
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
            status: 'True'
  template:
    {{- $template | nindent 4 }}
{{- end -}}
