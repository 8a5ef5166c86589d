#!/usr/bin/env bash
# Runs docker-compose.yml for real and tells what holds: deploy/verify-compose.sh [default] [tls] [observability]; all without
# arguments. Each in a project of its own, which is removed at the end with its data. Takes the ports 8080, 8081, 9092 and 3000.
# Wants docker, docker compose (or docker-compose 1.29) and `npm ci`. The images are built unless NO_BUILD is set.
# NEWSMILL_*_IMAGE as in deploy/README.md. With SERVICES="prometheus otel-collector" only these of the profile are started.
set -euo pipefail
cd "$(dirname "$0")/.."
if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
pipeline=(fetcher parser enricher store)
node=node_modules/node/bin/node
work=$(mktemp -d "${TMPDIR:-/tmp}/newsmill-compose.XXXXXX")
failed=0
project=

check() { # check <what> <command …>
  local what=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    printf 'ok      %s\n' "$what"
  else
    printf 'FAILED  %s\n' "$what"
    tail -20 "$work/output"
    failed=$((failed + 1))
  fi
}
refused() { ! "$@"; }
cleanup() {
  rm -rf "$work"
  if [ -n "$project" ]; then "${dc[@]}" down --volumes --timeout 30 >/dev/null 2>&1; fi
}
trap cleanup EXIT

id_of() {
  docker ps -aq --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1" \
    --filter label=com.docker.compose.oneoff=False
}
healthy() { # healthy <seconds> <service …>
  local until=$((SECONDS + $1)) service
  shift
  for service in "$@"; do
    until [ "$(docker inspect -f '{{.State.Health.Status}}' "$(id_of "$service")")" = healthy ]; do
      if [ "$SECONDS" -gt "$until" ]; then "${dc[@]}" logs --tail 20 "$service"; return 1; fi
      sleep 2
    done
  done
}
push_and_read() {
  "${dc[@]}" run --rm secrets cat services/api-key 2>/dev/null | tr -d '\r\n' >"$work/key"
  "$node" deploy/helm/newsmill/files/push-and-read.mjs http://localhost:8080 http://localhost:8081 "$work/key" 180
}
confined() { # confined <service>: read-only, no capability, no new privileges, a memory limit
  [ "$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}' "$(id_of "$1")")" \
    = 'true [ALL] [no-new-privileges:true]' ] && [ "$(docker inspect -f '{{.HostConfig.Memory}}' "$(id_of "$1")")" -gt 0 ]
}
no_root() { # no_root <service>: no process of the container is root's
  refused sh -c "docker top $(id_of "$1") -o uid | tail -n +2 | grep -qx ' *0 *'"
}
ports() { docker ps --filter "label=com.docker.compose.project=$project" --format '{{.Ports}}' | tr ',' '\n' | grep -o '.*->' | sort | tr -d ' \n'; }
ports_are() { echo "$(ports), not $1"; [ "$(ports)" = "$1" ]; }
stops() { # SIGTERM to process 1: exit code 0
  "${dc[@]}" stop --timeout 30 "${pipeline[@]}" || return 1
  local service code
  for service in "${pipeline[@]}"; do
    code=$(docker inspect -f '{{.State.ExitCode}}' "$(id_of "$service")")
    echo "$service: $code"
    [ "$code" = 0 ] || return 1
  done
}
node_in() { # node_in <service> <code>: runs in the service's container, with its environment
  docker exec "$(id_of "$1")" node --input-type=module -e "$2"
}

