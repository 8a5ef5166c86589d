#!/usr/bin/env bash
# check.sh: the chart is clean by Helm, Kubernetes' schemas and kube-score in every topology of ci/, and its README is
# current. KUBERNETES_SCHEMAS: a folder of schemas as install-tools.sh makes it; without it kubeconform takes those of the
# internet. `check.sh --write` writes the README.
set -euo pipefail
cd "$(dirname "$0")/newsmill"

if [ "${1:-}" = --write ]; then
  helm-docs --log-level error
  exit
fi

failed=0
fail() {
  printf 'FAILED: %s\n' "$*"
  failed=1
}

schemas=(-schema-location default
  -schema-location 'https://raw.githubusercontent.com/datreeio/CRDs-catalog/main/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json')
if [ -n "${KUBERNETES_SCHEMAS:-}" ]; then
  schemas=(-schema-location "$KUBERNETES_SCHEMAS/{{.ResourceKind}}{{.KindSuffix}}.json")
  if [ ! -e "$KUBERNETES_SCHEMAS/kafkatopic-kafka-v1.json" ]; then
    echo 'SKIPPED: no schemas of Strimzi; KafkaTopic and KafkaUser are not validated'
    schemas+=(-skip 'KafkaTopic,KafkaUser')
  fi
fi

# Left out: Always as pull policy (tags are versions, or digests), anti-affinity (spread by topologySpreadConstraints), a
# limit of CPU (it would throttle a stage that has work).
left_out=(--ignore-test 'container-image-pull-policy,deployment-has-host-podantiaffinity' --ignore-container-cpu-limit)

for values in ci/*-values.yaml; do
  name=$(basename "$values" -values.yaml)
  printf '%s: ' "$name"
  helm lint --strict --quiet --namespace news --values "$values" . || fail "$name: helm lint"
  objects=$(helm template news . --namespace news --values "$values") || {
    fail "$name: helm template"
    continue
  }
  kubeconform -strict -summary "${schemas[@]}" <<<"$objects" || fail "$name: kubeconform"
  told=$(kube-score score --kubernetes-version v1.34 --output-format ci "${left_out[@]}" - <<<"$objects") || {
    grep CRITICAL <<<"$told"
    fail "$name: kube-score"
  }
done

before=$(cat README.md)
after=$(helm-docs --dry-run --log-level error)
[ "$before" = "$after" ] || fail 'README.md is not current: run deploy/helm/check.sh --write'
[ "$failed" -eq 0 ] && echo 'the chart is clean'
exit "$failed"
