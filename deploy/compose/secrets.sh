#!/bin/sh
# Makes the passwords and keys of a compose project once, and with the argument "tls" certificates, one folder for each reader.
# Runs at every `up`, in PostgreSQL's image, which has openssl; what is there stays. What the environment gives comes first:
# NEWSMILL_API_KEY, NEWSMILL_ADMIN_KEY, NEWSMILL_POSTGRES_PASSWORD. The admin key is that of the environment or none.
set -eu
umask 077
cd /run/newsmill

# owner <folder>: who reads it: the services' user, those of the images of PostgreSQL, Kafka and Grafana.
owner() {
  case $1 in
    services) echo 65532 ;;
    postgres) echo postgres ;;
    kafka) echo 1000 ;;
    grafana) echo 472 ;;
  esac
}
# put <folder>/<file>: standard input, whole or not at all, for the folder's reader alone.
put() {
  cat >"$1.new"
  chmod 400 "$1.new"
  chown "$(owner "${1%/*}")" "$1.new"
  mv "$1.new" "$1"
}
# keep <folder>/<file> <value>: the value; without one what is there, else something random.
keep() {
  if [ -n "$2" ]; then
    printf %s "$2" | put "$1"
  elif [ ! -s "$1" ]; then
    openssl rand -hex 24 | tr -d '\n' | put "$1"
  fi
}

case "${NEWSMILL_POSTGRES_PASSWORD:-}" in
  *[!A-Za-z0-9]*)
    echo 'NEWSMILL_POSTGRES_PASSWORD: use letters and digits, it becomes part of a URL' >&2
    exit 78
    ;;
esac
for folder in services postgres kafka grafana; do
  chmod 700 "$folder"
  chown "$(owner "$folder")" "$folder"
done

ssl='sslmode=disable'
if [ "${1:-}" = tls ]; then ssl='sslmode=verify-full&sslrootcert=/run/newsmill/ca.crt'; fi
keep services/api-key "${NEWSMILL_API_KEY:-}"
# Empty without one: what it opens is then closed.
printf %s "${NEWSMILL_ADMIN_KEY:-}" | put services/admin-key
keep postgres/password "${NEWSMILL_POSTGRES_PASSWORD:-}"
keep grafana/password ''
printf 'postgres://newsmill:%s@postgres:5432/newsmill?%s' "$(cat postgres/password)" "$ssl" | put services/database-url
[ "${1:-}" = tls ] || exit 0

keep services/kafka-password ''
printf 'SCRAM-SHA-512=password=%s\n' "$(cat services/kafka-password)" | put kafka/login.properties

# New certificates a month before these end. A new authority each time: the key of the last one is gone.
if [ -s kafka/tls.pem ] && openssl x509 -in kafka/tls.pem -noout -checkend 2592000 >/dev/null; then exit 0; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/$1.key" 2>/dev/null; }
# certificate <name> <other names>: signed by the authority.
certificate() {
  key "$1"
  openssl req -new -key "$work/$1.key" -subj "/CN=$1" -out "$work/$1.csr"
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$2" >"$work/$1.ext"
  openssl x509 -req -in "$work/$1.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -days 365 \
    -extfile "$work/$1.ext" -out "$work/$1.crt" 2>/dev/null
}
key ca
openssl req -x509 -new -key "$work/ca.key" -subj '/CN=newsmill compose' -days 365 -out "$work/ca.crt" \
  -addext 'keyUsage=critical,keyCertSign'
certificate postgres DNS:postgres
certificate kafka DNS:kafka,DNS:localhost
put postgres/tls.key <"$work/postgres.key"
put postgres/tls.crt <"$work/postgres.crt"
put services/ca.crt <"$work/ca.crt"
cat "$work/kafka.key" "$work/kafka.crt" | put kafka/tls.pem
