#!/usr/bin/env bash
# Builds the images and checks what deploy/README.md says of each: deploy/verify-images.sh [APP …]; all five without arguments.
#   BASE_IMAGE   what they run on; default: that of the Dockerfile. One without a shell will do
#   BUILD_IMAGE  what they are built on, with npm and a shell; default: BASE_IMAGE
#   NO_BUILD=1   takes newsmill/APP:verify as it is
# Wants docker. Validates the bill of materials where python3 has cyclonedx-python-lib[json-validation].
set -euo pipefail
cd "$(dirname "$0")/.."
base=${BASE_IMAGE:-node:24-bookworm-slim}
build=${BUILD_IMAGE:-$base}
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
revision=$(git rev-parse HEAD)
epoch=$(git log -1 --format=%ct)
largest=$((250 * 1000 * 1000))
confined=(--rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --network none)
work=$(mktemp -d "${TMPDIR:-/tmp}/newsmill-images.XXXXXX")
container=
trap 'rm -rf "$work"; if [ -n "$container" ]; then docker rm -f "$container" >/dev/null; fi' EXIT
failed=0

check() { # check <what> <command …>
  local what=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    printf 'ok      %s: %s\n' "$app" "$what"
  else
    printf 'FAILED  %s: %s\n' "$app" "$what"
    tail -20 "$work/output"
    failed=$((failed + 1))
  fi
}
build_image() {
  DOCKER_BUILDKIT=1 docker build --quiet --network host -f deploy/Dockerfile \
    --build-arg APP="$app" --build-arg BASE_IMAGE="$base" --build-arg BUILD_IMAGE="$build" \
    --build-arg VERSION="$version" --build-arg REVISION="$revision" --build-arg SOURCE="${SOURCE:-https://newsmill.example}" \
    --build-arg SOURCE_DATE_EPOCH="$epoch" "$@" .
}
is() { echo "is: $1"; echo "not: $2"; [ "$1" = "$2" ]; }
config() { docker inspect -f "$1" "$image"; }
label() { docker inspect -f "{{index .Config.Labels \"org.opencontainers.image.$1\"}}" "$image"; }
holds_none_of() { # holds_none_of <package …>
  local package
  for package in "$@"; do
    if find "$work/root/newsmill" -path "*/node_modules/$package" | grep .; then return 1; fi
  done
}
only_production() { # every package of the image is in the lockfile, and none of them for development alone
  docker run --rm -i --network none --entrypoint node -v "$PWD/package-lock.json:/lock.json:ro" "$image" --input-type=module <<'JS'
import { existsSync, globSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
const { packages } = JSON.parse(readFileSync('/lock.json', 'utf8'));
let count = 0;
const wrong = [];
const visit = (folder, path) => {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name.startsWith('.')) continue;
    const [at, key] = [join(folder, name), `${path}/${name}`];
    if (name.startsWith('@')) { visit(at, key); continue; }
    if (lstatSync(at).isSymbolicLink()) continue;
    count += 1;
    const locked = packages[key];
    if (!locked) wrong.push(`${key} is not in the lockfile`);
    else if (locked.dev) wrong.push(`${key} is for development`);
    else if (JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')).version !== locked.version) wrong.push(`${key} has another version`);
    visit(join(at, 'node_modules'), `${key}/node_modules`);
  }
};
visit('/newsmill/node_modules', 'node_modules');
for (const own of globSync('/newsmill/{apps,libs}/*/node_modules')) visit(own, own.slice('/newsmill/'.length));
console.log(count, wrong);
process.exit(wrong.length === 0 && count > 20 ? 0 : 1);
JS
}
refuses_to_start_unset() { # a service without settings tells which are missing and ends with 78; the command prints its help
  local code=0
  if [ "$app" = standalone ]; then docker run "${confined[@]}" "$image" --help; return; fi
  docker run "${confined[@]}" -e NEWSMILL_KAFKA_SECURITY_PROTOCOL=nonsense "$image" || code=$?
  is "$code" 78
}
ends_on_sigterm() { # process 1, which serves while it waits for a Kafka that is not there: within 15 s, with 0
  container=$(docker run -d --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --network none \
    -e NEWSMILL_TRANSPORT=kafka -e NEWSMILL_KAFKA_BROKERS=127.0.0.1:9 -e NEWSMILL_LOG_LEVEL=info "$image")
  local until=$((SECONDS + 60))
  until docker logs "$container" 2>&1 | grep -q 'listens on'; do
    if [ "$SECONDS" -gt "$until" ]; then docker logs "$container"; return 1; fi
    sleep 1
  done
  local from=$SECONDS
  docker stop --time 30 "$container" >/dev/null
  echo "$((SECONDS - from)) s"
  docker logs --tail 5 "$container"
  [ $((SECONDS - from)) -le 15 ] && is "$(docker inspect -f '{{.State.ExitCode}}' "$container")" 0
}
heap_below() { # heap_below <MB>: V8's limit in a container with so much memory
  docker run "${confined[@]}" --memory "$1m" --entrypoint node "$image" -e "
    const limit = require('node:v8').getHeapStatistics().heap_size_limit / 1024 / 1024;
    console.log(limit + ' MB'); process.exit(limit < $1 * 0.8 ? 0 : 1)"
}
no_shell() { ! docker run "${confined[@]}" --entrypoint sh "$image" -c true; }
no_source() { # ours, and what is for compilers alone
  ! find "$work/root/newsmill" \( -name '*.d.ts' -o -name '*.map' -o -name '*.ts' ! -path '*/node_modules/*' \) | grep .
}
valid_bill() { python3 -c "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
problem = JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1]).read())
print(problem); sys.exit(problem is not None)" "$1"; }
complete_bill() { # as many packages as the image holds
  docker run --rm -i --network none --entrypoint node "$image" --input-type=module <<'JS'
import { existsSync, globSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
const bill = JSON.parse(readFileSync('/newsmill/sbom.cdx.json', 'utf8'));
const told = new Set(bill.components.map(({ name, version }) => `${name}@${version}`));
const missing = [];
const visit = (folder) => {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name.startsWith('.')) continue;
    if (name.startsWith('@')) { visit(`${folder}/${name}`); continue; }
    const { name: full, version } = JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8'));
    if (!told.delete(`${full}@${version}`) && !bill.components.some((one) => one.name === full && one.version === version)) missing.push(`${full}@${version}`);
    if (!lstatSync(`${folder}/${name}`).isSymbolicLink()) visit(`${folder}/${name}/node_modules`);
  }
};
for (const folder of ['/newsmill/node_modules', ...globSync('/newsmill/{apps,libs}/*/node_modules')]) visit(folder);
console.log({ missing, absent: [...told] }, bill.metadata.component.name);
process.exit(missing.length + told.size === 0 ? 0 : 1);
JS
}