modes=("$@")
[ $# -gt 0 ] || modes=(default tls observability)
for name in "${modes[@]}"; do
  printf '\n── %s\n' "$name"
  project=newsmill-verify-$name
  dc=("${compose[@]}" -p "$project" -f docker-compose.yml)
  services=("${pipeline[@]}")
  published='127.0.0.1:8080->127.0.0.1:8081->'
  unset OTEL_EXPORTER_OTLP_ENDPOINT
  case $name in
    default) ;;
    tls)
      dc+=(-f docker-compose.tls.yml)
      published='127.0.0.1:8080->127.0.0.1:8081->127.0.0.1:9092->'
      ;;
    observability)
      dc+=(--profile observability)
      export OTEL_EXPORTER_OTLP_ENDPOINT=http://otel-collector:4318
      read -ra extra <<<"${SERVICES:-prometheus otel-collector jaeger grafana}"
      services+=("${extra[@]}")
      if [[ " ${extra[*]} " = *' grafana '* ]]; then published="127.0.0.1:3000->$published"; fi
      ;;
    *) echo "there is no $name" >&2; exit 64 ;;
  esac
  if [ -z "${NO_BUILD:-}" ]; then "${dc[@]}" build; fi
  check 'every container starts' "${dc[@]}" up -d --no-build "${services[@]}"
  check 'the services, Kafka and PostgreSQL become healthy' healthy 420 kafka postgres "${pipeline[@]}"
  check 'an article that is pushed is stored and can be read' push_and_read
  check "published: $published" ports_are "$published"
  for service in "${services[@]}" postgres; do check "$service is confined" confined "$service"; done
  for service in "${services[@]}" postgres kafka; do check "$service runs without root" no_root "$service"; done
  check 'the password of PostgreSQL stands in no environment' refused sh -c \
    "docker inspect $(id_of store) $(id_of postgres) | grep -F '$(docker exec "$(id_of postgres)" cat /run/newsmill/password)'"
  if [ "$name" = tls ]; then
    check 'Kafka answers nobody who comes without TLS' refused node_in parser "
      const socket = (await import('node:net')).connect(19092, 'kafka');
      socket.write(Buffer.from('0000000a00120003000000010000', 'hex'));
      socket.setTimeout(5000, () => process.exit(1));
      socket.on('data', (bytes) => process.exit(bytes[0] === 0 ? 0 : 1)).on('close', () => process.exit(1)).on('error', () => process.exit(1));"
    check "Kafka's certificate is the authority's, for its name" sh -c "docker exec $(id_of parser) node --input-type=module -e \"
      const ca = (await import('node:fs')).readFileSync('/run/newsmill/ca.crt');
      const socket = (await import('node:tls')).connect({ host: 'kafka', port: 19092, ca, servername: 'kafka' });
      socket.on('secureConnect', () => process.exit(0)).on('error', (error) => { console.error(error); process.exit(1); });\""
    check 'PostgreSQL takes the login over TLS' node_in store "
      const { readFileSync } = await import('node:fs');
      const { default: pg } = await import('pg');
      const url = new URL(readFileSync('/run/newsmill/database-url', 'utf8'));
      const client = new pg.Client({ host: url.hostname, user: url.username, password: url.password, database: 'newsmill',
        ssl: { ca: readFileSync('/run/newsmill/ca.crt') } });
      await client.connect(); const { rows } = await client.query('SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      await client.end(); console.log(rows); if (rows[0].version !== 'TLSv1.3') process.exit(1);"
    check 'and refuses it without' refused node_in store "
      const { default: pg } = await import('pg');
      const url = new URL((await import('node:fs')).readFileSync('/run/newsmill/database-url', 'utf8'));
      const client = new pg.Client({ host: url.hostname, user: url.username, password: url.password, database: 'newsmill', ssl: false });
      await client.connect(); await client.end();"
  fi
  if [ "$name" = observability ] && [[ " ${services[*]} " = *' prometheus '* ]]; then
    check 'Prometheus becomes healthy' healthy 60 prometheus
    check 'Prometheus gets the metrics of all four services' node_in parser "
      for (let tries = 0; ; tries += 1) {
        const answer = await fetch('http://prometheus:9090/api/v1/query?query=' + encodeURIComponent('up{job=\"newsmill\"} == 1'));
        const up = (await answer.json()).data.result.map(({ metric }) => metric.service).sort().join();
        if (up === 'enricher,fetcher,parser,store') break;
        if (tries > 30) { console.error('up: ' + up); process.exit(1); }
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }"
    check 'and has read the rules' node_in parser "
      const { data } = await (await fetch('http://prometheus:9090/api/v1/rules')).json();
      console.log(data.groups.map(({ name }) => name)); if (data.groups.length === 0) process.exit(1);"
  fi
  check 'SIGTERM ends each service with 0' stops
  "${dc[@]}" down --volumes --timeout 30 >/dev/null 2>&1
  project=
done
printf '\n%s failed\n' "$failed"
[ "$failed" -eq 0 ]
