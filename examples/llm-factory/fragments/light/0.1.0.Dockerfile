# Configuration: small, and changed often, so it stands above what takes long to build.
ARG PARENT
FROM ${PARENT}

ARG LOG_LEVEL=warning
ARG THREADS=2

COPY <<END /etc/factory/factory.conf
log_level = ${LOG_LEVEL}
threads = ${THREADS}
END

RUN <<'END'
set -eu
cd /etc/factory
awk -F ' = ' 'NF != 2 || $2 == "" { print "factory.conf:" NR ": no value"; bad = 1 } END { exit bad }' factory.conf
sha256sum factory.conf > factory.conf.sha256
END

ENV FACTORY_CONFIG=/etc/factory/factory.conf