base_size=$(docker image inspect -f '{{.Size}}' "$base" 2>/dev/null || { docker pull -q "$base" >/dev/null; docker image inspect -f '{{.Size}}' "$base"; })
table=
apps=("$@")
[ $# -gt 0 ] || apps=(fetcher parser enricher store standalone)
for app in "${apps[@]}"; do
  image=newsmill/$app:verify
  if [ -z "${NO_BUILD:-}" ]; then check 'is built' build_image --tag "$image"; fi
  rm -rf "$work/root"
  mkdir "$work/root"
  export_of=$(docker create "$image")
  docker export "$export_of" | tar -x -C "$work/root" newsmill
  docker rm "$export_of" >/dev/null

  check 'user 65532, no other' is "$(config '{{.Config.User}}')" 65532:65532
  check 'title' is "$(label title)" "newsmill $app"
  check 'version' is "$(label version)" "$version"
  check 'revision' is "$(label revision)" "$revision"
  check 'licence' is "$(label licenses)" Apache-2.0
  check 'source' is "$(label source)" "${SOURCE:-https://newsmill.example}"
  check 'every package is one of production, in its locked version' only_production
  check 'no compiler, test tool or build tool' holds_none_of typescript jest nx eslint prettier @swc/core testcontainers embedded-postgres @embedded-postgres
  case $app in parser | enricher) check 'no TypeORM' holds_none_of typeorm @nestjs/typeorm ;; esac
  check 'no sources in TypeScript, no types, no source maps' no_source
  check 'the bill of materials names what is there, and nothing else' complete_bill
  if python3 -c 'import cyclonedx.validation.json' 2>/dev/null; then
    check 'the bill of materials is valid CycloneDX 1.5' valid_bill "$work/root/newsmill/sbom.cdx.json"
  else
    printf 'SKIPPED %s: the bill of materials is valid (python3 -m pip install "cyclonedx-python-lib[json-validation]")\n' "$app"
  fi
  check 'runs read-only, without capabilities, and tells a wrong setting with 78' refuses_to_start_unset
  check 'the heap stays below a memory limit of 384 MB' heap_below 384
  check 'and of 1024 MB' heap_below 1024
  case $app in
    parser | enricher)
      check 'SIGTERM to process 1 ends it with 0' ends_on_sigterm
      docker rm -f "$container" >/dev/null 2>&1 || true
      container=
      ;;
  esac
  if [ "$build" != "$base" ]; then check 'there is no shell in it' no_shell; fi
  above=$(($(config '{{.Size}}') - base_size))
  check "less than 250 MB above the base: $((above / 1000 / 1000)) MB" test "$above" -lt "$largest"
  compressed=$(tar -C "$work/root" -c newsmill | gzip -6 | wc -c)
  table+=$(printf '%-12s %4s MB above the base, %3s MB compressed' "$app" "$((above / 1000 / 1000))" "$((compressed / 1000 / 1000))")$'\n'
done
printf '\nbase %s: %s MB\n%s\n%s failed\n' "$base" "$((base_size / 1000 / 1000))" "$table" "$failed"
[ "$failed" -eq 0 ]
